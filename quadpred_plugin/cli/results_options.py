"""Options of commands that use results once computed: --from and --allow-changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    from quadpred_plugin.results.tracks import TrackResult

_SHOWN = 10


def from_option(required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what adds --from to a command."""
    return click.option(
        "--from",
        "results",
        required=required,
        type=click.Path(exists=True, path_type=Path),
        metavar="RESULTS",
        help="Results to be used again: a folder of 'quadpred batch', or a .csv, .json or .parquet "
        "of 'quadpred predict'.",
    )


def allow_changed_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --allow-changed to a command with --from."""
    return click.option(
        "--allow-changed",
        is_flag=True,
        help="Use results of files that were changed since, such as by a tagger.",
    )(command)


def refuse_given(parameters: Collection[str]) -> None:
    """Refuse parameters of the current command that --from leaves without effect.

    Environment variables may set them for other calls, so those of the command line count.

    Parameters
    ----------
    parameters : collection of str
        Names of the command's parameters.

    Raises
    ------
    click.UsageError
        If one of them is given.
    """
    context = click.get_current_context()
    given = [
        parameter.opts[0] if isinstance(parameter, click.Option) else "PATHS"
        for parameter in context.command.params
        if parameter.name in parameters
        # Arguments that aren't given come from the command line too, and are empty.
        and context.params[parameter.name]
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"--from analyses nothing and excludes {' and '.join(given)}.")


def tracks_of(results: Path, curves: bool = False) -> list[TrackResult]:
    """Return the tracks of results, each once.

    Parameters
    ----------
    results : Path
    curves : bool
        Whether to read the values of patches too.

    Raises
    ------
    click.UsageError
        If results can't be read, aren't results, or have no track.
    """
    from quadpred_plugin.results.reading import read_results

    try:
        tracks = list({track.path: track for track in read_results(results, curves)}.values())
    except QuadpredError as error:
        raise click.UsageError(printable(str(error))) from error
    if not tracks:
        raise click.UsageError(f"{results} has no tracks.")
    return tracks


def reason_against(track: TrackResult, stale: str, allow_changed: bool) -> str | None:
    """Return why the results of a track aren't used; None if the user allows them.

    Parameters
    ----------
    track : TrackResult
    stale : str
        As `results.staleness.staleness` tells.
    allow_changed : bool

    Returns
    -------
    reason : str or None
        The rest of a sentence that begins with the file's name.
    """
    if not os.path.isfile(track.path):
        return stale
    return (
        None if allow_changed else f"{stale[:-1]}, or give --allow-changed if only its tags were."
    )


def current_tracks(
    tracks: Iterable[TrackResult], allow_changed: bool
) -> tuple[list[TrackResult], int]:
    """Return the tracks that are still as analysed, and how many others there are; name these."""
    from quadpred_plugin.results.staleness import staleness

    current, refused = [], []
    for track in tracks:
        stale = staleness(track)
        reason = stale and reason_against(track, stale, allow_changed)
        if reason is None:
            current.append(track)
        else:
            refused.append((track.path, reason))
    print_some(refused, "left out")
    return current, len(refused)


def tell_failed(tracks: Sequence[TrackResult]) -> int:
    """Print how many tracks failed when they were analysed, if any; return their number."""
    failed = sum(track.status == "error" for track in tracks)
    if failed:
        print_message(f"{failed} of {len(tracks)} tracks failed when they were analysed.")
    return failed


def print_some(names: Iterable[tuple[str, str]], what: str) -> None:
    """Print the first of many files with their reasons, and how many there are.

    Parameters
    ----------
    names : iterable of (str, str)
        Files and the rest of their sentences.
    what : str
        What they have in common.
    """
    found = list(names)
    for name, reason in found[:_SHOWN]:
        print_message(f"{printable(name)}: {reason}")
    if len(found) > _SHOWN:
        print_message(f"{what}: {len(found)} files; the first {_SHOWN} are named.")
