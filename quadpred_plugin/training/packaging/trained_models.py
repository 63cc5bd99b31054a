"""Export the networks of finished runs as models, and describe models by their recipes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.model.card import ModelCard, write_card
from quadpred_plugin.training.datasets.fourq import FOUR_Q
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.distillation.cross_validation import fold_scores, read_folds
from quadpred_plugin.training.distillation.student_runs import (
    GATE,
    music_folds,
    predictions_file,
    read_gate,
    student_folder,
)
from quadpred_plugin.training.distillation.trunk import heads_only
from quadpred_plugin.training.evaluation.calibration import fit_folds, pooling_by_fold
from quadpred_plugin.training.evaluation.predictions import read_predictions
from quadpred_plugin.training.evaluation.scoring import score_folds
from quadpred_plugin.training.language_study import experiments as study_experiments
from quadpred_plugin.training.language_study.music_only import music_only_folder
from quadpred_plugin.training.networks.gated_ensemble import (
    build_ensemble,
    build_folded_ensemble,
)
from quadpred_plugin.training.packaging.card_facts import (
    Release,
    cross_validation_protocol,
    release_of_music_only,
    release_of_student,
    release_of_study,
)
from quadpred_plugin.training.packaging.export import ModelFiles, card_facts, export
from quadpred_plugin.training.recipes.kinds import Ensemble, LanguageStudy, MusicOnly, Student
from quadpred_plugin.training.runs.fitting import BEST
from quadpred_plugin.training.runs.workspace import Workspace


def export_music_only(workspace: Workspace, recipe: MusicOnly, files: ModelFiles) -> Path:
    """Freeze the best network of a run on music alone; return the graph's path.

    Raises
    ------
    QuadpredError
        If the run has no network yet.
    """
    best = music_only_folder(workspace, recipe) / BEST
    _require([best], f"quadpred train scratch {recipe.name}")
    release = release_of_music_only(recipe, workspace.dataset)
    return export(_load(best), recipe.front_end, release, files)


def export_student(workspace: Workspace, recipe: Student | Ensemble, files: ModelFiles) -> Path:
    """Freeze the student or ensemble trained on all clips; its card has the folds' scores.

    Raises
    ------
    QuadpredError
        If a network, the gate or a fold's predictions are missing.
    """
    run = student_folder(workspace, recipe, None)
    members = [recipe.convolutional, recipe.harmony] if isinstance(recipe, Ensemble) else [recipe]
    networks = [student_folder(workspace, member, None) / BEST for member in members]
    gates = [run / GATE] if isinstance(recipe, Ensemble) else []
    predictions = [
        predictions_file(workspace, recipe, fold, POP) for fold in music_folds(workspace)
    ]
    command = f"quadpred train student {recipe.name}"
    _require([*networks, *gates, *predictions], f"{command}' for the folds and '{command} --final")
    scores = fold_scores(workspace, recipe)
    metrics = {
        **scores[POP],
        "other_corpora": {
            tests: {level: one[level] for level in ("patch", "clip")}
            for tests, one in scores.items()
            if tests != POP
        },
        "protocol": cross_validation_protocol(scores[POP], FOUR_Q),
    }
    pooling = fit_folds(read_folds(workspace, recipe, POP))
    release = release_of_student(recipe, workspace.dataset, pooling, metrics)
    loaded = [
        heads_only(_load(path), tuple(member.loss_weights))
        for path, member in zip(networks, members)
    ]
    if not isinstance(recipe, Ensemble):
        return export(loaded[0], recipe.front_end, release, files)
    convolutional, harmony = loaded
    gate, scale = read_gate(run), recipe.harmony_logit_scale
    return export(
        build_ensemble(convolutional, harmony, gate, scale),
        recipe.front_end,
        release,
        files,
        build_folded_ensemble(convolutional, harmony, gate, scale, recipe.front_end),
    )


def export_study(
    workspace: Workspace,
    study: LanguageStudy,
    method: str,
    speech: str,
    files: ModelFiles,
) -> Path:
    """Freeze the network trained on all clips after both steps; its card has the folds' scores.

    Raises
    ------
    QuadpredError
        If the network or a fold's predictions are missing.
    """

    def experiment(fold: int | None) -> study_experiments.Experiment:
        return study_experiments.Experiment(method, speech, study_experiments.FULL, fold)

    best = study_experiments.experiment_folder(workspace, experiment(None)) / BEST
    predicted = [
        study_experiments.predictions_file(workspace, experiment(fold))
        for fold in study.folds[method]
    ]
    _require(
        [best, *predicted],
        f"quadpred train grid' for the folds and 'quadpred train transfer --from {method}-{speech} "
        "--setting full --final",
    )
    predictions = [read_predictions(path) for path in predicted]
    metrics = score_folds(predictions, pooling_by_fold(predictions))
    dataset = workspace.dataset(study.transfer.dataset)
    metrics["protocol"] = cross_validation_protocol(metrics, dataset)
    release = release_of_study(
        study.pretraining[method],
        speech,
        study.transfer,
        workspace.dataset,
        fit_folds(predictions),
        metrics,
    )
    return export(_load(best), study.front_end, release, files)


def describe_again(card: ModelCard, release: Release) -> None:
    """Rewrite a card's entries on the training of its model; keep the rest.

    Description, recipes, corpora, networks, limits and the metrics' protocol are written
    anew. The graph's entries and hash, the figures, the calibration and the dates stay.

    Parameters
    ----------
    card : ModelCard
        Of a model that was trained by the release's recipes.
    release : Release
        With the card's own pooling and metrics.
    """
    zoo, own = card_facts(release)
    content = {**card.content, **zoo}
    kept = card.content["quadpred"]
    parameters = {"parameters": kept["training"]["parameters"]}
    content["quadpred"] = {
        **kept,
        **own,
        "metrics": release.metrics,
        "training": {**parameters, **release.settings},
    }
    write_card(card.graph.with_suffix(".json"), content)


def _load(path: Path) -> Any:
    import keras

    return keras.saving.load_model(path, compile=False)


def _require(paths: Sequence[Path], commands: str) -> None:
    if missing := [path for path in paths if not path.exists()]:
        raise QuadpredError(f"There is no {missing[0]}: run '{commands}'.")
