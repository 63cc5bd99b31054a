"""Whether a file is still the one that was analysed, and which files have results."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from quadpred_plugin.results.tracks import TrackResult
from quadpred_plugin.tags.edits import file_sha256

# The rest of a sentence that begins with a file's name.
NOT_RECORDED = "isn't in the results: analyse it first."


def staleness(track: TrackResult) -> str | None:
    """Return why a track's result may not be that of its file any more; None if it is.

    The file is compared by size and time. If these differ, a recorded digest decides, for
    which the file is read, not decoded. Results without a record of the file must be at least
    as new as the file.

    Parameters
    ----------
    track : TrackResult

    Returns
    -------
    reason : str or None
        The rest of a sentence that begins with the file's name.

    Examples
    --------
    >>> staleness(TrackResult("gone.wav", "/no/such/folder/gone.wav", "ok"))
    "doesn't exist any more."
    """
    try:
        status = os.stat(track.path)
    except (OSError, ValueError):
        return "doesn't exist any more."
    recorded = track.recorded
    if recorded.size is None:
        if recorded.written_ns is None or status.st_mtime_ns <= recorded.written_ns:
            return None
        return "was changed after the results were written: analyse it again."
    if (status.st_size, status.st_mtime_ns) == (recorded.size, recorded.mtime_ns):
        return None
    if status.st_size == recorded.size and recorded.sha256 is not None:
        if _has_digest(track.path, recorded.sha256):
            return None
    return "was changed since it was analysed: analyse it again."


def chosen(
    tracks: Iterable[TrackResult], paths: Sequence[str]
) -> tuple[list[TrackResult], list[str]]:
    """Find the results of a user's files.

    Parameters
    ----------
    tracks : iterable of TrackResult
    paths : sequence of str
        Paths of files, however they are written: relative, absolute, through links.

    Returns
    -------
    found : list of TrackResult
        In the order of the paths, each once, with the user's spelling as its path.
    unrecorded : list of str
        Paths without a result: `NOT_RECORDED`.
    """
    by_path = {os.path.realpath(track.path): track for track in tracks}
    found, unrecorded = [], []
    for path in dict.fromkeys(paths):
        track = by_path.get(os.path.realpath(path))
        if track is None:
            unrecorded.append(path)
        else:
            found.append(replace(track, path=path))
    return found, unrecorded


def _has_digest(path: str, sha256: str) -> bool:
    try:
        return file_sha256(Path(path)) == sha256
    except OSError:
        return False
