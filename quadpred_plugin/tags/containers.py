"""Uniform access to the tags of every container that mutagen writes.

All other content of a file is preserved: ID3v2.3 stays version 2.3 with its frames
untranslated, ID3v1 keeps its bytes, and a replaced tag keeps its position, the spelling of its
name and its encoding.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from quadpred_plugin.audio import unreadable
from quadpred_plugin.errors import AudioError, InstallationError
from quadpred_plugin.tags import fields

# Both take mutagen's tags and the name of a tag.
Reader: TypeAlias = Callable[[Any, str], list[str]]
Writer: TypeAlias = Callable[[Any, str, Sequence[str]], None]

_ID3V1_BYTES = 128
_CANNOT_BE_TAGGED = "has a format that can't be tagged."


class TaggedFile:
    """Tags of an audio file, as they were when it was opened.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    kind : str
        Kind of tags, one of `fields.KINDS`.

    Raises
    ------
    AudioError
        If the file is missing, damaged, or has a format that can't be tagged; the message
        continues after the file's name.
    InstallationError
        If mutagen is missing.
    """

    def __init__(self, path: Path) -> None:
        self._file = _open(path)
        self.kind, self._read, self._write = _dialect(self._file.tags)

    def values(self) -> dict[str, tuple[str, ...]]:
        """Return the values of each of our fields that the file has."""
        found = {field: self.read(fields.tag_name(self.kind, field)) for field in fields.FIELDS}
        return {field: values for field, values in found.items() if values}

    def read(self, tag: str) -> tuple[str, ...]:
        """Return the values of one tag; none if it is absent.

        Parameters
        ----------
        tag : str
            Name of a text tag in this kind of tags, as `fields.tag_name` returns it.

        Raises
        ------
        AudioError
            If the tag isn't text.
        """
        _require_text(self.kind, tag)
        return tuple(self._read(self._file.tags, tag))

    def save(self, path: Path, changes: Mapping[str, tuple[str, ...]]) -> None:
        """Write changed tags into a copy of the file.

        Parameters
        ----------
        path : Path
            The copy.
        changes : mapping of str to tuple of str
            New values of each changed tag, by its name; no values remove the tag.

        Raises
        ------
        AudioError
            If the tags can't be written.
        """
        for tag, values in changes.items():
            _require_text(self.kind, tag)
            self._write(self._file.tags, tag, values)
        with _translated_errors():
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
def _translated_errors() -> Any:
    """Translate the exceptions that mutagen raises for damaged files."""
    mutagen = require_mutagen()
    try:
        yield
    except mutagen.MutagenError as error:
        # Its errors often wrap an OSError, whose message is clearer.
        cause = error.args[0] if error.args else error
        reason = getattr(cause, "strerror", None) or str(cause) or type(error).__name__
        raise AudioError(f"has tags that can't be read or written ({reason}).") from error
    except (ValueError, LookupError, struct.error, EOFError, OverflowError) as error:
        raise AudioError(f"has damaged tags ({type(error).__name__}: {error}).") from error


def _open(path: Path) -> Any:
    mutagen = require_mutagen()
    from mutagen.id3 import ID3

    if not path.exists():
        raise AudioError(unreadable.MISSING)
    if not path.is_file():
        raise AudioError(unreadable.NOT_REGULAR)
    with _translated_errors():
        file = mutagen.File(path)
        if file is None:
            raise AudioError(_CANNOT_BE_TAGGED)
        if file.tags is None:
            try:
                file.add_tags()
            except (mutagen.MutagenError, NotImplementedError) as error:
                raise AudioError(_CANNOT_BE_TAGGED) from error
        if isinstance(file.tags, ID3):
            # Reopen without translation to version 2.4 and without merging ID3v1.
            file = type(file)(path, translate=False, load_v1=False)
            if file.tags is None:
                file.add_tags()
            if file.tags.version[:2] < (2, 3):
                raise AudioError(
                    "has ID3v2.2 tags, which can be read but not written: convert them to "
                    "ID3v2.4 with a tag editor."
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
        # The tag had no other fields than ours, so this program created it.
        own_chunk = type(tags).__name__ != "ID3"
        tags.delete(path, **({} if own_chunk else {"delete_v1": False}))
    if ending.startswith(b"TAG"):
        # mutagen rewrites ID3v1 from ID3v2; restore the original bytes.
        with open(path, "r+b") as stream:
            stream.seek(-_ID3V1_BYTES, 2)
            stream.write(ending)


def _dialect(tags: Any) -> tuple[str, Reader, Writer]:
    from mutagen._vorbis import VComment
    from mutagen.apev2 import APEv2
    from mutagen.asf import ASFTags
    from mutagen.id3 import ID3
    from mutagen.mp4 import MP4Tags

    dialects: list[tuple[type, str, Reader, Writer]] = [
        (ID3, fields.ID3, _read_id3, _write_id3),
        (VComment, fields.VORBIS, _read_vorbis, _write_vorbis),
        (MP4Tags, fields.MP4, _read_mp4, _write_mp4),
        (APEv2, fields.APE, _read_ape, _write_ape),
        (ASFTags, fields.ASF, _read_asf, _write_asf),
    ]
    for kind, name, reader, writer in dialects:
        if isinstance(tags, kind):
            return name, reader, writer
    raise AudioError(_CANNOT_BE_TAGGED)


def _require_text(kind: str, tag: str) -> None:
    """Raise AudioError unless the kind of tags stores text under this name."""
    from mutagen.id3 import Frames, TextFrame

    text = True
    if kind == fields.ID3:
        frame = Frames.get(tag.partition(":")[0])
        text = frame is not None and issubclass(frame, TextFrame)
    elif kind == fields.MP4:
        text = tag.startswith("----:")
    if not text:
        raise AudioError(f"can't have text in a tag '{tag}'.")


def _read_id3(tags: Any, tag: str) -> list[str]:
    frame = tags.get(tag)
    return [] if frame is None else [str(value) for value in frame.text]


def _write_id3(tags: Any, tag: str, values: Sequence[str]) -> None:
    from mutagen.id3 import Encoding, Frames

    name, _, description = tag.partition(":")
    if not values:
        tags.pop(tag, None)
    elif tag in tags:
        tags[tag].text = list(values)
    else:
        described = {"desc": description} if description else {}
        tags.add(Frames[name](encoding=Encoding.UTF8, text=list(values), **described))


def _read_vorbis(tags: Any, tag: str) -> list[str]:
    return [value for key, value in list(tags) if key.upper() == tag.upper()]


def _write_vorbis(tags: Any, tag: str, values: Sequence[str]) -> None:
    places = [place for place, (key, _) in enumerate(list(tags)) if key.upper() == tag.upper()]
    place = places[0] if places else len(tags)
    spelling = tags[place : place + 1][0][0] if places else tag
    for old in reversed(places):
        list.pop(tags, old)
    for offset, value in enumerate(values):
        list.insert(tags, place + offset, (spelling, value))


def _spelling(tags: Any, tag: str) -> str:
    """Return a tag's name as the file spells it, or unchanged if the file lacks it."""
    return next((known for known in tags.keys() if known.casefold() == tag.casefold()), tag)


def _read_mp4(tags: Any, tag: str) -> list[str]:
    values = tags.get(_spelling(tags, tag), [])
    return [bytes(value).decode("utf-8", "surrogateescape") for value in values]


def _write_mp4(tags: Any, tag: str, values: Sequence[str]) -> None:
    from mutagen.mp4 import AtomDataType, MP4FreeForm

    key = _spelling(tags, tag)
    before = tags.pop(key, [])
    kind = getattr(before[0], "dataformat", AtomDataType.UTF8) if before else AtomDataType.UTF8
    if values:
        tags[key] = [
            MP4FreeForm(value.encode("utf-8", "surrogateescape"), kind) for value in values
        ]


def _read_ape(tags: Any, tag: str) -> list[str]:
    from mutagen.apev2 import APETextValue

    if tag not in tags:
        return []
    if not isinstance(tags[tag], APETextValue):
        raise AudioError(f"has a tag '{tag}' that isn't text.")
    return list(tags[tag])


def _write_ape(tags: Any, tag: str, values: Sequence[str]) -> None:
    key = _spelling(tags, tag)
    if values:
        tags[key] = list(values)
    elif key in tags:
        del tags[key]


def _read_asf(tags: Any, tag: str) -> list[str]:
    key = _spelling(tags, tag)
    return [str(value) for value in tags[key]] if key in tags.keys() else []


def _write_asf(tags: Any, tag: str, values: Sequence[str]) -> None:
    key = _spelling(tags, tag)
    if values:
        tags[key] = list(values)
    elif key in tags.keys():
        del tags[key]
