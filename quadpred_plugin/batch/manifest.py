"""What was done of which content, with which settings, and why the rest failed.

A database, since a run may be killed at any moment and a table of a hundred thousand rows
doesn't belong into memory; tables for people are written from it at the end of a run.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import IO, Any

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.csv_rows import csv_line

# A run that is killed hears again what it did since the last commit.
_SECONDS_BETWEEN_COMMITS = 1.0

_TABLES = (
    """CREATE TABLE IF NOT EXISTS tracks (
        file BLOB PRIMARY KEY, status TEXT NOT NULL, reason TEXT NOT NULL, size INTEGER,
        mtime_ns INTEGER, sha256 TEXT, settings TEXT, result BLOB NOT NULL,
        result_size INTEGER NOT NULL, run INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS settings (hash TEXT PRIMARY KEY, content TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS runs (run INTEGER PRIMARY KEY, root BLOB, kind TEXT)",
)


@dataclass(frozen=True)
class Record:
    """What is known of a track.

    Attributes
    ----------
    file : str
        Path below the root.
    status : str
        One of `prediction.STATUSES`, or ``existing`` for a result that was there before.
    reason : str
        Sentences, of an error why; else warnings or nothing.
    size, mtime_ns, sha256
        The content that was heard: bytes, time of change in ns, digest; None where it couldn't
        be read.
    settings : str or None
        Hash of what it was heard with; None if it is to be heard again in any case.
    result : str
        Path of the result below the output folder, of the part in a data set; empty for none.
    result_size : int
        Bytes of a result file.
    """

    file: str
    status: str
    reason: str = ""
    size: int | None = None
    mtime_ns: int | None = None
    sha256: str | None = None
    settings: str | None = None
    result: str = ""
    result_size: int = 0


_COLUMNS = tuple(field.name for field in fields(Record))
_NAMES = ", ".join(_COLUMNS)


class Manifest:
    """The records of a folder of results, open for one run at a time.

    Parameters
    ----------
    path : Path
        The database; made if it isn't there.

    Raises
    ------
    OutputError
        If it can't be used: damaged, in use by another run, or not writable. Every method may
        raise it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last_commit = time.monotonic()
        with self._explained():
            self._database = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            self._open()
            self.run = (self._one("SELECT max(run) FROM runs")[0] or 0) + 1
        except OutputError:
            self._database.close()
            raise

    def last_run(self) -> tuple[str, str] | None:
        """Return the collection and the kind of results of the run before, if there was one."""
        row = self._one("SELECT root, kind FROM runs WHERE run = ?", self.run - 1)
        return row and (os.fsdecode(row[0]), row[1])

    def begin_run(self, root: str, kind: str, settings: str, content: dict[str, Any]) -> None:
        """Note what this run is about, and what its hash of settings stands for."""
        self._do("INSERT INTO runs VALUES (?, ?, ?)", self.run, os.fsencode(root), kind)
        text = json.dumps(content, sort_keys=True)
        self._do("INSERT OR REPLACE INTO settings VALUES (?, ?)", settings, text)
        self.commit()

    def find(self, file: str) -> Record | None:
        """Return the record of a track, and note that the track is there."""
        row = self._one(f"SELECT {_NAMES} FROM tracks WHERE file = ?", os.fsencode(file))
        if row is None:
            return None
        self._do("UPDATE tracks SET run = ? WHERE file = ?", self.run, os.fsencode(file))
        return _to_record(row)

    def save(self, record: Record) -> None:
        """Add or replace a record; it is kept once a second or more has passed."""
        values = [os.fsencode(v) if n in ("file", "result") else v for n, v in _pairs(record)]
        marks = ", ".join("?" * (len(values) + 1))
        self._do(
            f"INSERT OR REPLACE INTO tracks ({_NAMES}, run) VALUES ({marks})", *values, self.run
        )

    def tick(self) -> None:
        """Commit if the last time is a while ago."""
        if time.monotonic() - self._last_commit > _SECONDS_BETWEEN_COMMITS:
            self.commit()

    def commit(self) -> None:
        """Keep what was saved, also if the process is killed."""
        with self._explained():
            # Python ends the transaction that is open before it: one call, so that Ctrl-C
            # can't come between the two.
            self._database.executescript("BEGIN EXCLUSIVE")
        self._last_commit = time.monotonic()

    def forget_result(self, result: str) -> None:
        """Let all tracks with that result be heard again."""
        self._do("UPDATE tracks SET settings = NULL WHERE result = ?", os.fsencode(result))

    def results(self) -> Iterator[str]:
        """Go through the names of results, each once."""
        with self._explained():
            for (result,) in self._database.execute("SELECT DISTINCT result FROM tracks"):
                yield os.fsdecode(result)

    def end_run(self) -> int:
        """Drop failures of tracks that are no longer there; return how many others are gone."""
        self._do("DELETE FROM tracks WHERE run < ? AND status = 'error'", self.run)
        self.commit()
        return int(self._one("SELECT count(*) FROM tracks WHERE run < ?", self.run)[0])

    def write_table(self, stream: IO[str]) -> None:
        """Write all records as csv, sorted by file."""
        self._write(stream, _COLUMNS, "")

    def write_failures(self, stream: IO[str]) -> None:
        """Write files and reasons of failures as csv, sorted by file."""
        self._write(stream, ("file", "reason"), "WHERE status = 'error'")

    def settings(self) -> dict[str, Any]:
        """Return what the hashes in records stand for."""
        with self._explained():
            used = "SELECT * FROM settings WHERE hash IN (SELECT settings FROM tracks)"
            return {name: json.loads(text) for name, text in self._database.execute(used)}

    def close(self) -> None:
        """Keep what was saved and let others in."""
        with self._explained():
            self._database.execute("COMMIT")
            self._database.close()

    def _open(self) -> None:
        # Held until the end, so that no second run writes beside this one; a log that is
        # locked so needs no shared memory, which network file systems lack.
        self._do("PRAGMA locking_mode = EXCLUSIVE")
        self._do("PRAGMA journal_mode = WAL")
        self._do("PRAGMA synchronous = NORMAL")
        self._do("BEGIN EXCLUSIVE")
        for statement in _TABLES:
            self._do(statement)

    def _write(self, stream: IO[str], columns: Iterable[str], condition: str) -> None:
        stream.write(csv_line(tuple(columns)))
        with self._explained():
            found = self._database.execute(f"SELECT {_NAMES} FROM tracks {condition} ORDER BY file")
            for row in found:
                record = _to_record(row)
                stream.write(csv_line([getattr(record, name) for name in columns]))

    def _one(self, statement: str, *values: Any) -> Any:
        with self._explained():
            return self._database.execute(statement, values).fetchone()

    def _do(self, statement: str, *values: Any) -> None:
        with self._explained():
            self._database.execute(statement, values)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise OutputError(
                    f"{self.path} is in use: another run writes into the same folder. Wait for "
                    "its end, or choose another folder."
                ) from error
            if isinstance(error, sqlite3.OperationalError):
                raise OutputError(f"{self.path} can't be used: {error}.") from error
            raise OutputError(
                f"{self.path} is damaged ({error}). Remove it, and give --force to hear all "
                "tracks again or --skip-existing to keep the results that are there."
            ) from error


def _pairs(record: Record) -> Iterator[tuple[str, Any]]:
    return zip(_COLUMNS, astuple(record), strict=True)


def _to_record(row: Iterable[Any]) -> Record:
    values = dict(zip(_COLUMNS, row, strict=True))
    for name in ("file", "result"):
        values[name] = os.fsdecode(values[name])
    return Record(**values)
