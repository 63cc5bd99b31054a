"""Times as hours, minutes and seconds."""


def clock(seconds: float, places: int = 3, point: str = ".", hours: str = "{}:") -> str:
    """Return a time of day.

    Parameters
    ----------
    seconds : float
        0 or more.
    places : int
        Decimals of the seconds.
    point : str
        Decimal sign.
    hours : str
        Format of the hours; empty if minutes count on beyond 59.

    Examples
    --------
    >>> clock(3725.5), clock(3725.5, 2, hours="")
    ('1:02:05.500', '62:05.50')
    """
    units = round(seconds * 10**places)
    whole, fraction = divmod(units, 10**places)
    minutes, rest = divmod(whole, 60)
    front = ""
    if hours:
        above, minutes = divmod(minutes, 60)
        front = hours.format(above)
    return f"{front}{minutes:02}:{rest:02}{point}{fraction:0{places}}"
