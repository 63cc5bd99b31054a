"""``quadpred playlist``: order the tracks of results along a path through the plane."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.results_options import allow_changed_option, from_option, tracks_of
from quadpred_plugin.errors import QuadpredError

if TYPE_CHECKING:
    from quadpred_plugin.collections.path import Point


def _parse_path(context: click.Context, parameter: click.Parameter, value: str) -> list[Point]:
    from quadpred_plugin.collections.path import parse_path

    try:
        return parse_path(value)
    except QuadpredError as error:
        raise click.BadParameter(str(error)) from error


@click.command(
    "playlist",
    epilog="""\b
Examples:
  quadpred playlist --from results --path calm,happy -o morning.m3u8
  quadpred playlist --from results --path Q3,Q4,Q1 --minutes 45 -o iso.m3u8
  quadpred playlist --from all.csv --path "(-0.5,0.3) (0.6,0.7)" --length 20
  quadpred playlist --from results --path angry,calm --per-artist 1 -o x.m3u8
""",
)
@from_option(required=True)
@click.option(
    "--path",
    "waypoints",
    required=True,
    callback=_parse_path,
    metavar="PATH",
    help="Where the playlist leads: quadrants (Q1), their words (calm) or points "
    '"(valence,arousal)", separated by commas or blanks.',
)
@click.option(
    "--length", type=click.IntRange(min=1), metavar="N", help="Number of tracks. Default: all."
)
@click.option("--minutes", type=float, metavar="M", help="The longest that the playlist may last.")
@click.option(
    "--per-artist",
    type=click.IntRange(min=1),
    metavar="N",
    help="The most tracks of one artist, by tags. Tracks without an artist aren't limited.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Vary the playlist: each place takes one of its three nearest tracks at random. The same "
    "seed gives the same playlist.",
)
@allow_changed_option
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="A .m3u8 or .m3u file. Default: standard output, with paths from the current folder.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("-q", "--quiet", is_flag=True, help="Print what is missing only.")
def command(
    results: Path,
    waypoints: list[Point],
    length: int | None,
    minutes: float | None,
    per_artist: int | None,
    seed: int | None,
    allow_changed: bool,
    output: str | None,
    force: bool,
    quiet: bool,
) -> int:
    """Order tracks along a path through the plane of valence and arousal.

    The plane is that of ranks within the collection: -1 is its lowest valence or arousal, 1
    its highest. A quadrant is its centre. Places at equal distances along the path take the
    nearest track each; no track comes twice. Nothing is analysed: values are those of the
    results. Artists and titles are read from tags.

    Exit code 0: all done; 1: too few tracks, or some aren't those that were analysed (they
    are left out, and named); 2: wrong use; 130: interrupted.
    """
    from quadpred_plugin.audio.paths import PLAYLIST_SUFFIXES
    from quadpred_plugin.cli.destinations import check_output_file

    if minutes is not None and not (math.isfinite(minutes) and minutes > 0):
        raise click.UsageError("--minutes must be a number above 0.")
    path = None
    if output is not None:
        if Path(output).suffix.lower() not in PLAYLIST_SUFFIXES:
            raise click.UsageError(
                f"A playlist's name ends in {' or '.join(PLAYLIST_SUFFIXES)}: {output}."
            )
        path = check_output_file(output, force)
    if per_artist is not None:
        from quadpred_plugin.tags.containers import require_mutagen

        require_mutagen()
    from quadpred_plugin.cli.playlist_run import Request, run

    request = Request(waypoints, length, minutes, per_artist, seed)
    return run(results, tracks_of(results), request, allow_changed, path, quiet)
