"""One record for a track of any dataset, and one for what is known of a dataset."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

_DEGRADED = "~degraded"


@dataclass(frozen=True)
class Track:
    """One file of a dataset.

    Attributes
    ----------
    dataset : str
        Name of the dataset.
    name : str
        Unique within the dataset; usable as a file name. A rendition of a score is named
        ``<clip>@<rendition>``, a degraded version of a track ``<track>~degraded<number>``.
    path : Path
        Audio or MIDI file.
    quadrant : int or None
        Index into `quadrants.QUADRANTS`, 0 to 3; None for tracks without a label.
    group : str
        Artist, song or speaker. All tracks of a group are on the same side of a split.
    fold : int or None
        Fold of a cross-validation; None where the dataset has no folds.
    part : {'train', 'validation', ''}
        Part of a published split; empty where there is none.
    language : {'e', 'm', ''}
        Language of speech; empty for music.
    start : float
        Seconds that a degraded version lacks at its start.
    """

    dataset: str
    name: str
    path: Path
    quadrant: int | None = None
    group: str = ""
    fold: int | None = None
    part: str = ""
    language: str = ""
    start: float = 0.0

    @property
    def undegraded(self) -> str:
        """Name of the track of which this is a degraded version; else its own."""
        return self.name.partition(_DEGRADED)[0]

    @property
    def clip(self) -> str:
        """Name of the clip, the same for all its renditions and degraded versions."""
        return self.undegraded.partition("@")[0]

    @property
    def rendition(self) -> str:
        """Label of the rendition of a score; empty for a recording."""
        return self.undegraded.partition("@")[2]


def degraded_name(name: str, number: int) -> str:
    """Return the name of a degraded version of a track, numbered from 1."""
    return f"{name}{_DEGRADED}{number}"


@dataclass(frozen=True)
class Dataset:
    """Facts about a dataset, and how its tracks are read.

    Attributes
    ----------
    name, title, citation, licence : str
        Stated in the card of every model that was trained on it.
    read : callable
        Returns the tracks, given the dataset's folder.
    language : {'e', 'm'}
        Language of the music, by which ``quadpred predict -m`` selects models.
    limits : tuple of str
        What models trained on it can't know, in sentences.
    same_recordings : tuple of pairs of str
        Tracks that are one recording under two names; never on two sides of a split.
    """

    name: str
    title: str
    citation: str
    licence: str
    read: Callable[[Path], list[Track]]
    language: str = "e"
    limits: tuple[str, ...] = ()
    same_recordings: tuple[tuple[str, str], ...] = ()

    @property
    def duplicates(self) -> dict[str, str]:
        """Name of the other track for each track whose recording occurs twice."""
        pairs = dict(self.same_recordings)
        return pairs | {other: one for one, other in pairs.items()}


def merge_groups(tracks: Sequence[Track], pairs: Sequence[tuple[str, str]]) -> list[Track]:
    """Return tracks where the groups that share a recording are one group.

    Parameters
    ----------
    tracks : sequence of Track
    pairs : sequence of (str, str)
        Names of tracks that are the same recording.
    """
    group = {track.name: track.group for track in tracks}
    merged: dict[str, str] = {}
    for first, second in pairs:
        if first in group and second in group:
            merged[group[second]] = merged.get(group[first], group[first])
    return [replace(track, group=merged.get(track.group, track.group)) for track in tracks]
