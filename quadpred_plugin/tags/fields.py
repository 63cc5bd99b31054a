"""Tag fields: their names in each kind of tags, and their values.

To rename a field, change its constant. Undo files record the tag names that were written, so
earlier undo files stay valid (`undo`).
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from quadpred_plugin.prediction import Summary
from quadpred_plugin.quadrants import QUADRANTS

MOOD = "MOOD"
QUADRANT = "QUADPRED_QUADRANT"
AROUSAL = "QUADPRED_AROUSAL"
VALENCE = "QUADPRED_VALENCE"
MODEL = "QUADPRED_MODEL"
FIELDS = (MOOD, QUADRANT, AROUSAL, VALENCE, MODEL)

# Kinds of tags. Undo files contain these names.
ID3 = "ID3"
VORBIS = "Vorbis"
MP4 = "MP4"
APE = "APEv2"
ASF = "ASF"
KINDS = (ID3, VORBIS, MP4, APE, ASF)

# The mood's tag where players expect another name than the field's.
_MOOD_TAGS = {ID3: "TMOO", APE: "Mood", ASF: "WM/Mood"}
MP4_PREFIX = "----:com.apple.iTunes:"
# A mood in ID3v2.3, which has no frame for it; its readers look for this one.
ID3V23_MOOD_TAG = "TXXX:MOOD"
# The comment that players show. ASF has it in an object of its own, which isn't written.
COMMENT_TAGS = {ID3: "COMM:", VORBIS: "COMMENT", MP4: "©cmt", APE: "Comment"}
_PREFIXES = {ID3: "TXXX:", MP4: MP4_PREFIX}
# Names under which taggers and players keep a mood, in lower case; of MP4's free-form items, the
# last part.
_MOOD_NAMES = {
    ID3: {"tmoo", "txxx:mood", "comm:songs-db_mood", "comm:musicmatch_mood"},
    VORBIS: {"mood"},
    MP4: {"mood"},
    APE: {"mood"},
    ASF: {"wm/mood", "mood"},
}

# Decimals of arousal and valence.
DECIMALS = 4

# Values of each field; an absent field has none.
Values: TypeAlias = Mapping[str, tuple[str, ...]]


def tag_name(kind: str, field: str) -> str:
    """Return the name of a field's tag in one kind of tags.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    field : str
        One of `FIELDS`.

    Examples
    --------
    >>> tag_name(ID3, MOOD), tag_name(ID3, MODEL), tag_name(VORBIS, MODEL)
    ('TMOO', 'TXXX:QUADPRED_MODEL', 'QUADPRED_MODEL')
    """
    if field == MOOD and kind in _MOOD_TAGS:
        return _MOOD_TAGS[kind]
    return _PREFIXES.get(kind, "") + field


def values_of(summary: Summary, provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return the value of each field for a file.

    Parameters
    ----------
    summary : Summary
        Means over the file.
    provenance : mapping
        Of the prediction: the model's name and the SHA-256 of its graph. Without these, the
        model's field is empty.
    """
    return {
        MOOD: _mood_words(summary.quadrant),
        QUADRANT: summary.quadrant,
        AROUSAL: _decimal(summary.arousal),
        VALENCE: _decimal(summary.valence),
        MODEL: model_of(provenance) or "",
    }


def model_of(provenance: Mapping[str, Any]) -> str | None:
    """Return the model's value for a provenance; None if that doesn't tell it."""
    if "model" in provenance and "sha256" in provenance:
        return model_value(provenance["model"], provenance["sha256"])
    return None


def model_value(name: str, sha256: str) -> str:
    """Return a model's name with the first 12 hexadecimal digits of its graph's SHA-256."""
    return f"{name} {sha256[:12]}"


def is_mood(kind: str, name: str) -> bool:
    """Return whether players read a tag as a mood, whoever wrote it.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    name : str
        Of the tag, as `tag_name` returns it; letter case doesn't matter.

    Examples
    --------
    >>> is_mood(ID3, "TXXX:Mood"), is_mood(MP4, "----:com.apple.iTunes:MOOD"), is_mood(ID3, "TIT2")
    (True, True, False)
    """
    lower = name.casefold()
    if kind == MP4:
        lower = lower.rpartition(":")[2] if lower.startswith("----:") else ""
    return lower in _MOOD_NAMES[kind]


def is_own_mood(mood: tuple[str, ...], values: Values) -> bool:
    """Return whether this program wrote a mood.

    It did if the mood equals the words of the quadrant field, as one value or as several.
    """
    quadrant = values.get(QUADRANT, ())
    if len(quadrant) != 1:
        return False
    words = _mood_words(quadrant[0])
    return mood in (mood_values(words, False), mood_values(words, True))


def mood_values(words: str, several: bool) -> tuple[str, ...]:
    """Return the values of a mood.

    Parameters
    ----------
    words : str
        Words of a quadrant, as `values_of` returns them; empty for none.
    several : bool
        Whether each word is a value of its own.

    Examples
    --------
    >>> mood_values("calm, tender", True), mood_values("", False)
    (('calm', 'tender'), ())
    """
    if not words:
        return ()
    return tuple(words.split(", ")) if several else (words,)


def _mood_words(name: str) -> str:
    return next((quadrant.words for quadrant in QUADRANTS if quadrant.name == name), "")


def _decimal(number: float) -> str:
    # Adding zero turns -0.0 into 0.0.
    return f"{round(number, DECIMALS) + 0.0:.{DECIMALS}f}"
