"""``quadpred agreement``: rows of Krippendorff's alpha of a csv file of ratings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from quadpred_plugin.cli.destinations import (
    check_output_file,
    format_of_table,
    standard_output,
)

if TYPE_CHECKING:
    from quadpred_plugin.agreement.alpha import Agreement

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "agreement",
    epilog="""\b
Examples:
  quadpred agreement ratings.csv
  quadpred agreement --with-lyrics excerpts.csv --by understanding ratings.csv
  quadpred agreement --emotion calm --emotion tense --by language \\
      -o alpha.csv own.csv
""",
)
@click.argument("table", metavar="RATINGS.csv", type=_file)
@click.option(
    "--emotion",
    "emotions",
    multiple=True,
    metavar="COLUMN",
    help="A column of ratings; repeatable. Default: the eleven named above.",
)
@click.option(
    "--by",
    "groupings",
    multiple=True,
    metavar="COLUMN",
    help="A column to group by; repeatable. Each language is a group; any other column must be "
    "of numbers and gives two groups. Default: language, understanding and familiarity.",
)
@click.option(
    "--at-least",
    type=float,
    default=3,
    show_default=True,
    metavar="NUMBER",
    help="Smallest number of the upper of the two groups.",
)
@click.option(
    "--at-most",
    type=float,
    default=3,
    show_default=True,
    metavar="NUMBER",
    help="Largest number of the lower group; a number can be in both.",
)
@click.option(
    "--with-lyrics",
    "excerpts",
    metavar="EXCERPTS.csv",
    type=_file,
    help="Leave out excerpts without lyrics. A table with the columns excerpt and lyrics (a "
    "language or Instrumental).",
)
@click.option(
    "--level-of-measurement",
    type=click.Choice(["nominal", "ordinal", "interval"]),
    default="ordinal",
    show_default=True,
    help="Whether ratings are names, are ordered, or have distances.",
)
@click.option(
    "--resamples",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="Bootstrap samples of the intervals; 0 for no intervals.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the bootstrap: the same seed gives the same intervals.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["table", "csv"]),
    help="Default: by the suffix of -o, else a table on a terminal and csv into a pipe.",
)
@click.option("-o", "--output", type=click.Path(), help="A .csv or .txt file for the results.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(
    table: Path,
    emotions: tuple[str, ...],
    groupings: tuple[str, ...],
    at_least: float,
    at_most: float,
    excerpts: Path | None,
    level_of_measurement: Any,
    resamples: int,
    seed: int,
    format_name: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Measure the agreement of listeners on the emotions of music.

    Each row, for a group of ratings and an emotion, has Krippendorff's alpha (1 perfect
    agreement, 0 chance agreement) and its 95 % confidence interval from a bootstrap
    of excerpts and listeners. Units are excerpts.

    RATINGS.csv has a row for each listener and excerpt, and the columns user, excerpt, one
    for each emotion (anger bitter fear joy peace power sad surprise tender tension
    transcendence; others by --emotion) and for each grouping. If it has a column language,
    users are numbered within each language. An empty cell is a missing rating.
    """
    path = None if output is None else check_output_file(output, force)
    format_name = format_name or format_of_table(path, {".csv": "csv", ".txt": "table"})
    from quadpred_plugin.agreement.alpha import make_groups, measure_agreement
    from quadpred_plugin.agreement.ratings import (
        EMOTIONS,
        GROUPINGS,
        leave_out_instrumentals,
        read_ratings,
    )
    from quadpred_plugin.cli.progress import Progress
    from quadpred_plugin.exports import agreement_rows as agreements
    from quadpred_plugin.system.files import write_atomically

    ratings = read_ratings(
        table,
        tuple(dict.fromkeys(emotions or EMOTIONS)),
        tuple(dict.fromkeys(groupings or GROUPINGS)),
    )
    if excerpts is not None:
        ratings = leave_out_instrumentals(ratings, excerpts)
    groups = make_groups(ratings, at_least, at_most)
    measured = measure_agreement(ratings, groups, level_of_measurement, resamples, seed)
    undefined = 0

    def counted(progress: Progress) -> Iterator[Agreement]:
        nonlocal undefined
        for done, one in enumerate(measured, 1):
            undefined += one.alpha is None
            progress.update(done)
            yield one

    def write(stream: IO[str]) -> None:
        function = agreements.write_csv if format_name == "csv" else agreements.write_table
        with Progress(len(groups) * len(ratings.emotions), enabled=True, unit="rows") as progress:
            function(stream, counted(progress))

    if path is not None:
        write_atomically(path, write, text=True)
    else:
        write(standard_output())
    if undefined:
        click.echo(
            f"quadpred: {undefined} rows have no alpha: no excerpt has two ratings, or all "
            "ratings are the same.",
            err=True,
        )
