"""Read results of ``quadpred predict`` or ``quadpred batch``: csv, json, a folder of them."""

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.outputs import FileOutput, predicted_curve
from quadpred_plugin.quadrants import DIMENSIONS, QUADRANT_NAMES
from quadpred_plugin.system.failures import failures_as
from quadpred_plugin.system.text import printable

SUFFIXES = (".csv", ".json")
_PROBABILITIES = tuple(name.lower() for name in QUADRANT_NAMES)
_NO_VALUES = "has no values in the results."


def read_results(path: Path) -> list[FileOutput]:
    """Read the results of one file, or of all .csv and .json files below a folder.

    Parameters
    ----------
    path : Path
        Written with ``--format csv`` or ``--format json``, at either level. In a folder,
        other tables and hidden files are ignored.

    Returns
    -------
    outputs : list of FileOutput
        One per audio file. Rows per file give values of the file, rows per patch give
        curves; json of ``--level frame`` gives both.

    Raises
    ------
    QuadpredError
        If a file can't be read or isn't such a result, or if there is none.
    """
    if not path.is_dir():
        return _read_file(path, required=True)
    outputs = []
    for parent, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                outputs += _read_file(Path(parent, name), required=False)
    if not outputs:
        raise QuadpredError(
            f"{path} has no results in .csv or .json files: 'quadpred batch -o {path}' writes them."
        )
    return outputs


def _read_file(path: Path, required: bool) -> list[FileOutput]:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise QuadpredError(f"{path} isn't a {' or '.join(SUFFIXES)} file of 'quadpred predict'.")

    def damaged(problem: str) -> QuadpredError:
        return QuadpredError(
            f"{path} isn't a result of 'quadpred predict', or it is damaged ({problem})."
        )

    with failures_as(lambda problem: QuadpredError(f"{path} can't be read: {problem}.")):
        # Names that aren't UTF-8 are in results with their original bytes.
        stream = open(path, newline="", encoding="utf-8", errors="surrogateescape")
    with stream, failures_as(damaged):
        found = _read_csv(stream) if suffix == ".csv" else _read_json(stream)
    if found is None:
        if required:
            raise QuadpredError(
                f"{path} isn't a result of 'quadpred predict --format {suffix[1:]}'."
            )
        return []
    return found


def _read_csv(stream: Iterator[str]) -> list[FileOutput] | None:
    reader = csv.DictReader(stream)
    header = set(reader.fieldnames or ())
    if not {"file", "duration", *_PROBABILITIES, *DIMENSIONS} <= header:
        return None
    if "time" not in header:
        return [_file_values(row) for row in reader]
    by_file: dict[str, list[Mapping[str, Any]]] = {}
    for row in reader:
        by_file.setdefault(row["file"], []).append(row)
    return [
        FileOutput(
            name,
            curves=_curves(
                {column: [row[column] for row in rows] for column in ("time", *DIMENSIONS)},
                float(rows[0]["duration"]),
            ),
        )
        for name, rows in by_file.items()
    ]


def _read_json(stream: Any) -> list[FileOutput] | None:
    content = json.load(stream)
    if not isinstance(content, list) or not all(
        isinstance(one, dict) and {"file", "status", "provenance"} <= one.keys() for one in content
    ):
        return None
    outputs = []
    for one in content:
        output = _file_values(one)
        if not output.failure and "frames" in one:
            curves = _curves(one["frames"], float(one["patch_duration"]))
            output = FileOutput(output.source, output.quadrants, output.values, curves)
        outputs.append(output)
    return outputs


def _file_values(row: Mapping[str, Any]) -> FileOutput:
    name, cells = str(row["file"]), [row[column] for column in (*_PROBABILITIES, *DIMENSIONS)]
    if all(cell in ("", None) for cell in cells):
        warnings = row.get("warnings") or [_NO_VALUES]
        return FileOutput(name, failure=str(warnings[0]))
    numbers = _numbers(cells)
    return FileOutput(name, numbers[:4], dict(zip(DIMENSIONS, numbers[4:].tolist(), strict=True)))


def _curves(columns: Mapping[str, Sequence[Any]], patch_duration: float) -> dict[str, Any]:
    times = _numbers(columns["time"])
    if not len(times) or np.any(np.diff(times) <= 0):
        raise ValueError("times of patches must increase")
    return {
        dimension: predicted_curve(times, patch_duration, _numbers(columns[dimension], len(times)))
        for dimension in DIMENSIONS
    }


def _numbers(cells: Sequence[Any], count: int | None = None) -> NDArray[np.float64]:
    numbers = np.array([float(cell) for cell in cells])
    if not np.isfinite(numbers).all() or (count is not None and len(numbers) != count):
        raise ValueError(f"not a finite number for each patch: {printable(str(cells)[:60])}")
    return numbers
