"""The option --from, and results of files that haven't changed since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.errors import InstallationError, QuadpredError
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    from quadpred_plugin.results.tracks import TrackResult

# Stale tracks that are named; of a collection that was moved, all are.
_MOST_NAMED = 20


def results_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --from to a command that can use results instead of analysing audio."""
    return click.option(
        "--from",
        "results",
        type=click.Path(exists=True, path_type=Path),
        metavar="RESULTS",
        help="Analyse nothing: a folder of 'quadpred batch', or a .csv, .json or .parquet of "
        "'quadpred predict'.",
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


def read_current(results: Path, curves: bool = False) -> tuple[list[TrackResult], int]:
    """Read results, and leave out those whose files have changed, naming them.

    Parameters
    ----------
    results : Path
    curves : bool
        Whether to read the values of patches too.

    Returns
    -------
    tracks : list of TrackResult
        Each file once.
    stale : int
        Number of those left out.

    Raises
    ------
    click.UsageError
        If they can't be read or aren't results.
    """
    from quadpred_plugin.results.reading import read_results
    from quadpred_plugin.results.staleness import staleness

    try:
        tracks = {track.path: track for track in read_results(results, curves)}
    except InstallationError:
        raise
    except QuadpredError as error:
        raise click.UsageError(printable(str(error))) from error
    current, stale = [], 0
    for path, track in tracks.items():
        reason = staleness(track)
        if reason is None:
            current.append(track)
            continue
        stale += 1
        if stale <= _MOST_NAMED:
            print_message(f"{printable(path)} {reason}")
    if stale > _MOST_NAMED:
        print_message(f"{stale - _MOST_NAMED} more tracks have changed or don't exist any more.")
    return current, stale


def tell_failed(tracks: Sequence[TrackResult]) -> int:
    """Print how many tracks failed when they were analysed, if any; return their number."""
    failed = sum(track.status == "error" for track in tracks)
    if failed:
        print_message(f"{failed} of {len(tracks)} tracks failed when they were analysed.")
    return failed
