"""Tables of DEAM's form: a row per song, a column per time, one dimension per file.

References
----------
A. Aljanaki, Y.-H. Yang, M. Soleymani, "Developing a benchmark for emotional analysis of music",
PLoS ONE 12 (3), 2017.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.rating_cells import FILE, TIME, TableRow, text
from quadpred_plugin.quadrants import DIMENSIONS

_SAMPLE = re.compile(r"sample_(\d+)ms")


def sample_columns(header: Sequence[str]) -> dict[str, float]:
    """Return the columns of samples with their times in seconds; empty for other tables."""
    found = {name: _SAMPLE.fullmatch(name) for name in header}
    return {name: int(match[1]) / 1000 for name, match in found.items() if match}


def long_rows(
    path: Path,
    rows: Sequence[TableRow],
    samples: Mapping[str, float],
    dimension: str | None,
) -> list[TableRow]:
    """Return one row per song and time; songs are called files.

    Parameters
    ----------
    path : Path
        The table, whose name names the dimension if that isn't given.
    rows : sequence of TableRow
    samples : mapping of str to float
        From `sample_columns`.
    dimension : {'arousal', 'valence'}, optional

    Raises
    ------
    QuadpredError
        If the dimension is given by neither.
    """
    named = [one for one in DIMENSIONS if one in path.name.lower()]
    if dimension is None and len(named) != 1:
        raise QuadpredError(
            f"The name of {path} doesn't say which dimension it rates: give --dimension arousal or "
            "--dimension valence."
        )
    column = dimension or named[0]
    name = FILE if FILE in rows[0].cells else "song_id"
    long = []
    for row in rows:
        others = {key: value for key, value in row.cells.items() if key not in samples}
        others[FILE] = text(row, name)
        long += [
            TableRow(row.path, row.line, {**others, TIME: repr(time), column: row.cells[sample]})
            for sample, time in samples.items()
        ]
    return long
