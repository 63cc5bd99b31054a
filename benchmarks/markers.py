"""Replace the text between two marker lines of a file."""

import os
import tempfile
from pathlib import Path

BENCHMARK = "benchmark"


class MarkerError(Exception):
    """The file can't be read or written, or its marker lines are missing or repeated."""


def replace_between_markers(path: Path, text: str, name: str = BENCHMARK) -> None:
    """Replace the text between the marker lines; all other bytes are unchanged.

    Parameters
    ----------
    path : Path
    text : str
        New text, without the marker lines.
    name : str
        The marker lines are ``<!-- name:begin -->`` and ``<!-- name:end -->``.

    Raises
    ------
    MarkerError
        If the file can't be read or written, or doesn't contain each marker once, in order.
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
    """Return a file's bytes up to and including the first marker line, and from the second on.

    Raises
    ------
    MarkerError
        If the file can't be read, or doesn't contain each marker once, in order.
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
            raise MarkerError(
                f"{path} must contain the line {marker} once, not {len(numbers)} times."
            )
    begin, end = (places[marker][0] for marker in markers)
    if begin > end:
        raise MarkerError(f"{path} has the line {markers[1]} before {markers[0]}.")
    return b"".join(lines[: begin + 1]), b"".join(lines[end:])
