"""The undo file: what each tagged file's fields were before, a line of JSON a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from quadpred_plugin.errors import OutputError, QuadpredError
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.fields import FIELDS
from quadpred_plugin.tags.writing import Change, Plan, write_changes
from quadpred_plugin.version import VERSION

_KIND = "quadpred tags"


class UndoFileError(OutputError):
    """The undo file can't be written: nothing more may be changed."""


@dataclass(frozen=True)
class Record:
    """What was done to one file."""

    path: Path
    changes: tuple[Change, ...]


def default_undo_file(moment: datetime) -> Path:
    """Return the name of a new undo file in the user's state folder."""
    from platformdirs import user_state_path

    folder = user_state_path("quadpred", appauthor=False) / "undo"
    return folder / f"{moment:%Y-%m-%dT%H-%M-%S}-{os.getpid()}.jsonl"


class UndoFile:
    """Takes down changes, each on the disk before it is made.

    The file is created with the first change.

    Parameters
    ----------
    path : Path
        Must not exist; its folder is made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: IO[str] | None = None

    def __enter__(self) -> UndoFile:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._stream is not None:
            self._stream.close()

    @property
    def begun(self) -> bool:
        """Whether anything was taken down."""
        return self._stream is not None

    def append(self, path: Path, changes: tuple[Change, ...]) -> None:
        """Take down what is about to be done to a file.

        Raises
        ------
        UndoFileError
            If the undo file can't be written, or was there before.
        """
        record = {
            "file": os.path.realpath(path),
            "fields": {
                change.field: {"before": change.before, "after": change.after} for change in changes
            },
        }
        try:
            if self._stream is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._stream = open(self.path, "x", encoding="ascii")
                self._write({"kind": _KIND, "program": f"quadpred-plugin {VERSION}"})
            self._write(record)
        except OSError as error:
            raise UndoFileError(
                f"The undo file {self.path} can't be written: {error.strerror}."
            ) from error

    def _write(self, content: dict[str, Any]) -> None:
        assert self._stream is not None
        # Names that aren't UTF-8 are escaped as surrogates, and come back as they were.
        self._stream.write(json.dumps(content) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())


def read_undo_file(path: Path) -> list[Record]:
    """Read what was done, the last first.

    A last line without its end is left out: its file was not changed.

    Raises
    ------
    QuadpredError
        If it can't be read or isn't an undo file.
    """
    try:
        content = path.read_text(encoding="ascii")
    except OSError as error:
        raise QuadpredError(f"The undo file {path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise QuadpredError(f"{path} is not an undo file of 'quadpred tag'.") from None
    try:
        head, *records = [json.loads(line) for line in content.split("\n")[:-1]]
        if head["kind"] != _KIND:
            raise KeyError("kind")
        return list(reversed([_record(record) for record in records]))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise QuadpredError(f"{path} is not an undo file of 'quadpred tag'.") from error


def _record(content: dict[str, Any]) -> Record:
    changes = []
    for field, values in content["fields"].items():
        before, after = values["before"], values["after"]
        if field not in FIELDS or not all(isinstance(value, str) for value in (*before, *after)):
            raise ValueError(field)
        changes.append(Change(field, tuple(before), tuple(after)))
    return Record(Path(content["file"]), tuple(changes))


def plan_undo(record: Record, force: bool) -> Plan:
    """Compare what a file has with what it had.

    Parameters
    ----------
    record : Record
    force : bool
        Whether to bring back fields too that were changed since.

    Returns
    -------
    plan : Plan
        ``kept`` names the fields that were changed since and stay.

    Raises
    ------
    AudioError
        If the file isn't there any more, or can't be tagged; the message goes on after its
        name.
    """
    current = TaggedFile(record.path).values()
    changes, kept = [], []
    for change in record.changes:
        value = current.get(change.field, ())
        if value == change.before:
            continue
        if value == change.after or force:
            changes.append(Change(change.field, value, change.before))
        else:
            kept.append(change.field)
    return Plan(tuple(changes), tuple(kept))


def undo(
    records: list[Record], force: bool, dry_run: bool
) -> Iterator[tuple[Record, Plan | QuadpredError]]:
    """Bring former fields back, file by file; a file that fails doesn't stop the others.

    Parameters
    ----------
    records : list of Record
        In the order of `read_undo_file`.
    force : bool
        As for `plan_undo`.
    dry_run : bool
        Whether only to plan.

    Yields
    ------
    record : Record
    plan : Plan, or QuadpredError
        What was done, or why nothing was.
    """
    for record in records:
        try:
            plan = plan_undo(record, force)
            if plan.changes and not dry_run:
                write_changes(record.path, plan.changes)
            yield record, plan
        except QuadpredError as error:
            yield record, error
