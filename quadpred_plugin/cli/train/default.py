"""``quadpred train default``: the whole training of the default model."""

from __future__ import annotations

from datetime import date as calendar_date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.train.options import (
    FOLDER,
    NEW_FOLDER,
    jobs_option,
    open_workspace,
    work_option,
)

if TYPE_CHECKING:
    from quadpred_plugin.training.default_model import ChainStep


@click.command(
    "default",
    epilog="""\b
Examples:
  quadpred train default --data data --dry-run
  quadpred train default --data data -o models
""",
)
@click.option(
    "--data",
    type=FOLDER,
    required=True,
    help="Folder with the datasets' folders 4q, emopia and vgmidi.",
)
@work_option
@click.option(
    "-o",
    "--output",
    type=NEW_FOLDER,
    default=Path("models"),
    show_default=True,
    help="Folder for the model's files.",
)
@click.option("--date", metavar="YYYY-MM-DD", help="Release date in the card; today's if absent.")
@jobs_option
@click.option("--dry-run", is_flag=True, help="Print the commands and durations, run nothing.")
def default_command(
    data: Path, work: Path, output: Path, date: str | None, jobs: int, dry_run: bool
) -> None:
    """Train the default model from raw data.

    Runs all steps in order, each as the command that it prints, with its duration: as
    recorded in WORK where it ran there, else as recorded on two cores. An interrupted run
    resumes.
    """
    from quadpred_plugin.training.default_model import (
        default_chain,
        recorded_durations,
        run_chain,
    )

    released = date or calendar_date.today().isoformat()
    steps = default_chain(data, work, output, released, jobs)
    durations = recorded_durations(work)

    def describe(step: ChainStep) -> str:
        if step.name in durations:
            seconds = durations[step.name].seconds, durations[step.name].processor_seconds
            return _line("here", tuple(round(one / 60) for one in seconds), step.command)
        return _line("recorded", step.minutes, step.command)

    if dry_run:
        for step in steps:
            click.echo(describe(step))
        return
    open_workspace(work)
    run_chain(steps, work, lambda step: click.echo(describe(step), err=True))


def _line(where: str, minutes: tuple[int, ...] | None, command: str) -> str:
    if minutes is None:
        return f"{'not recorded':36}  {command}"
    wall, processor = minutes
    return f"{where + f': {wall} min, processor {processor} min':36}  {command}"
