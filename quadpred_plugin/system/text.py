"""Names for eyes."""


def printable(name: str) -> str:
    r"""Return a name on one line, with what would break it or can't be shown as escapes.

    File names may hold line breaks, terminal codes and bytes that aren't UTF-8.

    Examples
    --------
    >>> printable("two\nlines")
    'two\\nlines'
    """
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in name
    )
