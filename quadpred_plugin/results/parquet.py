"""Read Parquet files of ``quadpred predict`` or ``quadpred batch``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import InstallationError, QuadpredError
from quadpred_plugin.exports.parquet_table import PROVENANCE_KEY
from quadpred_plugin.results.files import CURVES, NEEDED, curves_of, opened_path, track_of
from quadpred_plugin.results.tracks import Recorded, TrackResult
from quadpred_plugin.system.failures import failures_as

SUFFIX = ".parquet"


def read_parquet(path: Path, required: bool) -> list[TrackResult]:
    """Read the results of one Parquet file, at either level.

    Parameters
    ----------
    path : Path
    required : bool
        Whether a table of something else is an error; otherwise it has no tracks.

    Returns
    -------
    tracks : list of TrackResult
        Invalid bytes of names are escaped in it (`exports.parquet_table.storable`).

    Raises
    ------
    QuadpredError
        If the file can't be read, is damaged, or isn't a result.
    InstallationError
        If pyarrow is missing.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise InstallationError(
            f"Reading {path} needs another package: pip install 'quadpred-plugin[exports]'."
        ) from error

    def damaged(problem: str) -> QuadpredError:
        return QuadpredError(
            f"{path} isn't a result of 'quadpred predict', or it is damaged ({problem})."
        )

    with failures_as(lambda problem: QuadpredError(f"{path} can't be read: {problem}.")):
        # pyarrow opens no names that aren't UTF-8.
        stream = open(path, "rb")
    with stream, failures_as(damaged):
        recorded = Recorded(written_ns=os.fstat(stream.fileno()).st_mtime_ns)
        # One file: names of folders such as "a=b" aren't columns.
        table = pyarrow.parquet.ParquetFile(stream).read()
        if not set(table.column_names) >= NEEDED:
            if not required:
                return []
            raise QuadpredError(f"{path} isn't a result of 'quadpred predict --format parquet'.")
        stored = (table.schema.metadata or {}).get(PROVENANCE_KEY.encode())
        provenance = json.loads(stored) if stored else {}
        if "time" in table.column_names:
            return list(_tracks_of_patches(table, path, recorded))
        return [
            replace(track, provenance=provenance)
            for track in (
                track_of(row, opened_path(row["file"], path), recorded) for row in table.to_pylist()
            )
        ]


def _tracks_of_patches(table: Any, path: Path, recorded: Recorded) -> Iterator[TrackResult]:
    names = table.column("file").to_pylist()
    # All rows of a track follow each other.
    starts = [row for row, name in enumerate(names) if not row or name != names[row - 1]]
    columns = {name: table.column(name).to_numpy() for name in ("time", "duration", *CURVES)}
    for start, end in pairwise([*starts, len(names)]):
        rows = {name: column[start:end] for name, column in columns.items()}
        curves = curves_of(rows, float(rows["duration"][0]))
        name = names[start]
        yield TrackResult(name, opened_path(name, path), "ok", recorded=recorded, curves=curves)
