"""``quadpred train teacher``: soft labels of 4Q from networks' embeddings."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    FILE,
    again_option,
    fourq_option,
    jobs_option,
    open_workspace,
    report_line,
    start_anew,
    work_option,
)


@click.command(
    "teacher",
    epilog="""\b
Examples:
  quadpred train teacher --data 4q
  quadpred train teacher --data 4q --renders renders/renders.csv -j 4
""",
)
@fourq_option
@click.option(
    "--renders", type=FILE, help="EMOPIA's renders.csv, to score the teacher on its piano too."
)
@work_option
@jobs_option
@again_option
def teacher_command(data: Path, renders: Path | None, work: Path, jobs: int, again: bool) -> None:
    """Fit the teacher of pop, and write its soft labels.

    Logistic regression on the embeddings of musicnn and vibenet. For each fold, clips are
    labelled by regressions that were not fitted on their artists. Prints the scores of the
    teacher and a baseline. Needs the extra 'teacher' and musicnn's files ('pip install
    --no-deps musicnn'). An interrupted run resumes.
    """
    workspace = open_workspace(work, fourq=data, renders=renders)
    from quadpred_plugin.training.teachers.embedding_teacher import teacher_runs, train_teacher

    start_anew(again, teacher_runs(workspace))
    click.echo(train_teacher(workspace, jobs, report_line))
