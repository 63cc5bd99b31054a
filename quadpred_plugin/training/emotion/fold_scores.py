"""Scores over the folds of networks that were trained on all corpora."""

from collections.abc import Iterable
from pathlib import Path

from quadpred_plugin.training.datasets import emopia, fourq, vgmidi
from quadpred_plugin.training.emotion.scores import (
    LabelScores,
    RatingScores,
    score_labels,
    score_ratings,
)
from quadpred_plugin.training.emotion.track_outputs import read_outputs
from quadpred_plugin.training.midi.renditions import validation_sets
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace


def score_folds(
    workspace: Workspace, folders: Iterable[Path], lag: float
) -> dict[str, LabelScores | RatingScores]:
    """Score the outputs that the runs of the folds left, by test set.

    A clip of 4Q and a piece of VGMIDI is judged by the one network that didn't learn from it;
    a render of EMOPIA's validation part, by every network.

    Parameters
    ----------
    workspace : Workspace
    folders : iterable of Path
        Of the folds' runs.
    lag : float
        Seconds by which listeners react late.
    """
    folders = list(folders)

    def outputs(tests: str) -> dict[str, list]:  # type: ignore[type-arg]
        return read_outputs([path for one in folders if (path := one / f"{tests}.npz").exists()])

    scores: dict[str, LabelScores | RatingScores] = {}
    labelled = {fourq.NAME: workspace.tracks(fourq.NAME)}
    if RENDERS in workspace.data:
        labelled |= validation_sets(emopia.read_renders(workspace.folder(RENDERS)))
    for tests, tracks in labelled.items():
        label = {track.name: track.quadrant for track in tracks}
        found = [(one, label[name]) for name, several in outputs(tests).items() for one in several]
        if found:
            scores[tests] = score_labels(
                [one for one, _ in found],
                [quadrant for _, quadrant in found if quadrant is not None],
            )
    pieces = {name.partition("@")[0]: one[0] for name, one in outputs(vgmidi.NAME).items()}
    if pieces:
        ratings = vgmidi.read_ratings(workspace.folder(vgmidi.NAME))
        scores[vgmidi.NAME] = score_ratings(pieces, ratings, lag)
    return scores
