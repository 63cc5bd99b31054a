"""One face for the tags of every container that mutagen writes.

What a file holds besides our fields stays as it is: ID3v2.3 stays 2.3 without its frames
being translated, ID3v1 keeps its bytes, and a field that is replaced keeps its place, the
spelling of its key and its encoding.
"""

import struct
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from quadpred_plugin.errors import AudioError, InstallationError
from quadpred_plugin.tags import fields

Reader: TypeAlias = Callable[[Any, str], list[str]]
Writer: TypeAlias = Callable[[Any, str, Sequence[str]], None]

_ID3V1_BYTES = 128


class TaggedFile:
    """An audio file's tags, as they were when it was opened.

    Parameters
    ----------
    path : Path

    Raises
    ------
    AudioError
        If the file is missing, broken, or of a kind that can't be tagged; the message goes
        on after the file's name.
    InstallationError
        If mutagen is missing.
    """

    def __init__(self, path: Path) -> None:
        self._file = _open(path)
        self._read, self._write = _dialect(self._file.tags)

    def values(self) -> dict[str, tuple[str, ...]]:
        """Return the values of each of our fields that the file has."""
        found = {field: tuple(self._read(self._file.tags, field)) for field in fields.FIELDS}
        return {field: values for field, values in found.items() if values}

    def save(self, path: Path, changes: fields.Values) -> None:
        """Change fields in a copy of the file.

        Parameters
        ----------
        path : Path
            The copy.
        changes : mapping of str to tuple of str
            New values of each field that changes; none removes it.

        Raises
        ------
        AudioError
            If that can't be done.
        """
        for field, values in changes.items():
            self._write(self._file.tags, field, values)
        with _explained():
            _save(self._file, path)


def require_mutagen() -> Any:
    """Import mutagen and return it.

    Raises
    ------
    InstallationError
        If it is missing.
    """
    try:
        import mutagen
    except ImportError as error:
        raise InstallationError(
            "Tags need another package: pip install 'quadpred-plugin[tags]'."
        ) from error
    return mutagen


@contextmanager
def _explained() -> Any:
    """Translate what mutagen raises on files that aren't what they seem."""
    mutagen = require_mutagen()
    try:
        yield
    except mutagen.MutagenError as error:
        # Its errors often wrap the system's, whose words are better.
        cause = error.args[0] if error.args else error
        reason = getattr(cause, "strerror", None) or str(cause) or type(error).__name__
        raise AudioError(f"has tags that can't be read or written ({reason}).") from error
    except (ValueError, LookupError, struct.error, EOFError, OverflowError) as error:
        raise AudioError(f"has damaged tags ({type(error).__name__}: {error}).") from error


def _open(path: Path) -> Any:
    mutagen = require_mutagen()
    from mutagen.id3 import ID3

    if not path.exists():
        raise AudioError("does not exist.")
    if not path.is_file():
        raise AudioError("is not a regular file.")
    with _explained():
        file = mutagen.File(path)
        if file is None:
            raise AudioError("is of a kind that can't be tagged.")
        if file.tags is None:
            try:
                file.add_tags()
            except (mutagen.MutagenError, NotImplementedError) as error:
                raise AudioError("is of a kind that can't be tagged.") from error
        if isinstance(file.tags, ID3):
            # Again as it is, neither translated to version 2.4 nor filled up from ID3v1.
            file = type(file)(path, translate=False, load_v1=False)
            if file.tags is None:
                file.add_tags()
            if file.tags.version[:2] < (2, 3):
                raise AudioError(
                    "has ID3v2.2 tags, which can be read but not written: let a tag editor "
                    "convert them to ID3v2.4."
                )
    return file


def _save(file: Any, path: Path) -> None:
    from mutagen.apev2 import APEv2
    from mutagen.id3 import ID3

    if isinstance(file.tags, ID3):
        _save_id3(file.tags, path)
    elif isinstance(file.tags, APEv2) and not file.tags:
        file.tags.delete(path)
    else:
        file.save(path)


def _save_id3(tags: Any, path: Path) -> None:
    size = path.stat().st_size
    with open(path, "rb") as stream:
        stream.seek(max(0, size - _ID3V1_BYTES))
        ending = stream.read()
    if tags or tags.unknown_frames:
        tags.save(path, v2_version=tags.version[1], v23_sep=None)
    else:
        # Nothing but our fields was in it: the tag itself was ours.
        own_chunk = type(tags).__name__ != "ID3"
        tags.delete(path, **({} if own_chunk else {"delete_v1": False}))
    if ending.startswith(b"TAG"):
        # mutagen fills ID3v1 anew from what ID3v2 says.
        with open(path, "r+b") as stream:
            stream.seek(-_ID3V1_BYTES, 2)
            stream.write(ending)


def _dialect(tags: Any) -> tuple[Reader, Writer]:
    from mutagen._vorbis import VComment
    from mutagen.apev2 import APEv2
    from mutagen.asf import ASFTags
    from mutagen.id3 import ID3
    from mutagen.mp4 import MP4Tags

    dialects: list[tuple[type, Reader, Writer]] = [
        (ID3, _read_id3, _write_id3),
        (VComment, _read_vorbis, _write_vorbis),
        (MP4Tags, _read_mp4, _write_mp4),
        (APEv2, _read_ape, _write_ape),
        (ASFTags, _read_asf, _write_asf),
    ]
    for kind, reader, writer in dialects:
        if isinstance(tags, kind):
            return reader, writer
    raise AudioError("is of a kind that can't be tagged.")


def _id3_key(field: str) -> str:
    return fields.ID3_MOOD if field == fields.MOOD else f"TXXX:{field}"


def _read_id3(tags: Any, field: str) -> list[str]:
    frame = tags.get(_id3_key(field))
    return [] if frame is None else list(frame.text)


def _write_id3(tags: Any, field: str, values: Sequence[str]) -> None:
    from mutagen.id3 import TMOO, TXXX, Encoding

    key = _id3_key(field)
    if not values:
        tags.pop(key, None)
    elif key in tags:
        tags[key].text = list(values)
    elif field == fields.MOOD:
        tags.add(TMOO(encoding=Encoding.UTF8, text=list(values)))
    else:
        tags.add(TXXX(encoding=Encoding.UTF8, desc=field, text=list(values)))


def _read_vorbis(tags: Any, field: str) -> list[str]:
    return [value for key, value in list(tags) if key.upper() == field]


def _write_vorbis(tags: Any, field: str, values: Sequence[str]) -> None:
    places = [place for place, (key, _) in enumerate(list(tags)) if key.upper() == field]
    place = places[0] if places else len(tags)
    spelling = tags[place : place + 1][0][0] if places else field
    for old in reversed(places):
        list.pop(tags, old)
    for offset, value in enumerate(values):
        list.insert(tags, place + offset, (spelling, value))


def _spelling(tags: Any, key: str) -> str:
    """Return a key as the file spells it, or as it is."""
    return next((known for known in tags.keys() if known.casefold() == key.casefold()), key)


def _read_mp4(tags: Any, field: str) -> list[str]:
    values = tags.get(_spelling(tags, fields.MP4_PREFIX + field), [])
    return [bytes(value).decode("utf-8", "surrogateescape") for value in values]


def _write_mp4(tags: Any, field: str, values: Sequence[str]) -> None:
    from mutagen.mp4 import AtomDataType, MP4FreeForm

    key = _spelling(tags, fields.MP4_PREFIX + field)
    before = tags.pop(key, [])
    kind = getattr(before[0], "dataformat", AtomDataType.UTF8) if before else AtomDataType.UTF8
    if values:
        tags[key] = [
            MP4FreeForm(value.encode("utf-8", "surrogateescape"), kind) for value in values
        ]


def _read_ape(tags: Any, field: str) -> list[str]:
    key = fields.APE_MOOD if field == fields.MOOD else field
    return list(tags[key]) if key in tags else []


def _write_ape(tags: Any, field: str, values: Sequence[str]) -> None:
    key = _spelling(tags, fields.APE_MOOD if field == fields.MOOD else field)
    if values:
        tags[key] = list(values)
    elif key in tags:
        del tags[key]


def _asf_key(tags: Any, field: str) -> str:
    return _spelling(tags, fields.ASF_MOOD if field == fields.MOOD else field)


def _read_asf(tags: Any, field: str) -> list[str]:
    key = _asf_key(tags, field)
    return [str(value) for value in tags[key]] if key in tags.keys() else []


def _write_asf(tags: Any, field: str, values: Sequence[str]) -> None:
    key = _asf_key(tags, field)
    if values:
        tags[key] = list(values)
    elif key in tags.keys():
        del tags[key]
