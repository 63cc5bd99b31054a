"""Which tracks of a collection are to be heard: those whose result isn't there or isn't theirs."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from quadpred_plugin.batch.manifest import Manifest, Record
from quadpred_plugin.batch.results import result_path
from quadpred_plugin.batch.tasks import Task
from quadpred_plugin.batch.tracks import Found, find_tracks, read_stamp


@dataclass(frozen=True)
class Wishes:
    """What a user wants of results that are there.

    Attributes
    ----------
    force : bool
        Every track is heard.
    skip_existing : bool
        No track is heard that has a result, whatever it was made of and with.
    checksum : bool
        Whether content has changed is told from its digest, not from size and time.
    """

    force: bool = False
    skip_existing: bool = False
    checksum: bool = False


@dataclass(frozen=True)
class Planned:
    """A track with what is to be done.

    Attributes
    ----------
    found : Found
    task : Task or None
        None where nothing is to be done.
    record : Record or None
        What is known of it from runs before.
    """

    found: Found
    task: Task | None
    record: Record | None


class Plan:
    """Goes through a collection and compares it with the manifest.

    Parameters
    ----------
    root, output : str
        The collection and the folder of results.
    suffix : str
        Of result files; empty where rows go into a data set.
    settings : str
        Hash of what tracks are to be heard with.
    manifest : Manifest
    wishes : Wishes
    """

    def __init__(
        self,
        root: str,
        output: str,
        suffix: str,
        settings: str,
        manifest: Manifest,
        wishes: Wishes,
    ) -> None:
        self._root, self._output, self._suffix = root, output, suffix
        self._settings, self._manifest, self._wishes = settings, manifest, wishes

    def __iter__(self) -> Iterator[Planned]:
        """Yield the tracks in order, none held."""
        for found in find_tracks(self._root, self._output):
            record = self._manifest.find(found.file)
            task = None if found.obstacle else self._task(found.file, record)
            yield Planned(found, task, record)

    def _task(self, file: str, record: Record | None) -> Task | None:
        result = result_path(file, self._suffix) if self._suffix else ""
        task = Task(file, result)
        if self._wishes.force:
            return task
        if self._wishes.skip_existing:
            return None if self._exists(record, result) else task
        if record is None or not self._stands(record, result):
            return task
        stamp = read_stamp(os.path.join(self._root, file))
        if not self._wishes.checksum and stamp == (record.size, record.mtime_ns):
            return None
        return Task(file, result, known=record.sha256)

    def _exists(self, record: Record | None, result: str) -> bool:
        if result:
            return os.path.lexists(os.path.join(self._output, result))
        return record is not None and bool(record.result)

    def _stands(self, record: Record, result: str) -> bool:
        """Whether a result of these settings is there, and whole."""
        if record.status in ("error", "pending") or record.settings != self._settings:
            return False
        if not result:
            return True
        stamp = read_stamp(os.path.join(self._output, result))
        return record.result == result and stamp is not None and stamp.size == record.result_size
