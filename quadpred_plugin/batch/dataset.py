"""Parquet data set of the rows of all tracks, one part for every few hundred tracks.

All rows of a track are in one part, which the manifest names. A part is valid once the manifest
names it; the next run removes other parts.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from quadpred_plugin.batch.folder import ResultsFolder
from quadpred_plugin.batch.manifest import Record
from quadpred_plugin.exports.columns import rows
from quadpred_plugin.exports.parquet_table import schema, storable, to_table
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.files import write_atomically

# Folder of the data set for each level; a folder of results can contain both.
FOLDERS = {"file": "tracks.parquet", "frame": "frames.parquet"}

# After a kill, tracks without a part are analysed again; larger parts mean fewer files.
TRACKS_PER_PART = 256
_ROWS_PER_PART = 1 << 18
_SECONDS_PER_PART = 300


class Dataset:
    """Parts in the folder of results, and the tracks that wait for the next part.

    Parameters
    ----------
    folder : ResultsFolder
    level : {'file', 'frame'}
    settings : dict
        Settings of the run, for the schema's metadata.
    heads : sequence of str
        Further heads of the model, whose columns are appended.
    """

    def __init__(
        self,
        folder: ResultsFolder,
        level: str,
        settings: dict[str, Any],
        heads: Sequence[str] = (),
    ) -> None:
        self._store, self._staging = folder.store, folder.staging
        self._manifest = folder.manifest
        self._level, self._heads = level, heads
        self._schema = schema(level, settings, heads)
        # Records with their tables of rows.
        self._waiting: list[tuple[Record, Any]] = []
        self._replaced: dict[str, set[str]] = {}
        self._rows = 0
        self._since = 0.0
        # Name of the part being written, so that a second attempt replaces the first.
        self._part = ""
        self._last: int | None = None
        self._repair()

    def add(self, record: Record, prediction: Prediction, former_part: str) -> None:
        """Add a track's rows, and write a part if enough rows wait.

        Parameters
        ----------
        record : Record
            Saved in the manifest with the part.
        prediction : Prediction
            Also of a failed track, which has a row at file level and none at frame level.
        former_part : str
            The part that contains the track's former rows; empty for none.
        """
        if not self._waiting:
            self._since = time.monotonic()
        table = to_table(rows(prediction, self._level, self._heads), self._schema)
        self._waiting.append((record, table))
        self._rows += len(table)
        if former_part:
            self._replaced.setdefault(former_part, set()).add(record.file)
        if (
            len(self._waiting) >= TRACKS_PER_PART
            or self._rows >= _ROWS_PER_PART
            or time.monotonic() - self._since > _SECONDS_PER_PART
        ):
            self.flush()

    def flush(self) -> None:
        """Write a part of the waiting tracks, and delete their former rows.

        At no point does the data set contain a track twice.
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
        """Make parts and manifest agree after a run that was killed."""
        known = {name for name in self._manifest.results() if is_part(name)}
        for folder in FOLDERS.values():
            found = {f"{folder}/{name}" for name in self._store.names(folder)}
            for name in sorted(found - known):
                if is_part(name) or is_part(name.replace("/.", "/")):
                    self._store.remove(name)
            for name in known - found:
                if name.startswith(f"{folder}/"):
                    self._manifest.forget_result(name)
        self._manifest.commit()

    def _write(self) -> None:
        """Write the waiting rows as the next part, if there are any."""
        import pyarrow

        if not self._rows:
            return
        folder = FOLDERS[self._level]
        if not self._part:
            if self._last is None:
                # Once a run: a large collection has thousands of parts.
                names = self._store.names(folder)
                parts = [Path(name).stem for name in names if is_part(f"{folder}/{name}")]
                self._last = max((int(part.partition("-")[2]) for part in parts), default=0)
            self._last += 1
            self._part = f"{folder}/part-{self._last:06}.parquet"
        table = pyarrow.concat_tables([table for _, table in self._waiting])
        self._put(table.combine_chunks(), self._part)

    def _drop(self, part: str, files: set[str]) -> None:
        """Rewrite a part without the rows of some tracks."""
        import pyarrow.compute
        import pyarrow.parquet

        with self._store.open(part) as path:
            if path is None:
                return
            table = pyarrow.parquet.read_table(path, partitioning=None)
        dropped = pyarrow.array([storable(file) for file in files], pyarrow.string())
        kept = table.filter(
            pyarrow.compute.invert(pyarrow.compute.is_in(table.column("file"), dropped))
        )
        if len(kept):
            self._put(kept, part)
        else:
            self._store.remove(part)

    def _put(self, table: Any, name: str) -> None:
        import pyarrow.parquet

        staged = self._staging / uuid.uuid4().hex
        try:
            write_atomically(staged, lambda stream: pyarrow.parquet.write_table(table, stream))
            self._store.put(staged, name)
        finally:
            staged.unlink(missing_ok=True)


def is_part(name: str) -> bool:
    """Whether a result is a part of a data set."""
    folder, _, file = name.partition("/")
    return folder in FOLDERS.values() and file.startswith("part-") and file.endswith(".parquet")
