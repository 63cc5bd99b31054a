"""Run of ``quadpred report --from``: the page of a collection, from results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.cli.results_options import current_tracks, tell_failed, tracks_of
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    from quadpred_plugin.report.collection import Collection
    from quadpred_plugin.results.tracks import TrackResult


def write_collection_page(results: Path, page: Path, allow_changed: bool, quiet: bool) -> int:
    """Write the page of all tracks of results whose files haven't changed.

    Parameters
    ----------
    results : Path
        As for `results.reading.read_results`.
    page : Path
        Replaced when the new one is complete.
    allow_changed : bool
        Whether files may have changed since.
    quiet : bool
        Whether to print failures only.

    Returns
    -------
    code : int
        Exit code: 1 if tracks were left out or have failed.

    Raises
    ------
    click.UsageError
        If they aren't results.
    QuadpredError
        If no track is left.
    """
    from quadpred_plugin.report.writing import write_collection

    tracks, stale = current_tracks(tracks_of(results), allow_changed)
    if not tracks:
        raise QuadpredError(f"{printable(str(results))} has no track that is still as analysed.")
    write_collection(page, collection_of(tracks))
    failed = tell_failed(tracks)
    if not quiet:
        size = page.stat().st_size / 1e6
        print_message(printable(f"{page} is written, {len(tracks)} tracks, {size:.1f} MB."))
    return 1 if stale or failed else 0


def collection_of(tracks: Sequence[TrackResult]) -> Collection:
    """Return the values of tracks as columns."""
    import numpy as np

    from quadpred_plugin.report.collection import Collection

    nothing = np.full(4, np.nan)

    def column(name: str) -> Any:
        return np.array([getattr(track, name) for track in tracks], dtype=np.float64)

    models = dict.fromkeys(
        str(track.provenance["model"]) for track in tracks if "model" in track.provenance
    )
    return Collection(
        tracks=tuple(track.path for track in tracks),
        statuses=tuple(track.status for track in tracks),
        durations=column("duration"),
        quadrants=np.array(
            [nothing if track.quadrants is None else track.quadrants for track in tracks]
        ),
        arousal=column("arousal"),
        valence=column("valence"),
        consistency=column("consistency"),
        model=", ".join(models),
    )
