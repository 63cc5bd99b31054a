"""Read text files in the encodings that programs for annotations write."""

from __future__ import annotations

import codecs
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.failures import failures_as

# UTF-32 isn't written by any of these programs.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    QuadpredError
        If it can't be read or is empty.
    """
    with failures_as(lambda problem: QuadpredError(f"{path} can't be read: {problem}.")):
        content = path.read_bytes()
    if not content.strip():
        raise QuadpredError(f"{path} is empty.")
    return content


def read_text(path: Path, otherwise: str | None = None) -> str:
    """Return the text of a file in UTF-8 or UTF-16, with line feeds as line ends.

    Parameters
    ----------
    path : Path
    otherwise : str, optional
        Encoding of a file that is neither.

    Raises
    ------
    QuadpredError
        If it can't be read, is empty, or has another encoding.
    """
    content = read_bytes(path)
    for encoding in (_encoding_of(content), otherwise):
        if encoding is not None:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            return "\n".join(text.replace("\r\n", "\n").split("\r"))
    raise QuadpredError(f"{path} is neither UTF-8 nor UTF-16 text: save it in one of these.")


def _encoding_of(content: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding
    # The first character of all these files is ASCII.
    if content[:1] == b"\0":
        return "utf-16-be"
    return "utf-16-le" if content[1:2] == b"\0" else "utf-8"
