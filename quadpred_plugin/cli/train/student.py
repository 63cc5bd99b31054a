"""``quadpred train student``: the default model's networks."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    again_option,
    fourq_option,
    jobs_option,
    open_workspace,
    renders_option,
    report_epoch,
    start_anew,
    work_option,
)


@click.command(
    "student",
    epilog="""\b
Examples:
  quadpred train student --data 4q --renders renders/renders.csv
  quadpred train student compact --data 4q --renders renders/renders.csv \\
      --final
""",
)
@click.argument("recipe_name", metavar="[RECIPE]", default="compact")
@fourq_option
@renders_option
@work_option
@click.option("--final", is_flag=True, help="Train on all folds, and test none.")
@jobs_option
@again_option
def student_command(
    recipe_name: str,
    data: Path,
    renders: Path | None,
    work: Path,
    final: bool,
    jobs: int,
    again: bool,
) -> None:
    """Train the default model's networks on labels and soft labels.

    RECIPE is a student or an ensemble; compact if absent. Trains fold by fold and prints the
    scores on the test clips. Needs the soft labels and initial weights that 'quadpred train
    teacher', 'notes' and 'pretext' left in WORK. An interrupted run resumes.
    """
    workspace = open_workspace(work, fourq=data, renders=renders)
    from quadpred_plugin.training.distillation.cross_validation import cross_validate
    from quadpred_plugin.training.distillation.student_runs import (
        music_folds,
        run,
        run_folders,
        student_folder,
    )
    from quadpred_plugin.training.evaluation.model_scores import format_scores
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import Ensemble, Student
    from quadpred_plugin.training.runs.workers import run_in_parallel

    recipe = read_recipe(recipe_name, Student, Ensemble)
    folds = [None] if final else music_folds(workspace)
    start_anew(again, run_folders(workspace, recipe, folds))
    if final:
        run_in_parallel(run, [(workspace, recipe, None, report_epoch)], 1)
        click.echo(student_folder(workspace, recipe, None))
        return
    for tests, scores in cross_validate(workspace, recipe, jobs, report_epoch).items():
        click.echo(f"{tests}\n{format_scores(scores)}\n")
