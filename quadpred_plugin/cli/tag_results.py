"""Run of ``quadpred tag --from``: write the tags of files that were analysed before."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from pathlib import Path

from quadpred_plugin.batch.manifest import Content
from quadpred_plugin.batch.saved import record_contents
from quadpred_plugin.cli.results_options import reason_against
from quadpred_plugin.cli.tag_files import FileValues, Report, Writing, is_chosen, write_files
from quadpred_plugin.errors import OutputError
from quadpred_plugin.results.staleness import NOT_RECORDED, staleness
from quadpred_plugin.results.tracks import TrackResult
from quadpred_plugin.tags.fields import model_of
from quadpred_plugin.tags.writing import Former


def write_results(
    tracks: Sequence[TrackResult],
    unrecorded: Sequence[str],
    allow_changed: bool,
    writing: Writing,
) -> int:
    """Write the tags of files that were analysed before; return the exit code."""
    report = Report(writing.quiet)
    for name in unrecorded:
        report.fail(name, NOT_RECORDED)
    # Tracks whose results are of the file as it is, in folders that record files.
    current: dict[str, TrackResult] = {}
    contents: dict[Path, dict[str, Content]] = {}

    def values() -> Generator[FileValues, None, None]:
        for track in tracks:
            stale = staleness(track)
            reason = track.failure if track.status == "error" else None
            reason = reason or (stale and reason_against(track, stale, allow_changed))
            if stale is None and track.recorded.folder is not None:
                current[track.path] = track
            if reason:
                yield FileValues(track.path, "error", (reason,), None, {})
                continue
            if writing.skip_existing:
                model = model_of(track.provenance)
                if not is_chosen(track.path, model, report):
                    continue
            warnings = track.warnings or ((track.failure,) if track.failure else ())
            if track.status == "partial":
                warnings = warnings or ("was analysed in part.",)
            yield FileValues(track.path, track.status, warnings, track.summary(), track.provenance)

    def note(name: str, former: Former) -> None:
        track = current.get(name)
        if track is not None and track.recorded.folder is not None:
            status = os.stat(name)
            content = Content(status.st_size, status.st_mtime_ns, former.written)
            contents.setdefault(track.recorded.folder, {})[track.source] = content

    code = write_files(values(), len(tracks), writing, report, note)
    for folder, changed in contents.items():
        # Otherwise these files would count as changed, and be analysed again.
        try:
            record_contents(folder, changed)
        except OutputError as error:
            report.fail(str(folder), f"its record of tagged files isn't up to date: {error}")
            code = code or report.exit_code
    return code
