"""Escape file names for display."""


def printable(name: str) -> str:
    r"""Return a name with unprintable characters escaped.

    File names can contain line breaks, terminal codes and bytes that aren't UTF-8.

    Parameters
    ----------
    name : str

    Returns
    -------
    escaped : str
        On one line.

    Examples
    --------
    >>> printable("two\nlines")
    'two\\nlines'
    """
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in name
    )
