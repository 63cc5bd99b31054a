"""Rows of all tracks in one Parquet data set: a part for every few hundred tracks.

Each track has its rows in one part, which the manifest names. A part is written whole and
becomes valid when the manifest says so; what it doesn't say is removed by the next run.
"""

import time
import uuid
from dataclasses import replace
from typing import Any

from quadpred_plugin.batch.folder import ResultsFolder
from quadpred_plugin.batch.manifest import Record
from quadpred_plugin.batch.results import put_in_place
from quadpred_plugin.exports.columns import rows
from quadpred_plugin.exports.parquet_table import schema, storable, to_table
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.files import write_atomically

# Of the data set's folder, by level; both may stand side by side.
FOLDERS = {"file": "tracks.parquet", "frame": "frames.parquet"}

# A run that is killed hears again what isn't in a part yet; parts shall not be too many.
TRACKS_A_PART = 256
_ROWS_A_PART = 1 << 18
_SECONDS_A_PART = 300


class Dataset:
    """The parts below the folder of results, and the tracks that wait for the next one.

    Parameters
    ----------
    folder : ResultsFolder
    level : {'file', 'frame'}
    settings : dict
        What rows are made with, for the schema's metadata.
    """

    def __init__(self, folder: ResultsFolder, level: str, settings: dict[str, Any]) -> None:
        self._output, self._staging = folder.path, folder.staging
        self._manifest = folder.manifest
        self._level, self._schema = level, schema(level, settings)
        # Records, and tables of rows.
        self._waiting: list[tuple[Record, Any]] = []
        self._replaced: dict[str, set[str]] = {}
        self._rows = 0
        self._since = 0.0
        # Of the part that is being written, so that a second attempt replaces the first.
        self._part = ""
        self._repair()

    def add(self, record: Record, prediction: Prediction, before: str) -> None:
        """Take a track's rows, and write a part if there are enough.

        Parameters
        ----------
        record : Record
            Saved in the manifest together with the part.
        prediction : Prediction
            Of a track that failed too: it has a row at file level and none at frame level.
        before : str
            The part that holds the track's former rows; empty for none.
        """
        if not self._waiting:
            self._since = time.monotonic()
        table = to_table(rows(prediction, self._level), self._schema)
        self._waiting.append((record, table))
        self._rows += len(table)
        if before:
            self._replaced.setdefault(before, set()).add(record.file)
        if (
            len(self._waiting) >= TRACKS_A_PART
            or self._rows >= _ROWS_A_PART
            or time.monotonic() - self._since > _SECONDS_A_PART
        ):
            self.flush()

    def flush(self) -> None:
        """Write the part of the tracks that wait, and drop their former rows.

        Whoever reads meanwhile, or after a kill at any point, finds no track twice.
        """
        if not self._waiting:
            return
        for part, files in self._replaced.items():
            for file in files:
                self._manifest.save(Record(file, "pending", result=part))
        self._manifest.commit()
        for part, files in self._replaced.items():
            self._drop(part, files)
        self._write()
        for record, table in self._waiting:
            self._manifest.save(replace(record, result=self._part if len(table) else ""))
        self._manifest.commit()
        self._waiting, self._replaced, self._rows, self._part = [], {}, 0, ""

    def _repair(self) -> None:
        """Make parts and manifest agree, after whatever end the run before has met."""
        known = {name for name in self._manifest.results() if is_part(name)}
        for folder in FOLDERS.values():
            for path in sorted((self._output / folder).glob("part-*.parquet")):
                if f"{folder}/{path.name}" not in known:
                    path.unlink()
        for name in known:
            if not (self._output / name).is_file():
                self._manifest.forget_result(name)
        self._manifest.commit()

    def _write(self) -> None:
        """Write the rows that wait as the next part, if there are any."""
        import pyarrow

        if not self._rows:
            return
        folder = FOLDERS[self._level]
        if not self._part:
            parts = (self._output / folder).glob("part-*.parquet")
            last = max((int(path.stem.partition("-")[2]) for path in parts), default=0)
            self._part = f"{folder}/part-{last + 1:06}.parquet"
        table = pyarrow.concat_tables([table for _, table in self._waiting])
        self._put(table.combine_chunks(), self._part)

    def _drop(self, part: str, files: set[str]) -> None:
        """Write a part again without the rows of some tracks."""
        import pyarrow.compute
        import pyarrow.parquet

        path = self._output / part
        if not path.is_file():
            return
        table = pyarrow.parquet.read_table(path, partitioning=None)
        dropped = pyarrow.array([storable(file) for file in files], pyarrow.string())
        kept = table.filter(
            pyarrow.compute.invert(pyarrow.compute.is_in(table.column("file"), dropped))
        )
        if len(kept):
            self._put(kept, part)
        else:
            path.unlink()

    def _put(self, table: Any, name: str) -> None:
        import pyarrow.parquet

        staged = self._staging / uuid.uuid4().hex
        try:
            write_atomically(staged, lambda stream: pyarrow.parquet.write_table(table, stream))
            put_in_place(staged, self._output, name)
        finally:
            staged.unlink(missing_ok=True)


def is_part(name: str) -> bool:
    """Whether a result is a part of a data set."""
    folder, _, file = name.partition("/")
    return folder in FOLDERS.values() and file.startswith("part-") and file.endswith(".parquet")
