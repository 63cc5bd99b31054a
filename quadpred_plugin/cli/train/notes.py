"""``quadpred train notes``: note features of EMOPIA's renders, and soft labels from them."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    FILE,
    again_option,
    emopia_option,
    jobs_option,
    open_workspace,
    report_line,
    start_anew,
    work_option,
)


@click.command(
    "notes",
    epilog="""\b
Examples:
  quadpred train notes --data emopia --renders renders/renders.csv
""",
)
@emopia_option
@click.option("--renders", type=FILE, required=True, help="EMOPIA's renders.csv.")
@work_option
@jobs_option
@again_option
def notes_command(data: Path, renders: Path, work: Path, jobs: int, again: bool) -> None:
    """Fit the teacher of piano, and write its soft labels.

    Computes note features of every render, from which 'quadpred train pretext' takes its
    targets, and fits gradient-boosted trees on them. Each clip is labelled by trees that were
    not fitted on its song. Prints the file of soft labels.
    """
    workspace = open_workspace(work, emopia=data, renders=renders)
    from quadpred_plugin.training.teachers.note_teacher import train_note_teacher
    from quadpred_plugin.training.teachers.soft_labels import note_labels

    start_anew(again, [note_labels(work).parent])
    click.echo(train_note_teacher(workspace, jobs, report_line))
