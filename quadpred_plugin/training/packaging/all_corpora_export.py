"""Export a model that was trained on all corpora, with the scores of its folds."""

from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.contextual.training import model_folder
from quadpred_plugin.training.datasets.emopia import read_renders
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.emotion.fold_outputs import calibrated, quadrants_of, read_folds
from quadpred_plugin.training.emotion.track_outputs import outputs_file
from quadpred_plugin.training.evaluation.calibration import fit_folds, pooling_by_fold
from quadpred_plugin.training.evaluation.scoring import score_folds
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

    folders = fold_folders(workspace, recipe)
    best = _run_folder(workspace, recipe, None) / BEST
    if not best.exists():
        raise QuadpredError(f"There is no {best}: run '{_command(recipe)}' with --final.")
    music = read_folds(folders, POP, quadrants_of(workspace.tracks(POP)))
    pooling = calibrated(fit_folds(music))
    by_fold = [calibrated(one) for one in pooling_by_fold(music)]
    scores = score_folds(music, by_fold)
    piano = {}
    if RENDERS in workspace.data:
        sets = validation_sets(read_renders(workspace.folder(RENDERS)))
        for tests, tracks in sets.items():
            if outputs_file(folders[0], tests).exists():
                folds = read_folds(folders, tests, quadrants_of(tracks))
                scored = score_folds(folds, by_fold)
                piano[tests] = {level: scored[level] for level in ("patch", "clip")}
    metrics = {**scores, "other_corpora": piano}
    release = release_of(recipe, None, workspace.dataset, pooling, metrics)
    trained = keras.saving.load_model(best, compile=False)
    if isinstance(recipe, ContextualModel):
        network = without_auxiliary(trained)
        return export(network, recipe.front_end, release, files)
    network = join(published_trunk(), trained)
    return export(network, recipe.front_end, release, files, network)


def fold_folders(workspace: Workspace, recipe: LargeModel | ContextualModel) -> list[Path]:
    """Return the folders of a recipe's runs on all folds.

    Raises
    ------
    QuadpredError
        If one hasn't predicted its tests.
    """
    folds = fold_numbers(workspace.tracks(POP))
    folders = [_run_folder(workspace, recipe, fold) for fold in folds]
    for folder in folders:
        if not (path := outputs_file(folder, POP)).exists():
            raise QuadpredError(f"There is no {path}: run '{_command(recipe)}'.")
    return folders


def _run_folder(
    workspace: Workspace, recipe: LargeModel | ContextualModel, fold: int | None
) -> Path:
    if isinstance(recipe, LargeModel):
        return heads_folder(workspace, recipe, fold)
    return model_folder(workspace, recipe, fold)


def _command(recipe: LargeModel | ContextualModel) -> str:
    return f"quadpred train {recipe.kind} {recipe.name}"
