"""Uniform access to the tags of every container that can be written.

mutagen says what a file is. Tags are read and written byte by byte, so that all other content
of a file is preserved: items of other programs, their order, padding, ID3v1.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quadpred_plugin.audio import unreadable
from quadpred_plugin.errors import AudioError, InstallationError, QuadpredError
from quadpred_plugin.system.failures import describe, show_traceback
from quadpred_plugin.tags import fields
from quadpred_plugin.tags.apev2 import read_ape
from quadpred_plugin.tags.asf import read_asf
from quadpred_plugin.tags.edits import Edit
from quadpred_plugin.tags.id3 import Id3, read_id3
from quadpred_plugin.tags.id3_places import find_at_start, find_by_pointer, find_in_chunk
from quadpred_plugin.tags.items import Item, Tag, same_name
from quadpred_plugin.tags.mp4 import read_mp4
from quadpred_plugin.tags.ogg import read_ogg
from quadpred_plugin.tags.vorbis import read_flac

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
        try:
            self._tag = _read(path)
        except Exception as error:
            raise _translated(error) from error
        self.kind = self._tag.kind

    @property
    def mood_tag(self) -> str:
        """Name of the tag that gets a new mood."""
        if isinstance(self._tag, Id3) and self._tag.version == 3:
            return fields.ID3V23_MOOD_TAG
        return fields.tag_name(self.kind, fields.MOOD)

    @property
    def comment_tag(self) -> str | None:
        """Name of the comment's tag; None if this kind of tags can't have it written."""
        return fields.COMMENT_TAGS.get(self.kind)

    @property
    def has_one_comment(self) -> bool:
        """Whether a new text of the comment replaces no second one.

        ID3 can have comments in several languages. Of a Vorbis file's comments, each is a value.
        """
        tag = self.comment_tag
        count = sum(same_name(item.name, tag) for item in self._tag.items) if tag else 0
        return count == 1 or (count > 1 and self.kind == fields.VORBIS)

    @property
    def has_several_values(self) -> bool:
        """Whether a tag can have several values; ID3v2.3 has no way to write them."""
        return not (isinstance(self._tag, Id3) and self._tag.version == 3)

    def has(self, tag: str) -> bool:
        """Return whether the file has a tag, be it text or not."""
        return any(same_name(item.name, tag) for item in self._tag.items)

    def values(self) -> dict[str, tuple[str, ...]]:
        """Return the values of each of our fields that the file has."""
        names = {field: fields.tag_name(self.kind, field) for field in fields.FIELDS}
        names[fields.MOOD] = self.mood_tag
        found = {field: self.read(name) for field, name in names.items()}
        return {field: values for field, values in found.items() if values}

    def moods(self) -> dict[str, tuple[str, ...]]:
        """Return the values of each tag that players read as a mood, by the tag's name."""
        names = [item.name for item in self._tag.items if fields.is_mood(self.kind, item.name)]
        # Spellings that differ in letter case only are the same tag.
        return {name: self.read(name) for name in {one.casefold(): one for one in names}.values()}

    def read(self, tag: str) -> tuple[str, ...]:
        """Return the values of one tag; none if it is absent or isn't text.

        Parameters
        ----------
        tag : str
            Name of a text tag in this kind of tags, as `fields.tag_name` returns it.

        Raises
        ------
        AudioError
            If this kind of tags can't have text under this name.
        """
        self._tag.require_text(tag)
        items = [item for item in self._tag.items if same_name(item.name, tag)]
        return tuple(value for item in items for value in item.values)

    def others(self, changes: Mapping[str, tuple[str, ...]]) -> list[Item]:
        """Return the items that changes leave as they are, in the order of the file."""
        return [
            item
            for item in self._tag.items
            if not any(same_name(item.name, name) for name in changes)
        ]

    def edits(self, changes: Mapping[str, tuple[str, ...]]) -> list[Edit]:
        """Return the edits of the file that change tags.

        Parameters
        ----------
        changes : mapping of str to tuple of str
            New values of each changed tag, by its name; no values remove the tag.

        Raises
        ------
        AudioError
            If the tags can't be written.
        """
        try:
            return self._tag.edits(self._tag.replaced(changes))
        except Exception as error:
            raise _translated(error) from error


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


def _translated(error: Exception) -> QuadpredError:
    """Return the reason why a file's tags can't be read or written."""
    if isinstance(error, QuadpredError):
        return error
    show_traceback(error)
    # mutagen's errors often wrap an OSError, whose message is clearer.
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    reason = getattr(cause, "strerror", None)
    if reason:
        return AudioError(f"has tags that can't be read or written ({reason}).")
    return AudioError(f"has damaged tags ({describe(cause)}).")


def _read(path: Path) -> Tag:
    """Read a file's tag in the way of its container."""
    mutagen = require_mutagen()
    from mutagen.aiff import AIFF
    from mutagen.apev2 import APEv2File
    from mutagen.asf import ASF
    from mutagen.dsdiff import DSDIFF
    from mutagen.dsf import DSF
    from mutagen.flac import FLAC
    from mutagen.id3 import ID3FileType
    from mutagen.monkeysaudio import MonkeysAudio
    from mutagen.mp4 import MP4
    from mutagen.ogg import OggFileType
    from mutagen.oggtheora import OggTheora
    from mutagen.wave import WAVE

    if not path.exists():
        raise AudioError(unreadable.MISSING)
    if not path.is_file():
        raise AudioError(unreadable.NOT_REGULAR)
    file = mutagen.File(path)
    if isinstance(file, (AIFF, DSDIFF, WAVE)):
        return read_id3(*find_in_chunk(path))
    if isinstance(file, DSF):
        return read_id3(*find_by_pointer(path))
    if isinstance(file, ID3FileType):
        return read_id3(*find_at_start(path))
    if isinstance(file, FLAC):
        return read_flac(path)
    if isinstance(file, OggFileType):
        return read_ogg(path, isinstance(file, OggTheora))
    # FFmpeg takes tags behind Monkey's Audio for audio, so writing them can't be checked.
    if isinstance(file, APEv2File) and not isinstance(file, MonkeysAudio):
        return read_ape(path)
    if isinstance(file, MP4):
        return read_mp4(path)
    if isinstance(file, ASF):
        return read_asf(path)
    raise AudioError(_CANNOT_BE_TAGGED)
