"""Predictions of installed models for changed versions of clips, cached."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.batch.workers import crash_reason, run_in_processes
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training import served
from quadpred_plugin.training.cache import file_digest
from quadpred_plugin.training.degradations.degradation import VERSION
from quadpred_plugin.training.degradations.variants import VARIANTS
from quadpred_plugin.training.evaluation.served_predictions import predict_served

UNTOUCHED, COPY = "untouched", "copy at 16 kHz"
"""Names beside those of `VARIANTS`: the clip itself, and the dataset's copy of it."""

_ARRAYS = ("times", "quadrants", "arousal", "valence")


@dataclass(frozen=True)
class ClipFiles:
    """A clip as users have it, and the dataset's copy of it at the chain's rate.

    Attributes
    ----------
    full_band, copy : Path
    """

    full_band: Path
    copy: Path


@dataclass(frozen=True)
class _Task:
    """Predictions of a clip that are missing: model's number and variant, with their files."""

    clip: ClipFiles
    missing: tuple[tuple[int, str, Path], ...]


def cache_variants(
    cards: Sequence[ModelCard],
    clips: Sequence[ClipFiles],
    work: Path,
    jobs: int,
    report: Callable[[int, int], None],
) -> list[list[dict[str, Path]]]:
    """Predict the clips and their changed versions, as far as the cache lacks them.

    Parameters
    ----------
    cards : sequence of ModelCard
    clips : sequence of ClipFiles
    work : Path
        Work folder; the cache has a file per model, clip and version.
    jobs : int
        Processes.
    report : callable
        Called with the number of finished clips and the total.

    Returns
    -------
    files : list of list of dict of Path
        Of each model and clip, by version: `UNTOUCHED`, `VARIANTS`, `COPY`; see
        `read_prediction`.

    Raises
    ------
    QuadpredError
        If a clip can't be read or has no prediction, with its name.
    """
    files = [[_files(card, clip, work) for clip in clips] for card in cards]
    tasks = []
    for index, clip in enumerate(clips):
        missing = tuple(
            (model, name, path)
            for model, of_model in enumerate(files)
            for name, path in of_model[index].items()
            if not path.exists()
        )
        if missing:
            tasks.append(_Task(clip, missing))
    for path in {path.parent for task in tasks for _, _, path in task.missing}:
        path.mkdir(parents=True, exist_ok=True)
    done = len(clips) - len(tasks)
    load = partial(_load, tuple(cards))
    for task, finished in run_in_processes(load, _predict, tasks, jobs):
        if finished is None:
            raise QuadpredError(f"{task.clip.full_band}: {crash_reason()}")
        done += 1
        report(done, len(clips))
    return files


def _files(card: ModelCard, clip: ClipFiles, work: Path) -> dict[str, Path]:
    model = f"{card.name}-{card.sha256[:12]}-{card.preprocessing.hash}"
    folder = work / "cache" / "stability" / model
    versions = {
        UNTOUCHED: UNTOUCHED,
        **{name: f"{name} v{VERSION}" for name in VARIANTS},
        COPY: f"{COPY} v{served.VERSION}",
    }
    return {
        name: folder
        / re.sub(r"[^\w.+-]", "_", written)
        / f"{file_digest(clip.copy if name == COPY else clip.full_band)}.npz"
        for name, written in versions.items()
    }


def _load(cards: Sequence[ModelCard]) -> list[Model]:
    return [Model(card) for card in cards]


def _predict(models: Sequence[Model], task: _Task) -> bool:
    samples, rate = served.read_mono(task.clip.full_band)
    by_variant: dict[str, list[tuple[int, Path]]] = {}
    for model, name, path in task.missing:
        by_variant.setdefault(name, []).append((model, path))
    for name, wanted in by_variant.items():
        changed = VARIANTS[name].apply(samples, rate) if name in VARIANTS else None
        for model, path in wanted:
            if changed is not None:
                prediction = models[model].predict(changed)
            elif name == COPY:
                prediction = predict_served(models[model], task.clip.copy)
            else:
                prediction = models[model].predict(task.clip.full_band)
            _write(prediction, f"{task.clip.full_band}, {name}", path)
    return True


def _write(prediction: Prediction, name: str, path: Path) -> None:
    if not len(prediction):
        raise QuadpredError(f"{name}: {' '.join(prediction.warnings)}")
    arrays: dict[str, Any] = {one: getattr(prediction, one) for one in _ARRAYS}
    write_atomically(path, lambda stream: np.savez(stream, **arrays))


def read_prediction(path: Path) -> Mapping[str, Any]:
    """Return a cached prediction.

    Returns
    -------
    prediction : dict of ndarray
        ``times``, shape (patches,), s; ``quadrants``, (patches, 4), 0..1; ``arousal`` and
        ``valence``, (patches,), -1..1.
    """
    with np.load(path) as content:
        return {name: content[name] for name in _ARRAYS}
