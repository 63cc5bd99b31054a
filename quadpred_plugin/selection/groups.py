"""Whether two tracks are of one artist, one album or one folder."""

import os
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.failures import failures_as
from quadpred_plugin.tags.containers import require_mutagen
from quadpred_plugin.tags.descriptions import read_description

# Names of one field in mutagen's simple tags, and in those of WMA, WAV and AIFF.
_ALBUM = ("album", "WM/AlbumTitle", "TALB")
_ALBUM_ARTIST = ("albumartist", "WM/AlbumArtist", "TPE2")


def group_finder(kind: str) -> Callable[[str], Hashable | None]:
    """Return a function that tells a track's group.

    Parameters
    ----------
    kind : {'artist', 'album', 'folder'}
        Artists and albums are those of the tags, in any case of letters. Albums of one title
        are the same album if their album artist is the same, or missing.

    Returns
    -------
    find : callable
        Called with a path; returns a value that is equal within a group, or None if the file
        has no such tag.

    Raises
    ------
    InstallationError
        If tags are needed and mutagen is missing.
    """
    if kind == "folder":
        return lambda path: os.path.dirname(os.path.abspath(path))
    require_mutagen()
    return _artist if kind == "artist" else _album


def _artist(path: str) -> Hashable | None:
    return read_description(Path(path)).artist.casefold() or None


def _album(path: str) -> Hashable | None:
    tags = _tags(path)
    title = _value(tags, _ALBUM)
    return None if title is None else (title, _value(tags, _ALBUM_ARTIST))


def _tags(path: str) -> Any:
    import mutagen

    with failures_as(lambda problem: AudioError(f"has tags that can't be read: {problem}.")):
        return mutagen.File(path, easy=True) or {}


def _value(tags: Any, names: Sequence[str]) -> str | None:
    for name in names:
        values = tags.get(name)
        text = " / ".join(str(value).strip() for value in values) if values else ""
        if text:
            return text.casefold()
    return None
