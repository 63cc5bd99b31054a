"""Format numbers for a page."""


def clock(seconds: float) -> str:
    """Format a time as minutes and seconds, with hours if needed.

    Examples
    --------
    >>> clock(0), clock(75.9), clock(3600)
    ('0:00', '1:15', '1:00:00')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def percent(share: float) -> str:
    """Format a share, 0..1, as a whole percentage with a thin space.

    Examples
    --------
    >>> percent(0.126).split()
    ['13', '%']
    """
    return f"{share * 100:.0f}\u2009%"


def signed(value: float) -> str:
    """Format a value, -1..1, with its sign.

    Examples
    --------
    >>> signed(-0.126), signed(0.5), signed(-0.001)
    ('−0.13', '+0.50', '0.00')
    """
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "−")
