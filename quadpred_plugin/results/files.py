"""Read csv and json files of ``quadpred predict`` or ``quadpred batch``."""

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.outputs import predicted_curve
from quadpred_plugin.quadrants import DIMENSIONS, QUADRANT_NAMES
from quadpred_plugin.results.tracks import NO_VALUES, Recorded, TrackResult
from quadpred_plugin.system.failures import failures_as
from quadpred_plugin.system.text import printable

SUFFIXES = (".csv", ".json")
PROBABILITIES = tuple(name.lower() for name in QUADRANT_NAMES)
# Values that each patch has.
CURVES = (*PROBABILITIES, *DIMENSIONS)
NEEDED = frozenset(("file", "duration", *CURVES))

# The arrays of patches in json. A quote in a text is escaped, so no text contains this.
_FRAMES = re.compile(r'"frames": \{[^{}]*\}')


def read_file(path: Path, required: bool, curves: bool) -> list[TrackResult]:
    """Read the results of one csv or json file.

    Parameters
    ----------
    path : Path
    required : bool
        Whether a file that isn't a result is an error; otherwise it has no tracks.
    curves : bool
        Whether to read the values of patches.

    Returns
    -------
    tracks : list of TrackResult
        Their paths are as `opened_path` tells.

    Raises
    ------
    QuadpredError
        If the file can't be read, is damaged, or isn't a result.
    """
    suffix = path.suffix.lower()

    def damaged(problem: str) -> QuadpredError:
        return QuadpredError(
            f"{path} isn't a result of 'quadpred predict', or it is damaged ({problem})."
        )

    with failures_as(lambda problem: QuadpredError(f"{path} can't be read: {problem}.")):
        # Names that aren't UTF-8 are in results with their original bytes.
        stream = open(path, newline="", encoding="utf-8", errors="surrogateescape")
    with stream, failures_as(damaged):
        reader = _Reader(path, os.fstat(stream.fileno()).st_mtime_ns, curves)
        found = reader.read_csv(stream) if suffix == ".csv" else reader.read_json(stream)
    if found is None:
        if required:
            raise QuadpredError(
                f"{path} isn't a result of 'quadpred predict --format {suffix[1:]}'."
            )
        return []
    return found


def opened_path(source: str, results: Path) -> str:
    """Return the path of a track that was analysed by ``quadpred predict``.

    It starts from the current folder; if there is no such file, from the folder of the results.

    Parameters
    ----------
    source : str
        The track's name in the results.
    results : Path
        The file of results.
    """
    beside = os.path.join(results.parent, source)
    return beside if not os.path.exists(source) and os.path.exists(beside) else source


def track_of(
    row: Mapping[str, Any], path: str, recorded: Recorded, curves: Mapping[str, Any] | None = None
) -> TrackResult:
    """Return the track of a row of a file's values.

    Parameters
    ----------
    row : mapping
        Values by column: texts, numbers or None.
    path : str
    recorded : Recorded
    curves : mapping of Curve, optional

    Raises
    ------
    ValueError
        If only some values are there, or one isn't a finite number.
    """
    name = str(row["file"])
    warnings = tuple(map(str, row.get("warnings") or ()))
    facts: dict[str, Any] = {
        "status": str(row.get("status") or "ok"),
        "duration": _number(row["duration"]),
        "warnings": warnings,
        "provenance": row.get("provenance") or {},
        "recorded": recorded,
    }
    cells = [row[column] for column in CURVES]
    if all(cell in ("", None) for cell in cells):
        return TrackResult(name, path, failure=(*warnings, NO_VALUES)[0], **facts)
    numbers = finite_numbers(cells)
    return TrackResult(
        name,
        path,
        quadrants=numbers[:4],
        **dict(zip(DIMENSIONS, numbers[4:].tolist(), strict=True)),
        quadrant=str(row.get("quadrant") or QUADRANT_NAMES[int(numbers[:4].argmax())]),
        confidence=float(numbers[:4].max()),
        consistency=_number(row.get("consistency")),
        level=_number(row.get("level")),
        curves=curves or {},
        **facts,
    )


def curves_of(columns: Mapping[str, Sequence[Any]], patch_duration: float) -> dict[str, Any]:
    """Return the curves of one file's patches.

    Parameters
    ----------
    columns : mapping
        ``time`` and the values of `CURVES` of each patch.
    patch_duration : float
        Seconds.

    Raises
    ------
    ValueError
        If times don't increase, or a value isn't a finite number.
    """
    times = finite_numbers(columns["time"])
    if not len(times) or np.any(np.diff(times) <= 0):
        raise ValueError("times of patches must increase")
    values = {name: finite_numbers(columns[name], len(times)) for name in CURVES}
    # All curves of a file share the array of their times.
    shared = predicted_curve(times, patch_duration, times)
    return {name: replace(shared, values=curve) for name, curve in values.items()}


def finite_numbers(cells: Sequence[Any], count: int | None = None) -> NDArray[np.float64]:
    """Return cells as numbers.

    Raises
    ------
    ValueError
        If one isn't a finite number, or there are others than ``count`` of them.
    """
    numbers = np.asarray(cells, dtype=np.float64)
    if not np.isfinite(numbers).all() or (count is not None and len(numbers) != count):
        raise ValueError(f"not a finite number for each patch: {printable(str(cells)[:60])}")
    return numbers


def _number(cell: Any) -> float | None:
    return None if cell in ("", None) else float(finite_numbers([cell])[0])


class _Reader:
    """Reads the rows or objects of one file."""

    def __init__(self, path: Path, written_ns: int, curves: bool) -> None:
        self._path, self._curves = path, curves
        self._recorded = Recorded(written_ns=written_ns)

    def read_csv(self, stream: Iterator[str]) -> list[TrackResult] | None:
        """Return the tracks of rows of files or of patches; None for another table."""
        reader = csv.DictReader(stream)
        header = set(reader.fieldnames or ())
        if not header >= NEEDED:
            return None
        if "time" not in header:
            return [self._track(row) for row in reader]
        by_file: dict[str, list[Mapping[str, Any]]] = {}
        for row in reader:
            by_file.setdefault(row["file"], []).append(row)
        return [
            TrackResult(
                name,
                opened_path(name, self._path),
                "ok",
                recorded=self._recorded,
                curves=curves_of(
                    {column: [row[column] for row in rows] for column in ("time", *CURVES)},
                    float(rows[0]["duration"]),
                ),
            )
            for name, rows in by_file.items()
        ]

    def read_json(self, stream: IO[str]) -> list[TrackResult] | None:
        """Return the tracks of an array of objects; None for other json."""
        text = stream.read()
        if not self._curves:
            # They are nearly all of the text, and reading them takes nearly all of the time.
            text = _FRAMES.sub('"frames": {}', text)
        content = json.loads(text)
        if not isinstance(content, list) or not all(
            isinstance(one, dict) and {"file", "status", "provenance"} <= one.keys()
            for one in content
        ):
            return None
        tracks = []
        for one in content:
            curves = None
            if self._curves and "frames" in one and one["q1"] is not None:
                curves = curves_of(one["frames"], float(one["patch_duration"]))
            tracks.append(self._track(one, curves))
        return tracks

    def _track(
        self, row: Mapping[str, Any], curves: Mapping[str, Any] | None = None
    ) -> TrackResult:
        path = opened_path(str(row["file"]), self._path)
        return track_of(row, path, self._recorded, curves)
