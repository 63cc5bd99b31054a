"""Run of ``quadpred playlist``: leave out stale tracks, order the others, write, tell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from quadpred_plugin.cli.destinations import standard_output
from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.cli.results_options import print_some, reason_against
from quadpred_plugin.collections.ordering import PathOrder
from quadpred_plugin.collections.path import Point
from quadpred_plugin.collections.playlist import Entry, can_be_listed, write_playlist
from quadpred_plugin.collections.ranks import plane_of_ranks
from quadpred_plugin.errors import InstallationError
from quadpred_plugin.results.staleness import staleness
from quadpred_plugin.results.tracks import TrackResult
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.tags.descriptions import Description, read_description

_NOT_LISTABLE = "has a line break in its name, which a playlist can't have."


@dataclass(frozen=True)
class Request:
    """What a user asks of a playlist.

    Attributes
    ----------
    waypoints : list of (float, float)
    length : int or None
        Number of tracks.
    minutes : float or None
        The longest duration.
    per_artist : int or None
        The most tracks of one artist.
    seed : int or None
    """

    waypoints: list[Point]
    length: int | None
    minutes: float | None
    per_artist: int | None
    seed: int | None


def run(
    results: Path,
    tracks: Sequence[TrackResult],
    request: Request,
    allow_changed: bool,
    output: Path | None,
    quiet: bool,
) -> int:
    """Write the playlist; return the exit code."""
    # By name, so that the order of the results' rows doesn't matter.
    with_values = sorted((one for one in tracks if one.has_values), key=lambda one: one.path)
    refused = {}
    for track in with_values:
        stale = staleness(track)
        reason = stale and reason_against(track, stale, allow_changed)
        if reason is None and not can_be_listed(track.path):
            reason = _NOT_LISTABLE
        if reason is not None:
            refused[track.path] = reason
    print_some(refused.items(), "left out")
    known = [track for track in with_values if track.path not in refused]
    if not quiet and len(with_values) < len(tracks):
        missing = len(tracks) - len(with_values)
        print_message(f"{results}: left out, without values: {missing} of {len(tracks)} tracks.")
    if not known:
        print_message(f"{results} has no track that can be used, and no playlist is written.")
        return 1
    descriptions = _Descriptions([track.path for track in known])
    indices, shortfall = _choose(known, request, descriptions)
    if shortfall:
        print_message(shortfall)
    if not indices:
        return 1
    entries = [
        Entry(known[index].path, known[index].duration, descriptions.title(index))
        for index in indices
    ]
    if output is None:
        stream = standard_output()
        write_playlist(stream, entries, Path(os.curdir))
    else:
        folder = output.parent
        write_atomically(output, lambda stream: write_playlist(stream, entries, folder), text=True)
        if not quiet:
            total = sum(entry.duration or 0.0 for entry in entries) / 60
            print_message(f"{output}: {len(entries)} tracks, {total:.0f} minutes.")
    return 1 if shortfall or refused else 0


def _choose(
    tracks: Sequence[TrackResult], request: Request, descriptions: _Descriptions
) -> tuple[list[int], str]:
    """Return the tracks in order, and a sentence if they are fewer than was asked for."""
    plane = plane_of_ranks(
        [track.valence or 0.0 for track in tracks], [track.arousal or 0.0 for track in tracks]
    )
    order = PathOrder(
        plane, request.waypoints, request.seed, request.per_artist, descriptions.artist
    )
    length = request.length or len(tracks)
    if request.minutes is None:
        indices = order.of_length(length)
        short = request.length is not None and len(indices) < request.length
    else:
        seconds = 60 * request.minutes
        durations = [track.duration or 0.0 for track in tracks]
        indices = order.within(seconds, durations, length)
        if not indices:
            return [], f"no track fits into {request.minutes:g} minutes: no playlist is written."
        left = seconds - sum(durations[index] for index in indices)
        # Any track would have fitted in, so there was none.
        short = left > max(durations) and len(indices) != request.length
    if not short:
        return indices, ""
    limit = " with this limit per artist" if request.per_artist is not None else ""
    return indices, f"there are only {len(indices)} tracks{limit}."


class _Descriptions:
    """Artists and titles, read from tags when they are needed."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._read = cache(self._read_one)

    def artist(self, index: int) -> str:
        """Return a track's artist for comparison; empty without one."""
        return self._read(index).artist.casefold()

    def title(self, index: int) -> str:
        """Return what players show of a track."""
        found = self._read(index)
        title = found.title or Path(self._paths[index]).stem
        return f"{found.artist} - {title}" if found.artist else title

    def _read_one(self, index: int) -> Description:
        try:
            return read_description(Path(self._paths[index]))
        except InstallationError:
            # Without mutagen, players are shown the names of files.
            return Description()
