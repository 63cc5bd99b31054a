"""``quadpred train compare``: a student beside baselines, its teacher and the studies."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    NEW_FILE,
    open_workspace,
    study_option,
    work_option,
)


@click.command(
    "compare",
    epilog="""\b
Examples:
  quadpred train compare
  quadpred train compare compact --write docs/results.md \\
      --plot docs/reliability.svg
""",
)
@click.argument("recipe_name", metavar="[RECIPE]", default="compact")
@work_option
@study_option
@click.option(
    "--write", type=NEW_FILE, help="Write the tables into this Markdown file, between its marks."
)
@click.option("--plot", type=NEW_FILE, help="Draw the reliability diagram into this SVG file.")
def compare_command(
    recipe_name: str, work: Path, study_name: str, write: Path | None, plot: Path | None
) -> None:
    """Compare a student with its baselines.

    RECIPE is the student's. Its teacher, the studies' networks and vibenet are scored on
    the same folds, as far as WORK has them; rows of others are kept by --write.
    """
    workspace = open_workspace(work)
    from quadpred_plugin.training.distillation.comparison import compare
    from quadpred_plugin.training.distillation.cross_validation import final_scores, fold_scores
    from quadpred_plugin.training.evaluation.documents import keep_rows, write_between
    from quadpred_plugin.training.evaluation.reliability_diagram import write_reliability
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import Ensemble, LanguageStudy, Student

    recipe = read_recipe(recipe_name, Student, Ensemble)
    scores = fold_scores(workspace, recipe)
    study = read_recipe(study_name, LanguageStudy)
    text = compare(workspace, recipe.name, scores, study, final_scores(workspace, recipe))
    click.echo(text)
    if write:
        write_between(write, "default", text, keep_rows)
    if plot:
        write_reliability(scores, plot)
