"""Run the experiments of the language study; each resumes, and finds the ones it builds on."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from quadpred_plugin.training.datasets.speech import NAME as SPEECH
from quadpred_plugin.training.evaluation.predictions import write_predictions
from quadpred_plugin.training.features import cache_features, load_features
from quadpred_plugin.training.language_study.experiments import (
    FROZEN,
    FULL,
    SCRATCH,
    Experiment,
    experiment_folder,
    experiments,
    predictions_file,
)
from quadpred_plugin.training.language_study.music_data import load_music, parts_of, split_music
from quadpred_plugin.training.language_study.pretraining import encoder_folder, pretrain
from quadpred_plugin.training.language_study.transfer import (
    Music,
    train_heads,
    train_whole,
    whole_network,
)
from quadpred_plugin.training.recipes.kinds import LanguageStudy, Pretraining
from quadpred_plugin.training.runs.fitting import BEST, Figures, Report, is_finished
from quadpred_plugin.training.runs.record import FILE, Record, open_run, record_of
from quadpred_plugin.training.runs.workers import run_in_parallel
from quadpred_plugin.training.runs.workspace import Workspace
from quadpred_plugin.training.splits import Split
from quadpred_plugin.training.targets import track_quadrants


def run_experiment(
    workspace: Workspace, study: LanguageStudy, experiment: Experiment, report: Report
) -> None:
    """Train one experiment and predict its test clips; or resume.

    Parameters
    ----------
    workspace : Workspace
        With the music and, unless the experiment is from scratch, the speech.
    study : LanguageStudy
    experiment : Experiment
    report : callable
        Called with the experiment's name and each epoch's figures.

    Raises
    ------
    QuadpredError
        If data are missing, or a folder belongs to a run that was made otherwise.
    """
    transfer = study.transfer
    split = split_music(workspace, transfer, experiment.fold, transfer.schedules[FULL].seed)
    encoder = None
    if experiment.method != SCRATCH:
        encoder = pretrain(
            workspace, study.pretraining[experiment.method], experiment.speech, report
        )
    path = predictions_file(workspace, experiment)
    predicted = path.exists() or not split.test
    if predicted and _is_trained(workspace, study, experiment, split):
        return
    music = load_music(workspace, transfer, split)
    network = _train(workspace, study, experiment, split, music, encoder, report)
    if not predicted:
        write_predictions(
            path,
            network,
            load_features(split.test, transfer.front_end, workspace.work),
            track_quadrants(split.test),
            transfer.front_end,
        )


def _train(
    workspace: Workspace,
    study: LanguageStudy,
    experiment: Experiment,
    split: Split,
    music: Music,
    encoder: Any | None,
    report: Report,
) -> Any:
    """Return the network of an experiment.

    ``full`` starts from the heads that ``feat_ext`` trained on the same fold, as in the
    studies, and trains those first if needed.
    """
    transfer = study.transfer
    heads = None
    if experiment.setting == FULL:
        heads = _train(workspace, study, _first(experiment), split, music, encoder, report)
    run = open_run(
        experiment_folder(workspace, experiment), _record(workspace, study, experiment, split)
    )

    def report_figures(figures: Figures) -> None:
        report(f"{experiment.row} {experiment.part}", figures)

    if experiment.setting == FROZEN:
        return train_heads(transfer, encoder, music, run, report_figures)

    def start() -> Any:
        return whole_network(transfer, None, music.train) if heads is None else heads

    return train_whole(
        transfer, transfer.schedules[experiment.setting], start, music, run, report_figures
    )


def _first(experiment: Experiment) -> Experiment:
    """Return the experiment whose heads ``full`` starts from."""
    return replace(experiment, setting=FROZEN)


def _is_trained(
    workspace: Workspace, study: LanguageStudy, experiment: Experiment, split: Split
) -> bool:
    """Return whether an experiment and the one it starts from are finished, by the same record."""
    if experiment.setting == FULL and not _is_trained(workspace, study, _first(experiment), split):
        return False
    folder = experiment_folder(workspace, experiment)
    if not (folder / FILE).exists():
        return False
    run = open_run(folder, _record(workspace, study, experiment, split))
    return is_finished(study.transfer.schedules[experiment.setting], run)


def _record(
    workspace: Workspace, study: LanguageStudy, experiment: Experiment, split: Split
) -> Record:
    files = {}
    if experiment.method != SCRATCH:
        recipe = study.pretraining[experiment.method]
        files["encoder"] = encoder_folder(workspace, recipe, experiment.speech) / BEST
    if experiment.setting == FULL:
        files["heads"] = experiment_folder(workspace, _first(experiment)) / BEST
    return record_of("transfer", study.transfer, parts_of(split), study.transfer.front_end, files)


def study_folders(workspace: Workspace, study: LanguageStudy) -> list[Path]:
    """Return the folders of all encoders and experiments of a study."""
    every = list(experiments(study))
    encoders = dict.fromkeys(
        encoder_folder(workspace, study.pretraining[one.method], one.speech)
        for one in every
        if one.method in study.pretraining
    )
    return [*encoders, *(experiment_folder(workspace, one) for one in every)]


def run_study(workspace: Workspace, study: LanguageStudy, jobs: int, report: Report) -> None:
    """Run all experiments of a study, in parallel; or resume.

    Encoders come first, since every fold uses them. The two settings of an encoder on a fold
    are one task: ``full`` starts from ``feat_ext``.

    Parameters
    ----------
    workspace : Workspace
    study : LanguageStudy
    jobs : int
        Trainings in parallel, one core each.
    report : callable
        Of a module's top level; called in other processes.
    """
    # The caches are filled first, by all cores, so that experiments don't fill them concurrently.
    front_end = study.transfer.front_end
    if study.pretraining:
        cache_features(workspace.tracks(SPEECH), front_end, workspace.work)
    cache_features(workspace.tracks(study.transfer.dataset), front_end, workspace.work)
    tasks: dict[tuple[str, str, int | None], list[Experiment]] = {}
    for experiment in experiments(study):
        key = (experiment.method, experiment.speech, experiment.fold)
        tasks.setdefault(key, []).append(experiment)
    encoders = dict.fromkeys(
        (method, speech) for method, speech, _ in tasks if method in study.pretraining
    )
    run_in_parallel(
        _pretrain,
        [(workspace, study.pretraining[method], speech, report) for method, speech in encoders],
        jobs,
    )
    run_in_parallel(_run_task, [(workspace, study, task, report) for task in tasks.values()], jobs)


def _pretrain(workspace: Workspace, recipe: Pretraining, speech: str, report: Report) -> None:
    pretrain(workspace, recipe, speech, report)


def _run_task(
    workspace: Workspace, study: LanguageStudy, task: list[Experiment], report: Report
) -> None:
    for experiment in task:
        run_experiment(workspace, study, experiment, report)
