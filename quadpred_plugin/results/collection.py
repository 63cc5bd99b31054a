"""Where the tracks of a folder of results are, and what was recorded of them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace

from quadpred_plugin.batch.manifest import Record
from quadpred_plugin.batch.saved import SavedRuns
from quadpred_plugin.exports.parquet_table import storable
from quadpred_plugin.results.tracks import Recorded, TrackResult

_NO_CURRENT_RESULT = "has no current result: run 'quadpred batch' again."


def is_superseded(saved: SavedRuns | None, source: str, result: str) -> bool:
    """Return whether a file is an earlier result of a track that has another one.

    Parameters
    ----------
    saved : SavedRuns or None
    source : str
        The track's name in the file.
    result : str
        Path of the file below the folder of results.
    """
    record = saved.records.get(source) if saved else None
    return record is not None and record.result not in ("", result)


def located(tracks: Iterable[TrackResult], saved: SavedRuns) -> Iterator[TrackResult]:
    """Yield the tracks of a collection with paths and records, then those without results.

    Parameters
    ----------
    tracks : iterable of TrackResult
        As read from files in the folder.
    saved : SavedRuns
        What the folder records.
    """
    escaped = {storable(file): record for file, record in saved.records.items()}
    seen = set()
    for track in tracks:
        record = saved.records.get(track.source) or escaped.get(track.source)
        if record is None:
            # Written by 'quadpred predict', or before the manifest was removed.
            yield replace(track, path=os.path.join(saved.root, track.source))
            continue
        seen.add(record.file)
        yield _with_record(track, record, saved)
    for record in saved.records.values():
        if record.file not in seen:
            reason = record.reason if record.status == "error" else ""
            failed = TrackResult(record.file, "", "error", failure=reason or _NO_CURRENT_RESULT)
            yield _with_record(failed, record, saved)


def _with_record(track: TrackResult, record: Record, saved: SavedRuns) -> TrackResult:
    settings = saved.settings.get(record.settings or "", {})
    failure = track.failure
    if failure and record.reason:
        failure = record.reason
    return replace(
        track,
        source=record.file,
        path=os.path.join(saved.root, record.file),
        failure=failure,
        warnings=track.warnings or ((record.reason,) if record.reason else ()),
        provenance=settings or track.provenance,
        recorded=Recorded(
            record.size, record.mtime_ns, record.sha256, track.recorded.written_ns, saved.folder
        ),
    )
