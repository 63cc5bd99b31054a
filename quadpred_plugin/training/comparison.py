"""The default model beside what it has to beat, on the same folds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from quadpred_plugin.training.scoring import HEAD_CLASSES

# Rows of the teacher's results, under the names that its variants have.
BASELINES = {
    "vibenet, its energy and valence": "vibenet's energy and valence, logistic regression",
    "three networks, 4Q and EMOPIA by corpus": "the teacher",
}


def teacher_rows(results: Path, corpus: str) -> dict[str, list[dict[str, float]]]:
    """Return the F1 of each head by clip, one dict a fold, of `BASELINES`.

    Parameters
    ----------
    results : Path
        The teacher's ``results.json``; no rows where it isn't there.
    corpus : {'4q', 'emopia'}
    """
    if not results.exists():
        return {}
    variants = json.loads(results.read_text(encoding="utf-8"))
    return {
        title: variants[name][corpus]
        for name, title in BASELINES.items()
        if corpus in variants.get(name, {})
    }


def fold_rows(scores: Mapping[str, Any], level: str = "clip") -> list[dict[str, float]]:
    """Return the F1 of each head, one dict a fold, from `scoring.score_folds`."""
    folds = scores["folds"][level]
    count = len(folds["quadrants"])
    return [{head: folds[head][fold] for head in HEAD_CLASSES} for fold in range(count)]


def comparison_table(rows: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Write rows as a Markdown table: macro F1 by clip, mean and spread over folds."""
    lines = [f"| model | folds | {' | '.join(HEAD_CLASSES)} |", "|---|---|---|---|---|"]
    for title, folds in rows.items():
        cells = [title, str(len(folds))]
        for head in HEAD_CLASSES:
            values = [fold[head] for fold in folds]
            spread = f" ± {stdev(values):.3f}" if len(values) > 1 else ""
            cells.append(f"{mean(values):.3f}{spread}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
