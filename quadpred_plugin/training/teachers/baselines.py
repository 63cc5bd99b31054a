"""Scores of two classifiers of embeddings on the folds that students are scored on."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

import numpy as np

from quadpred_plugin.evaluation.classification import classes_of, score
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.datasets import emopia, fourq
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.midi.renditions import validation_sets
from quadpred_plugin.training.runs.record import Record, digests_of, open_run
from quadpred_plugin.training.runs.workspace import Workspace, part_name
from quadpred_plugin.training.splits import fold_numbers, test_tracks
from quadpred_plugin.training.targets import TARGETS, targets_from_quadrants, track_quadrants
from quadpred_plugin.training.teachers.classifier import (
    INNER_FOLDS,
    INNER_SEED,
    STRENGTHS,
    Classifier,
    Probabilities,
    choose_strength,
    cross_entropy,
)
from quadpred_plugin.training.teachers.feature_blocks import (
    ENERGY_AND_VALENCE,
    NETWORKS,
    Block,
    EmbeddingFiles,
    clip_rows,
)
from quadpred_plugin.training.teachers.soft_labels import STEP

BASELINES: Mapping[str, Sequence[Block]] = {
    "vibenet's energy and valence, logistic regression": ENERGY_AND_VALENCE,
    "the teacher": NETWORKS,
}
"""Features of each baseline, by title."""

_FILE = "scores.json"

Results: TypeAlias = "dict[str, dict[str, list[dict[str, float]]]]"
"""Scores of each fold, by title and corpus: F1 by head, and ``cross_entropy`` in nats."""


def results_file(work: Path) -> Path:
    """Return the path of the scores of all baselines, of type `Results`."""
    return Workspace(work).run_folder(STEP) / "results.json"


def score_runs(workspace: Workspace) -> list[Path]:
    """Return the folders of the runs that keep scores, by dataset."""
    return [_run_folder(workspace, name) for name in (fourq.NAME, emopia.NAME)]


def _run_folder(workspace: Workspace, dataset: str) -> Path:
    return workspace.run_folder(STEP, f"scores-{dataset}")


def score_baselines(
    workspace: Workspace,
    tracks: Sequence[Track],
    renders: Sequence[Track],
    files: Mapping[str, EmbeddingFiles],
) -> Results:
    """Score the baselines on each fold's test tracks, and on EMOPIA's validation part.

    Parameters
    ----------
    workspace : Workspace
        Keeps the scores for the next call with the same tracks.
    tracks : sequence of Track
        Of 4Q. For each fold, classifiers are fitted on the tracks of the other folds.
    renders : sequence of Track
        Of EMOPIA's validation part; may be empty.
    files : dict of dict of Path
        Embeddings by the track's name and by source.

    Returns
    -------
    results : dict
        The corpora are ``4q`` and the test sets of `renditions.validation_sets`.
    """
    dataset = workspace.dataset(fourq.NAME)
    results = _scores(
        workspace,
        fourq.NAME,
        tracks,
        (),
        lambda fold: {fourq.NAME: test_tracks(tracks, dataset, fold)},
        files,
    )
    if renders:
        used = validation_sets(renders)
        more = _scores(workspace, emopia.NAME, tracks, renders, lambda fold: used, files)
        results = {title: scores | more[title] for title, scores in results.items()}
    return results


def _scores(
    workspace: Workspace,
    name: str,
    tracks: Sequence[Track],
    renders: Sequence[Track],
    tests: Callable[[int], Mapping[str, Sequence[Track]]],
    files: Mapping[str, EmbeddingFiles],
) -> Results:
    """Return the scores on test tracks of each fold, computed unless an earlier run did."""
    folds = fold_numbers(tracks)
    parts = {part_name(fold): [one for one in tracks if one.fold == fold] for fold in folds}
    settings = {
        "classifier": "logistic regression",
        "strengths": STRENGTHS,
        "inner_folds": INNER_FOLDS,
        "inner_seed": INNER_SEED,
        "features": {title: [asdict(one) for one in some] for title, some in BASELINES.items()},
    }
    record = Record(STEP, settings, digests_of({**parts, "validation": renders}))
    run = open_run(_run_folder(workspace, name), record)
    path = run.file(_FILE)
    if not path.exists():
        results: Results = {}
        for title, blocks in BASELINES.items():
            its_scores: dict[str, list[dict[str, float]]] = results.setdefault(title, {})
            for fold in folds:
                train = [track for track in tracks if track.fold != fold]
                for corpus, scores in fold_scores(blocks, train, tests(fold), files).items():
                    its_scores.setdefault(corpus, []).append(scores)
        _write(path, json.dumps(results, indent=2) + "\n")
    found: Results = json.loads(path.read_text(encoding="utf-8"))
    return found


def fold_scores(
    blocks: Sequence[Block],
    train: Sequence[Track],
    tests: Mapping[str, Sequence[Track]],
    files: Mapping[str, EmbeddingFiles],
) -> dict[str, dict[str, float]]:
    """Fit a classifier on training tracks, and score it on the test tracks of each corpus.

    Parameters
    ----------
    blocks : sequence of Block
    train : sequence of Track
        The strength is chosen by cross-validation within these.
    tests : dict of sequence of Track
    files : dict of dict of Path
        Embeddings by the track's name and by source.

    Returns
    -------
    scores : dict of dict of float
        By corpus, as from `score_predictions`.
    """
    rows = clip_rows(blocks, [files[track.name] for track in train])
    classifier = Classifier(choose_strength(rows, train)).fit(rows, train)
    scores = {}
    for corpus, tracks in tests.items():
        test_rows = clip_rows(blocks, [files[track.name] for track in tracks])
        scores[corpus] = score_predictions(classifier.predict(test_rows), tracks)
    return scores


def score_predictions(probabilities: Probabilities, tracks: Sequence[Track]) -> dict[str, float]:
    """Return the macro F1 of each head, and the cross-entropy of the quadrants in nats.

    Parameters
    ----------
    probabilities : ndarray, shape (tracks, 4)
    tracks : sequence of Track
        Labelled.
    """
    truth = track_quadrants(tracks)
    scores = {
        head: score(classes_of(truth, head), predicted.argmax(axis=1), predicted.shape[1])["f1"]
        for head, predicted in targets_from_quadrants(probabilities).items()
    }
    return {**scores, "cross_entropy": cross_entropy(probabilities, tracks)}


def format_table(results: Results) -> str:
    """Return results as a Markdown table: mean ± standard deviation over the folds."""
    figures = (*TARGETS, "cross_entropy")
    corpora = list(dict.fromkeys(corpus for scores in results.values() for corpus in scores))
    names = [f"{corpus} {figure.replace('_', '-')}" for corpus in corpora for figure in figures]
    lines = [f"| baseline | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for title, scores in results.items():
        cells = [title]
        for corpus in corpora:
            for figure in figures:
                values = [fold[figure] for fold in scores[corpus]]
                cells.append(f"{np.mean(values):.3f} ± {np.std(values):.3f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_results(results: Results, work: Path) -> str:
    """Write `results_file` and ``results.md`` beside it, and return the latter: a table."""
    path, table = results_file(work), format_table(results)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, json.dumps(results, indent=2) + "\n")
    _write(path.with_suffix(".md"), table)
    return table


def _write(path: Path, text: str) -> None:
    write_atomically(path, lambda stream: stream.write(text), text=True)
