"""Manifest: a database of the status, content and settings of each track.

SQLite survives a kill at any moment and keeps a hundred thousand rows out of memory. The tables
for the user are written from it at the end of a run.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import IO, Any, NamedTuple

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.csv_rows import csv_writer

# After a kill, tracks since the last commit are analysed again.
_SECONDS_BETWEEN_COMMITS = 1.0

# Of a statement. SQLite took 999 values until 2020.
MOST_NAMES = 900

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
    """Record of a track.

    Attributes
    ----------
    file : str
        Path below the root.
    status : str
        One of `prediction.STATUSES`; ``existing`` for a result without a record; ``pending``
        while a data set is rewritten.
    reason : str
        Sentences: the cause of an error, warnings, or nothing.
    size, mtime_ns, sha256
        The analysed content: size in bytes, time of change in ns, digest; None if it couldn't
        be read.
    settings : str or None
        Hash of the settings; None if the track must be analysed again in any case.
    result : str
        Path below the output folder of the result file, or of the part of a data set; empty
        for none.
    result_size : int
        Size of a result file, bytes.
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


class Content(NamedTuple):
    """Content of a file.

    Attributes
    ----------
    size : int
        Size, bytes.
    mtime_ns : int
        Time of the last change, ns.
    sha256 : str
    """

    size: int
    mtime_ns: int
    sha256: str


_COLUMNS = tuple(field.name for field in fields(Record))
RECORD_NAMES = ", ".join(_COLUMNS)


class Manifest:
    """The records of a folder of results, open for one run at a time.

    Parameters
    ----------
    path : Path
        The database; made if it doesn't exist.

    Raises
    ------
    OutputError
        If it is damaged, in use by another run, or not writable. Every method may raise it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last_commit = time.monotonic()
        with self._translated_errors():
            self._database = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            self._open()
            self.run = (self._fetch_one("SELECT max(run) FROM runs")[0] or 0) + 1
        except OutputError:
            self._database.close()
            raise

    def last_run(self) -> tuple[str, str] | None:
        """Return the collection and the kind of results of the previous run, if any."""
        row = self._fetch_one("SELECT root, kind FROM runs WHERE run = ?", self.run - 1)
        return row and (os.fsdecode(row[0]), row[1])

    def begin_run(self, root: str, kind: str, settings: str, content: dict[str, Any]) -> None:
        """Record this run and the settings of its hash."""
        self._execute("INSERT INTO runs VALUES (?, ?, ?)", self.run, os.fsencode(root), kind)
        text = json.dumps(content, sort_keys=True)
        self._execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", settings, text)
        self.commit()

    def find(self, files: Sequence[str]) -> dict[str, Record]:
        """Return the records of tracks by file, and mark these tracks as present in this run.

        Parameters
        ----------
        files : sequence of str
            `MOST_NAMES` at most.
        """
        names = [os.fsencode(file) for file in files]
        condition = f"WHERE file IN ({', '.join('?' * len(names))})"
        with self._translated_errors():
            rows = self._database.execute(f"SELECT {RECORD_NAMES} FROM tracks {condition}", names)
            found = {record.file: record for record in map(to_record, rows)}
        self._execute(f"UPDATE tracks SET run = {self.run} {condition}", *names)
        return found

    def save(self, record: Record) -> None:
        """Add or replace a record; `tick` or `commit` makes it permanent."""
        values = [os.fsencode(v) if n in ("file", "result") else v for n, v in _pairs(record)]
        marks = ", ".join("?" * (len(values) + 1))
        self._execute(
            f"INSERT OR REPLACE INTO tracks ({RECORD_NAMES}, run) VALUES ({marks})",
            *values,
            self.run,
        )

    def record_content(self, file: str, content: Content) -> None:
        """Record another content of a track whose result is kept."""
        statement = "UPDATE tracks SET size = ?, mtime_ns = ?, sha256 = ? WHERE file = ?"
        self._execute(statement, *content, os.fsencode(file))

    def tick(self) -> None:
        """Commit if the last commit is more than a second ago."""
        if time.monotonic() - self._last_commit > _SECONDS_BETWEEN_COMMITS:
            self.commit()

    def commit(self) -> None:
        """Make all saved records permanent."""
        with self._translated_errors():
            # executescript commits the open transaction first. One call ends the transaction and
            # begins the next, so that Ctrl-C can't interrupt between the two.
            self._database.executescript("BEGIN EXCLUSIVE")
        self._last_commit = time.monotonic()

    def forget_result(self, result: str) -> None:
        """Mark all tracks with that result to be analysed again."""
        self._execute("UPDATE tracks SET settings = NULL WHERE result = ?", os.fsencode(result))

    def results(self) -> Iterator[str]:
        """Yield the distinct names of results."""
        with self._translated_errors():
            for (result,) in self._database.execute("SELECT DISTINCT result FROM tracks"):
                yield os.fsdecode(result)

    def end_run(self) -> int:
        """Delete failures of tracks that are gone; return the number of other tracks that are."""
        self._execute("DELETE FROM tracks WHERE run < ? AND status = 'error'", self.run)
        self.commit()
        return int(self._fetch_one("SELECT count(*) FROM tracks WHERE run < ?", self.run)[0])

    def count(self, status: str) -> int:
        """Return the number of tracks of this run with a status."""
        condition = "run = ? AND status = ?"
        found = self._fetch_one(f"SELECT count(*) FROM tracks WHERE {condition}", self.run, status)
        return int(found[0])

    def write_table(self, stream: IO[str]) -> None:
        """Write all records as csv, sorted by file."""
        self._write(stream, _COLUMNS, "")

    def write_failures(self, stream: IO[str]) -> None:
        """Write files and reasons of failures as csv, sorted by file."""
        self._write(stream, ("file", "reason"), "WHERE status = 'error'")

    def settings(self) -> dict[str, Any]:
        """Return the settings by the hashes that records have."""
        with self._translated_errors():
            used = "SELECT * FROM settings WHERE hash IN (SELECT settings FROM tracks)"
            return {name: json.loads(text) for name, text in self._database.execute(used)}

    def close(self) -> None:
        """Commit and unlock the database."""
        with self._translated_errors():
            self._database.execute("COMMIT")
            self._database.close()

    def _open(self) -> None:
        # Locked until the end, so that no second run writes at the same time. An exclusively
        # locked log needs no shared memory, which network file systems lack.
        self._execute("PRAGMA locking_mode = EXCLUSIVE")
        self._execute("PRAGMA journal_mode = WAL")
        self._execute("PRAGMA synchronous = NORMAL")
        self._execute("BEGIN EXCLUSIVE")
        for statement in _TABLES:
            self._execute(statement)

    def _write(self, stream: IO[str], columns: tuple[str, ...], condition: str) -> None:
        writer = csv_writer(stream)
        writer.writerow(columns)
        with self._translated_errors():
            found = self._database.execute(
                f"SELECT {', '.join(columns)} FROM tracks {condition} ORDER BY file"
            )
            writer.writerows(
                [os.fsdecode(value) if isinstance(value, bytes) else value for value in row]
                for row in found
            )

    # Several calls a track, and a context manager of a generator takes as long as a statement.

    def _fetch_one(self, statement: str, *values: Any) -> Any:
        try:
            return self._database.execute(statement, values).fetchone()
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def _execute(self, statement: str, *values: Any) -> None:
        try:
            self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise self._translated(error) from error

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def _translated(self, error: sqlite3.Error) -> OutputError:
        if "locked" in str(error):
            return OutputError(
                f"{self.path} is in use: another run writes into the same folder. Wait until it "
                "ends, or choose another folder."
            )
        if isinstance(error, sqlite3.OperationalError):
            return OutputError(f"{self.path} can't be used: {error}.")
        return OutputError(
            f"{self.path} is damaged ({error}). Remove it, and give --force to analyse all tracks "
            "again or --skip-existing to keep the existing results."
        )


def _pairs(record: Record) -> Iterator[tuple[str, Any]]:
    return zip(_COLUMNS, astuple(record), strict=True)


def to_record(row: Iterable[Any]) -> Record:
    """Return the record of a row of the columns `RECORD_NAMES`."""
    file, status, reason, size, mtime_ns, sha256, settings, result, result_size = row
    return Record(
        os.fsdecode(file),
        status,
        reason,
        size,
        mtime_ns,
        sha256,
        settings,
        os.fsdecode(result),
        result_size,
    )
