"""Tables of scores over folds."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any

from quadpred_plugin.evaluation.classification import HEAD_CLASSES


def fold_rows(scores: Mapping[str, Any], level: str = "clip") -> list[dict[str, float]]:
    """Return the F1 of each head, one dict per fold, from `scoring.score_folds`."""
    folds = scores["folds"][level]
    count = len(folds["quadrants"])
    return [{head: folds[head][fold] for head in HEAD_CLASSES} for fold in range(count)]


def comparison_table(rows: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Return rows as a Markdown table: macro F1 by clip, mean and spread over folds."""
    lines = [f"| model | folds | {' | '.join(HEAD_CLASSES)} |", "|---|---|---|---|---|"]
    for title, folds in rows.items():
        cells = [title, str(len(folds))]
        for head in HEAD_CLASSES:
            values = [fold[head] for fold in folds]
            spread = f" ± {stdev(values):.3f}" if len(values) > 1 else ""
            cells.append(f"{mean(values):.3f}{spread}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
