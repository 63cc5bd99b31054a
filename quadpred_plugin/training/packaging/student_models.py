"""From students that were trained on real data to a model with its card."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import CORPORA
from quadpred_plugin.training.distillation.ensemble_runs import gate_file, read_gate
from quadpred_plugin.training.distillation.examples import POP
from quadpred_plugin.training.distillation.student import Student, heads_alone
from quadpred_plugin.training.distillation.student_runs import (
    Recipe,
    StudentData,
    pooled_scores,
    predictions_file,
    read_folds,
)
from quadpred_plugin.training.evaluation.calibration import fit_folds
from quadpred_plugin.training.networks.gated_ensemble import Pair, fold_pair, join
from quadpred_plugin.training.packaging.card_facts import cross_validation, of_students
from quadpred_plugin.training.packaging.export import export


def export_student(
    data: StudentData, recipe: Student, name: str, folder: Path, release_date: str
) -> Path:
    """Freeze the student that learned from all clips; its card has the folds' scores.

    Returns
    -------
    graph : Path

    Raises
    ------
    QuadpredError
        If the network or a fold's predictions aren't there.
    """
    _check(data, recipe, [_best(data, recipe)])
    release = of_students({recipe.name: recipe}, *_judged(data, recipe))
    network = _load(data, recipe)
    return export(network, data.preprocessing, release, name, folder, release_date)


def export_pair(
    data: StudentData, recipe: Pair, name: str, folder: Path, release_date: str
) -> Path:
    """Freeze the pair that learned from all clips; its card has the folds' scores.

    Returns
    -------
    graph : Path

    Raises
    ------
    QuadpredError
        If a network, the gate or a fold's predictions aren't there.
    """
    students = (recipe.movement, recipe.tones)
    run = data.folder(recipe, None)
    _check(data, recipe, [*(_best(data, one) for one in students), gate_file(run)])
    described = of_students({one.name: one for one in students}, *_judged(data, recipe))
    release = replace(described, settings=asdict(recipe))
    movement, tones = (_load(data, one) for one in students)
    gate = read_gate(run)
    network = join(movement, tones, gate, recipe.sureness)
    folded = fold_pair(movement, tones, gate, recipe.sureness, data.preprocessing)
    return export(network, data.preprocessing, release, name, folder, release_date, folded)


def _best(data: StudentData, recipe: Recipe) -> Path:
    return data.folder(recipe, None) / "best.keras"


def _load(data: StudentData, recipe: Student) -> Any:
    import keras

    return heads_alone(keras.saving.load_model(_best(data, recipe), compile=False))


def _check(data: StudentData, recipe: Recipe, needed: Sequence[Path]) -> None:
    predictions = [predictions_file(data, recipe, fold, POP) for fold in data.folds]
    if missing := [path for path in (*needed, *predictions) if not path.exists()]:
        raise QuadpredError(
            f"There is no {missing[0]}: run 'quadpred train student {recipe.name}' for the folds, "
            "and again with --final."
        )


def _judged(data: StudentData, recipe: Recipe) -> tuple[Any, dict[str, Any]]:
    """Return the pooling that the folds' tests gave, and their scores as a card has them."""
    scores = pooled_scores(data, recipe)
    metrics = {
        **scores[POP],
        "other_corpora": {
            corpus: {level: one[level] for level in ("patch", "clip")}
            for corpus, one in scores.items()
            if corpus != POP
        },
        "protocol": cross_validation(scores[POP], CORPORA[POP]),
    }
    return fit_folds(read_folds(data, recipe, POP)), metrics
