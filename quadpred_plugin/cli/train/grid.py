"""``quadpred train grid``: all experiments of the language study."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    NEW_FILE,
    again_option,
    data_option,
    jobs_option,
    open_workspace,
    report_epoch,
    speech_option,
    start_anew,
    study_option,
    with_dataset,
    work_option,
)


@click.command(
    "grid",
    epilog="""\b
Examples:
  quadpred train grid --data 4q --speech-data speech
  quadpred train grid --data 4q --speech-data speech --table \\
      --write docs/results.md
""",
)
@data_option
@speech_option
@work_option
@study_option
@click.option("--table", "only_table", is_flag=True, help="Print the available results only.")
@click.option(
    "--write", type=NEW_FILE, help="Write the tables into this Markdown file, between its marks."
)
@jobs_option
@again_option
def grid_command(
    data: Path,
    speech_data: Path,
    work: Path,
    study_name: str,
    only_table: bool,
    write: Path | None,
    jobs: int,
    again: bool,
) -> None:
    """Run all experiments of the language study; print their table.

    Every encoder and setting on every fold of the recipe. An interrupted run resumes.
    """
    workspace = open_workspace(work, speech=speech_data)
    from quadpred_plugin.training.evaluation.documents import write_between
    from quadpred_plugin.training.language_study.differences import (
        compare_rows,
        differences_table,
    )
    from quadpred_plugin.training.language_study.study import run_study, study_folders
    from quadpred_plugin.training.language_study.tables import collect, table, tables
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import LanguageStudy

    study = read_recipe(study_name, LanguageStudy)
    workspace = with_dataset(workspace, study.transfer.dataset, data)
    if not only_table:
        start_anew(again, study_folders(workspace, study))
        run_study(workspace, study, jobs, report_epoch)
    results = collect(study, workspace)
    for level in ("patch", "clip"):
        click.echo(f"By {level}\n\n{table(results, level)}")
    compared = differences_table(compare_rows(study, workspace))
    click.echo(f"Differences of F1 by clip\n\n{compared}")
    if write:
        write_between(write, "grid", tables(results))
        write_between(write, "differences", compared)
