"""Artist and title of a file, as its tags have them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.system.failures import show_traceback
from quadpred_plugin.tags.containers import require_mutagen

# Names in Vorbis comments and in what mutagen translates; in ID3 chunks; in APEv2; in ASF.
_ARTIST = ("artist", "TPE1", "Artist", "Author")
_TITLE = ("title", "TIT2", "Title")


@dataclass(frozen=True)
class Description:
    """What players show of a file.

    Attributes
    ----------
    artist, title : str
        Empty if the tags don't have it.
    """

    artist: str = ""
    title: str = ""


def read_description(path: Path) -> Description:
    """Return artist and title of a file; nothing of one whose tags can't be read.

    Raises
    ------
    InstallationError
        If mutagen is missing.
    """
    mutagen = require_mutagen()
    try:
        file = mutagen.File(path, easy=True)
        tags = None if file is None else file.tags
        return Description(_first(tags, _ARTIST), _first(tags, _TITLE))
    except Exception as error:
        # Damaged tags are no reason to leave out a track that plays.
        show_traceback(error)
        return Description()


def _first(tags: Any, names: tuple[str, ...]) -> str:
    for name in names:
        try:
            values = tags[name]
        except (KeyError, TypeError, ValueError):
            continue
        # A frame of ID3 has its texts in an attribute.
        texts = [str(value).strip() for value in getattr(values, "text", values)]
        if found := next(filter(None, texts), ""):
            return found
    return ""
