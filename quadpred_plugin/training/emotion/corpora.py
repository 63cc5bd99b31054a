"""Tracks of a run on all corpora: what is trained on and what is tested, by fold.

A fold of 4Q and the series of VGMIDI with the same number are left out together, so that five
networks judge every clip and every piece that they didn't learn from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import emopia, fourq, vgmidi
from quadpred_plugin.training.datasets.degraded import TABLE as DEGRADED_TABLE
from quadpred_plugin.training.datasets.degraded import read_degraded
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.emotion.emotion_targets import (
    EmotionTargets,
    targets_of_label,
    targets_of_ratings,
)
from quadpred_plugin.training.midi.renditions import (
    JUDGED_BY,
    read_performances,
    training_renders,
    validation_sets,
)
from quadpred_plugin.training.recipes.large_model import Corpus
from quadpred_plugin.training.runs.workspace import DEGRADED, RENDERS, VGMIDI_RENDERS, Workspace
from quadpred_plugin.training.splits import test_tracks

CORPORA = (fourq.NAME, emopia.NAME, vgmidi.NAME)


@dataclass(frozen=True)
class CorpusTracks:
    """Tracks of one run, by corpus or test set.

    Attributes
    ----------
    train : dict of list of Track
    degraded : dict of list of Track
        Degraded versions of the tracks that are trained on.
    test : dict of list of Track
    """

    train: dict[str, list[Track]]
    degraded: dict[str, list[Track]]
    test: dict[str, list[Track]]

    @property
    def by_part(self) -> dict[str, list[Track]]:
        """Tracks by part and corpus, such as ``train-4q``, as records of runs name them."""
        parts = {"train": self.train, "degraded": self.degraded, "test": self.test}
        return {
            f"{part}-{name}": several
            for part, by_name in parts.items()
            for name, several in by_name.items()
        }


def corpus_tracks(
    workspace: Workspace, corpora: Mapping[str, Corpus], fold: int | None
) -> CorpusTracks:
    """Choose the tracks of a run.

    Parameters
    ----------
    workspace : Workspace
        With the places of the corpora, and of degraded versions if they are asked for.
    corpora : dict of Corpus
        By a name of `CORPORA`.
    fold : int or None
        Left out of 4Q and VGMIDI; None trains on everything, by instruments that are held
        back too.

    Raises
    ------
    QuadpredError
        If a place wasn't given, a table can't be read or a name is unknown.
    """
    names = list(corpora)
    if unknown := sorted(set(names) - set(CORPORA)):
        raise QuadpredError(
            f"The corpora that can be trained on are {', '.join(CORPORA)}, not "
            f"{', '.join(unknown)}."
        )
    train: dict[str, list[Track]] = {}
    test: dict[str, list[Track]] = {}
    if fourq.NAME in names:
        clips = workspace.tracks(fourq.NAME)
        train[fourq.NAME] = [one for one in clips if one.fold != fold]
        test[fourq.NAME] = test_tracks(clips, workspace.dataset(fourq.NAME), fold)
    if emopia.NAME in names:
        renders = emopia.read_renders(workspace.folder(RENDERS))
        train[emopia.NAME] = training_renders(renders, final=fold is None)
        test |= validation_sets(renders)
    if vgmidi.NAME in names:
        pieces = vgmidi.read_renders(workspace.folder(VGMIDI_RENDERS))
        train[vgmidi.NAME] = [one for one in pieces if one.fold != fold]
        test[vgmidi.NAME] = [
            one for one in pieces if one.fold == fold and one.rendition == JUDGED_BY
        ]
    degraded = {
        name: read_degraded(workspace.folder(DEGRADED) / name / DEGRADED_TABLE, train[name])
        if corpora[name].degraded_share
        else []
        for name in corpora
    }
    return CorpusTracks(train, degraded, test)


def every_track(
    workspace: Workspace, corpora: Mapping[str, Corpus], folds: Iterable[int | None]
) -> list[Track]:
    """Return the tracks of the runs on several folds, each once."""
    found: dict[Path, Track] = {}
    for fold in folds:
        for several in corpus_tracks(workspace, corpora, fold).by_part.values():
            found |= {track.path: track for track in several}
    return list(found.values())


def targets_by_track(
    workspace: Workspace, tracks: Mapping[str, Sequence[Track]], lag: float
) -> dict[str, EmotionTargets]:
    """Return the targets of tracks, by the tracks' names.

    Parameters
    ----------
    workspace : Workspace
    tracks : dict of sequence of Track
        By corpus or test set; degraded versions have the targets of their tracks.
    lag : float
        Seconds by which listeners react late.
    """
    found = {}
    pieces = [one for several in tracks.values() for one in several if one.dataset == vgmidi.NAME]
    if pieces:
        ratings = vgmidi.read_ratings(workspace.folder(vgmidi.NAME))
        performances = read_performances(workspace.folder(VGMIDI_RENDERS))
        for one in pieces:
            speed = performances[one.undegraded].speed
            found[one.undegraded] = targets_of_ratings(ratings[one.clip].at_speed(speed), lag)
    for several in tracks.values():
        for one in several:
            if one.quadrant is not None:
                found[one.undegraded] = targets_of_label(one.quadrant)
    return found
