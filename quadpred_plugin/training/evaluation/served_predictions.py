"""Predictions of an installed model for clips of any rate, as for users' files."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from quadpred_plugin.audio.sources import feed
from quadpred_plugin.batch.workers import crash_reason, run_in_processes
from quadpred_plugin.errors import AudioError, QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.training.served import open_served


def predict_served(model: Model, path: Path) -> Prediction:
    """Predict a file; equal to `Model.predict` unless its rate is the chain's.

    Raises
    ------
    QuadpredError
        If it can't be read as audio.
    """
    try:
        with (
            open_served(path, model.card.preprocessing.sample_rate) as sound,
            model.start_analysis() as analyser,
        ):
            feed(sound, analyser)
            return model.finish_analysis(
                analyser,
                str(path),
                sound.seconds,
                warnings=sound.warnings,
                partial=sound.partial,
            )
    except AudioError as error:
        raise QuadpredError(f"{path}: {error}") from error


def predict_served_files(model: Model, paths: Sequence[Path], jobs: int) -> list[Prediction]:
    """Predict files, in order, in several processes; with one job, in this process.

    Raises
    ------
    QuadpredError
        If a file can't be read as audio, or crashes its process.
    """
    if jobs == 1:
        return [predict_served(model, path) for path in paths]
    found = []
    load = partial(Model, model.card)
    for path, prediction in run_in_processes(load, predict_served, paths, jobs, in_order=True):
        if prediction is None:
            raise QuadpredError(f"{path}: {crash_reason()}")
        found.append(prediction)
    return found
