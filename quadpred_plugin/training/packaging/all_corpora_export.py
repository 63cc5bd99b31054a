"""Export a model that was trained on all corpora, with the scores of its folds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.contextual.training import model_folder
from quadpred_plugin.training.datasets.emopia import read_renders
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.emotion.track_outputs import outputs_file, read_outputs
from quadpred_plugin.training.evaluation.calibration import fit_folds, pooling_by_fold
from quadpred_plugin.training.evaluation.scoring import Fold, HeadPooling, score_folds
from quadpred_plugin.training.large.heads import heads_folder
from quadpred_plugin.training.large.trunk_features import published_trunk
from quadpred_plugin.training.midi.renditions import validation_sets
from quadpred_plugin.training.networks.contextual import without_auxiliary
from quadpred_plugin.training.networks.musicnn_trunk import join
from quadpred_plugin.training.packaging.card_facts import release_of
from quadpred_plugin.training.packaging.export import ModelFiles, export
from quadpred_plugin.training.recipes.contextual_model import ContextualModel
from quadpred_plugin.training.recipes.large_model import LargeModel
from quadpred_plugin.training.runs.fitting import BEST
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from quadpred_plugin.training.splits import fold_numbers

_CALIBRATED = "quadrants"


def export_of_all_corpora(
    workspace: Workspace,
    recipe: LargeModel | ContextualModel,
    files: ModelFiles,
) -> Path:
    """Freeze the network that was trained on everything; its card has the folds' scores.

    Raises
    ------
    QuadpredError
        If the network or a fold's outputs are missing.
    """
    import keras

    def run_folder(fold: int | None) -> Path:
        if isinstance(recipe, LargeModel):
            return heads_folder(workspace, recipe, fold)
        return model_folder(workspace, recipe, fold)

    clips = workspace.tracks(POP)
    folders = [run_folder(fold) for fold in fold_numbers(clips)]
    best = run_folder(None) / BEST
    for path in (best, *(outputs_file(one, POP) for one in folders)):
        if not path.exists():
            raise QuadpredError(
                f"There is no {path}: run 'quadpred train {recipe.kind} {recipe.name}' for the "
                "folds and with --final."
            )
    music = read_folds(folders, POP, clips)
    pooling = calibrated(fit_folds(music))
    by_fold = [calibrated(one) for one in pooling_by_fold(music)]
    scores = score_folds(music, by_fold)
    piano = {}
    if RENDERS in workspace.data:
        sets = validation_sets(read_renders(workspace.folder(RENDERS)))
        for tests, tracks in sets.items():
            if outputs_file(folders[0], tests).exists():
                scored = score_folds(read_folds(folders, tests, tracks), by_fold)
                piano[tests] = {level: scored[level] for level in ("patch", "clip")}
    metrics = {**scores, "other_corpora": piano}
    release = release_of(recipe, None, workspace.dataset, pooling, metrics)
    trained = keras.saving.load_model(best, compile=False)
    if isinstance(recipe, ContextualModel):
        network = without_auxiliary(trained)
        return export(network, recipe.front_end, release, files)
    network = join(published_trunk(), trained)
    return export(network, recipe.front_end, release, files, network)


def read_folds(folders: Sequence[Path], tests: str, tracks: Sequence[Track]) -> list[Fold]:
    """Return the outputs of each fold's run for a test set, with the tracks' quadrants."""
    quadrant = {track.name: track.quadrant for track in tracks}
    folds: list[Fold] = []
    for folder in folders:
        outputs = read_outputs([outputs_file(folder, tests)])
        truth = np.array([quadrant[name] for name in outputs], dtype=np.int64)
        heads: list[dict[str, Any]] = [dict(one.heads) for (one,) in outputs.values()]
        folds.append((truth, heads))
    return folds


def calibrated(pooling: HeadPooling) -> HeadPooling:
    """Keep the calibration of the quadrants: degrees aren't probabilities."""
    return {head: one for head, one in pooling.items() if head == _CALIBRATED}
