"""Degraded versions of tracks, from the table that ``quadpred train degrade`` writes."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.csv_table import read_rows, whole_number
from quadpred_plugin.training.datasets.track import Track, degraded_name

TABLE = "degraded.csv"
COLUMNS = ("clip", "path", "number", "start", "chain")


def read_degraded(table: Path, tracks: Iterable[Track]) -> list[Track]:
    """Return the degraded versions of tracks.

    Parameters
    ----------
    table : Path
        ``degraded.csv``: clip (a track's name), path (relative to the table's folder), number,
        start (seconds that are cut off the track's start) and chain.
    tracks : iterable of Track
        Those that may be trained on. Versions of other tracks are left out.

    Returns
    -------
    degraded : list of Track
        In the table's order, with label, group, fold and part of the tracks; the name is
        ``<track>~degraded<number>``.

    Raises
    ------
    QuadpredError
        If the table is missing or a column or a value isn't as above.
    """
    by_name = {track.name: track for track in tracks}
    found = []
    for line, row in enumerate(read_rows(table, COLUMNS), 2):
        if row["clip"] in by_name:
            track = by_name[row["clip"]]
            number = whole_number(row, "number", line, table)
            start = _seconds(row["start"], line, table)
            found.append(
                replace(
                    track,
                    name=degraded_name(track.name, number),
                    path=table.parent / row["path"],
                    start=track.start + start,
                )
            )
    return found


def _seconds(value: str, line: int, table: Path) -> float:
    try:
        seconds = float(value)
        if 0 <= seconds < float("inf"):
            return seconds
    except (TypeError, ValueError):
        pass
    raise QuadpredError(
        f"Line {line} of the table {table}: start is '{value}', but must be seconds, at least 0."
    )
