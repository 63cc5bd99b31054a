"""``quadpred train stability``: how far predictions change with resamplers, codecs, filters."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.shell_completion import complete_models
from quadpred_plugin.cli.train.options import (
    NEW_FILE,
    fourq_option,
    jobs_option,
    open_workspace,
    report_line,
    work_option,
)


@click.command(
    "stability",
    epilog="""\b
Examples:
  quadpred train stability --data 4q --clips 60
  quadpred train stability compact own/mine.pb --data 4q \\
      --write docs/results.md
""",
)
@click.argument("names", metavar="[MODEL]...", nargs=-1, shell_complete=complete_models)
@fourq_option
@work_option
@click.option("--clips", type=click.IntRange(min=1), help="The first clips only.")
@click.option(
    "--write", type=NEW_FILE, help="Write the tables into this Markdown file, between its marks."
)
@jobs_option
def stability_command(
    names: tuple[str, ...],
    data: Path,
    work: Path,
    clips: int | None,
    write: Path | None,
    jobs: int,
) -> None:
    """Measure how predictions change with codecs and filters.

    MODEL is an installed model's name, default if none is given, or a .pb with its card.
    Full-band clips of 4Q are predicted as they are and after each of several changes, such as
    codecs, filters and other resamplers; the tables have the share of files and of frames whose
    quadrant changes. An interrupted run resumes.
    """
    workspace = open_workspace(work, fourq=data)
    from quadpred_plugin.model.registry import find_model
    from quadpred_plugin.training.evaluation.documents import write_between
    from quadpred_plugin.training.evaluation.stability import stability_tables

    def report(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            report_line(f"{done} of {total} clips predicted")

    cards = [find_model(name) for name in names or ("default",)]
    text = stability_tables(cards, workspace, clips, jobs, report)
    click.echo(text)
    if write:
        write_between(write, "stability", text)
