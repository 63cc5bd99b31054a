"""Plan a run: which tracks lack a current result and must be analysed."""

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from quadpred_plugin.batch.manifest import MOST_NAMES, Manifest, Record
from quadpred_plugin.batch.results import result_path
from quadpred_plugin.batch.tasks import Task
from quadpred_plugin.batch.tracks import FoundTrack, find_tracks, read_stamp

# A slow list of names keeps no track waiting for longer.
_SECONDS_PER_GROUP = 1.0


@dataclass(frozen=True)
class ReuseRules:
    """Rule for keeping an existing result.

    Attributes
    ----------
    force : bool
        Never: every track is analysed.
    skip_existing : bool
        Always, whatever content and settings it is of.
    checksum : bool
        Compare the content by its digest, not by size and time.
    """

    force: bool = False
    skip_existing: bool = False
    checksum: bool = False


@dataclass(frozen=True)
class PlannedTrack:
    """A track and its task.

    Attributes
    ----------
    found : FoundTrack
    task : Task or None
        None if the track isn't analysed.
    record : Record or None
        The manifest's record of earlier runs.
    """

    found: FoundTrack
    task: Task | None
    record: Record | None


class Plan:
    """Compares a collection with the manifest.

    Parameters
    ----------
    root, output : str
        The collection, also an address, and the folder of results.
    suffix : str
        Suffix of result files; empty for a data set.
    settings : str
        Hash of the run's settings.
    manifest : Manifest
    rules : ReuseRules
    places : sequence of str
        Folders outside of the collection into which its links are followed.

    Attributes
    ----------
    left_out : Counter of str
        Number of files without a suffix of audio, by suffix, in the folders so far.
    """

    def __init__(
        self,
        root: str,
        output: str,
        suffix: str,
        settings: str,
        manifest: Manifest,
        rules: ReuseRules,
        places: Sequence[str] = (),
    ) -> None:
        self._root, self._output, self._suffix = root, output, suffix
        self._settings, self._manifest, self._rules = settings, manifest, rules
        self._places = places
        self.left_out: Counter[str] = Counter()

    def __iter__(self) -> Iterator[PlannedTrack]:
        """Yield the tracks in order, one at a time."""
        found_tracks = find_tracks(self._root, self._output, self.left_out, self._places)
        for group in _groups(found_tracks):
            records = self._manifest.find([found.file for found in group])
            for found in group:
                record = records.get(found.file)
                task = None if found.problem else self._task(found, record)
                yield PlannedTrack(found, task, record)

    def _task(self, found: FoundTrack, record: Record | None) -> Task | None:
        file = found.file
        result = result_path(file, self._suffix) if self._suffix else ""
        if self._rules.force:
            return Task(file, result)
        if self._rules.skip_existing:
            return None if self._exists(record, result) else Task(file, result)
        if record is None or not self._is_current(record, result):
            return Task(file, result)
        stamp = found.stamp or read_stamp(os.path.join(self._root, file))
        if not self._rules.checksum and stamp == (record.size, record.mtime_ns):
            return None
        return Task(file, result, known=record.sha256)

    def _exists(self, record: Record | None, result: str) -> bool:
        if result:
            return os.path.lexists(os.path.join(self._output, result))
        return record is not None and bool(record.result)

    def _is_current(self, record: Record, result: str) -> bool:
        """Whether a complete result of these settings exists."""
        if record.status in ("error", "pending") or record.settings != self._settings:
            return False
        if not result:
            return True
        stamp = read_stamp(os.path.join(self._output, result))
        return record.result == result and stamp is not None and stamp.size == record.result_size


def _groups(found_tracks: Iterable[FoundTrack]) -> Iterator[list[FoundTrack]]:
    """Yield the tracks in groups, of which the manifest is asked once."""
    group: list[FoundTrack] = []
    since = time.monotonic()
    for found in found_tracks:
        group.append(found)
        if len(group) == MOST_NAMES or time.monotonic() - since > _SECONDS_PER_GROUP:
            yield group
            group, since = [], time.monotonic()
    if group:
        yield group
