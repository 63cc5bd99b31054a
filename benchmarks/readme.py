"""Puts the measured tables into a text file, between two marker lines."""

import os
import tempfile
from pathlib import Path

BENCHMARK = "benchmark"


class MarkerError(Exception):
    """The file has no place for the tables; the text is a sentence."""


def replace_between_markers(path: Path, text: str, name: str = BENCHMARK) -> None:
    """Replace what stands between the marker lines; all else stays as it is, byte by byte.

    Parameters
    ----------
    path : Path
    text : str
        Ends up on lines of its own.
    name : str
        The marker lines are ``<!-- name:begin -->`` and ``<!-- name:end -->``.

    Raises
    ------
    MarkerError
        If the file can't be read or written, or hasn't each marker once, in order.
    """
    before, after = split_at_markers(path, name)
    newline = b"\r\n" if before.endswith(b"\r\n") else b"\n"
    lines = text.strip("\n").encode().replace(b"\n", newline)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".benchmark-", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(before + lines + newline + after)
        os.chmod(temporary, path.stat().st_mode & 0o7777)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise MarkerError(f"{path} can't be written: {error.strerror}.") from error


def split_at_markers(path: Path, name: str = BENCHMARK) -> tuple[bytes, bytes]:
    """Return a file's bytes up to the end of the first marker line and from the second on.

    Raises
    ------
    MarkerError
        If the file can't be read, or hasn't each marker once, in order.
    """
    markers = (f"<!-- {name}:begin -->", f"<!-- {name}:end -->")
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise MarkerError(f"{path} can't be read: {error.strerror}.") from error
    places = {
        marker: [number for number, line in enumerate(lines) if line.strip() == marker.encode()]
        for marker in markers
    }
    for marker, numbers in places.items():
        if len(numbers) != 1:
            raise MarkerError(f"{path} must have the line {marker} once, not {len(numbers)} times.")
    begin, end = (places[marker][0] for marker in markers)
    if begin > end:
        raise MarkerError(f"{path} has the line {markers[1]} before {markers[0]}.")
    return b"".join(lines[: begin + 1]), b"".join(lines[end:])
