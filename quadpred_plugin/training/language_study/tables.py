"""The table of a grid's results beside the published figures."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.evaluation.scoring import HEAD_CLASSES, score_clips
from quadpred_plugin.training.language_study.experiments import (
    Experiment,
    Grid,
    predictions_file,
    read_predictions,
)

PUBLISHED = Path(__file__).parent / "published.csv"

# The published rows of arousal and valence are exchanged: the released log's accuracies
# and confusion matrices show it, and arousal is the easier one everywhere else.
_PUBLISHED_HEADS = {"quadrants": "quadrants", "A": "valence", "V": "arousal"}
_LANGUAGES = {"e": "English", "m": "Mandarin", "x": "both", "": "none"}


def collect(grid: Grid, work: Path) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """Score the predictions that are there: method, speech and setting to a list, one a fold."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for experiment in grid.experiments():
        path = predictions_file(experiment, work)
        if path.exists():
            scores = score_clips(*read_predictions(path))
            found.setdefault(_row(experiment), []).append(scores)
    return found


def published() -> dict[tuple[str, str, str, str], dict[str, str]]:
    """Return the published figures by method, speech, setting and head, heads put right.

    Where both studies have a figure, the later study's.
    """
    figures: dict[tuple[str, str, str, str], dict[str, str]] = {}
    with open(PUBLISHED, newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            head = _PUBLISHED_HEADS[row["head"]]
            figures.setdefault((row["method"], row["speech"], row["setting"], head), row)
    return figures


def table(results: dict[tuple[str, str, str], list[dict[str, Any]]], level: str) -> str:
    """Write the results as a Markdown table.

    Parameters
    ----------
    results : dict
        From `collect`.
    level : {'patch', 'clip'}

    Returns
    -------
    text : str
        A row for each way of training: macro precision, recall and F1 of each head, mean
        over folds with the spread of F1, and the published F1, which is by patch.
    """
    names = ("method", "speech", "setting", "folds")
    head_names = [f"{head}: P, R, F1" for head in HEAD_CLASSES]
    columns = [*names, *head_names, "published F1"] if level == "patch" else [*names, *head_names]
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    printed = published()
    for (method, speech, setting), folds in results.items():
        cells = [method.upper(), _LANGUAGES[speech], setting, str(len(folds))]
        cells += [_figures([fold[level][head] for fold in folds]) for head in HEAD_CLASSES]
        if level == "patch":
            rows = [printed.get((method, speech, setting, head)) for head in HEAD_CLASSES]
            cells.append(", ".join(row["f1"] if row else "–" for row in rows))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _figures(scores: Sequence[dict[str, Any]]) -> str:
    precision, recall, f1 = (
        mean(one[key] for one in scores) for key in ("precision", "recall", "f1")
    )
    spread = f" ± {stdev(one['f1'] for one in scores):.3f}" if len(scores) > 1 else ""
    return f"{precision:.3f}, {recall:.3f}, **{f1:.3f}**{spread}"


def _row(experiment: Experiment) -> tuple[str, str, str]:
    return experiment.method, experiment.speech, experiment.setting


def tables(results: dict[tuple[str, str, str], list[dict[str, Any]]]) -> str:
    """Write the results by patch and by clip, each under a heading."""
    return "\n".join(f"### By {level}\n\n{table(results, level)}" for level in ("patch", "clip"))


def keep_rows(before: str, text: str) -> str:
    """Add to tables of models the rows that stood there before and that nothing is known of now.

    So a table can be written again where not every training that it tells of has been run.

    Parameters
    ----------
    before, text : str
        Markdown: the former text and the new one. Rows are found by their first cell, tables by
        the heading above them; tables of other things than models are left as they are.

    Returns
    -------
    text : str
        The new text; in each table the former rows stand before the new one that is in bold, and
        before the last one where none is.
    """
    former, lines = _model_rows(before), text.splitlines(keepends=True)
    for heading, rows in _model_rows(text).items():
        missing = [row for name, row in former.get(heading, {}).items() if name not in rows]
        if rows:
            bold = [row for name, row in rows.items() if name.startswith("**")]
            place = lines.index((bold or list(rows.values())[-1:])[0], lines.index(heading))
            lines[place:place] = missing
    return "".join(lines)


def _model_rows(text: str) -> dict[str, dict[str, str]]:
    """Return the rows of each table of models, by its heading and by the row's first cell."""
    tables: dict[str, dict[str, str]] = {}
    heading, inside = "", False
    for line in text.splitlines(keepends=True):
        if line.startswith("#"):
            heading = line
        first = line.split("|")[1].strip() if line.startswith("|") else ""
        if first == "model":
            inside, tables[heading] = True, {}
        elif not first:
            inside = False
        elif inside and first.strip("-"):
            tables[heading][first] = line
    return tables


def write_between(
    path: Path,
    mark: str,
    text: str,
    keeping: Callable[[str, str], str] = lambda before, text: text,
) -> None:
    """Write text into a document, between its marks ``<!-- MARK:begin -->`` and ``:end``.

    Parameters
    ----------
    path : Path
    mark, text : str
    keeping : callable, optional
        Makes what is written from what stands there and the text.

    Raises
    ------
    QuadpredError
        If the document can't be read or lacks the marks.
    """
    begin, end = f"<!-- {mark}:begin -->\n", f"<!-- {mark}:end -->"
    try:
        before, rest = path.read_text(encoding="utf-8").split(begin)
        inside, after = rest.split(end)
    except OSError as error:
        raise QuadpredError(f"{path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise QuadpredError(
            f"{path} must have the marks {begin.strip()} and {end} once."
        ) from error
    content = f"{before}{begin}{keeping(inside, text)}{end}{after}"
    write_atomically(path, lambda stream: stream.write(content), text=True)
