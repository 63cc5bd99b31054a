"""Playlists in extended M3U, UTF-8: ``.m3u8``."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_SEPARATORS = ("\n", "\r")


@dataclass(frozen=True)
class Entry:
    """A track of a playlist.

    Attributes
    ----------
    path : str
        As it can be opened from the current folder.
    duration : float or None
        Seconds.
    title : str
        What players show: artist and title, or the file's name.
    """

    path: str
    duration: float | None
    title: str


def can_be_listed(path: str) -> bool:
    """Return whether a playlist can name a file: its lines can't have line breaks."""
    return not any(separator in path for separator in _SEPARATORS)


def write_playlist(stream: IO[str], entries: Iterable[Entry], folder: Path) -> None:
    """Write a playlist.

    Parameters
    ----------
    stream : text stream
    entries : iterable of Entry
    folder : Path
        Where the playlist will be: its paths start from there.
    """
    stream.write("#EXTM3U\n")
    for entry in entries:
        seconds = -1 if entry.duration is None else round(entry.duration)
        title = " ".join(entry.title.split())
        stream.write(f"#EXTINF:{seconds},{title}\n{relative_path(entry.path, folder)}\n")


def relative_path(path: str, folder: Path) -> str:
    """Return the line of a playlist that names a file.

    Parameters
    ----------
    path : str
    folder : Path
        Where the playlist is.
    """
    parent, name = os.path.split(os.path.abspath(path))
    # ".." behind a link leads to the target's parent, so the links are followed first.
    found = os.path.relpath(os.path.join(os.path.realpath(parent), name), os.path.realpath(folder))
    # A line that begins with "#" would be a comment, and blanks at its start are often dropped.
    return os.path.join(os.curdir, found) if found[0] == "#" or found[0].isspace() else found
