"""``quadpred train``: the group, music alone, the teacher; needs the extra ``training``."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from quadpred_plugin.cli.shell_completion import complete_models
from quadpred_plugin.cli.students import (
    compare_command,
    features_command,
    games_command,
    listen_command,
    notes_command,
    render_command,
    student_command,
)
from quadpred_plugin.cli.studies import (
    grid_command,
    pretrain_command,
    split_encoder,
    transfer_command,
)

_recipe = click.argument("recipe_name", metavar="RECIPE")
_data = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder of the corpus, with its labels.csv.",
)
_work = click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".training"),
    show_default=True,
    help="Folder of caches, networks and logs.",
)


@click.group(
    "train",
    epilog="""\b
Examples:
  quadpred train scratch music-4q --data 4q
  quadpred train export music-4q --data 4q --date 2026-11-23
  quadpred train evaluate music-4q --data 4q --write-card
""",
)
def command() -> None:
    """Train, evaluate and export models.

    RECIPE is a shipped recipe's name, such as music-4q, or a .json file.
    """
    import os

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if find_spec("tensorflow") is None or find_spec("sklearn") is None:
        raise click.ClickException(
            "Training needs more packages: pip install 'quadpred-plugin[training]'."
        )


def _workplace(data: Path, work: Path) -> Any:
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.language_study.music_only_run import Workplace

    return Workplace(data, work, Preprocessing())


@command.command(
    "scratch",
    epilog="""\b
Examples:
  quadpred train scratch music-4q --data 4q
  quadpred train scratch own.json --data corpus --work runs
""",
)
@_recipe
@_data
@_work
def scratch_command(recipe_name: str, data: Path, work: Path) -> None:
    """Train on music alone.

    RECIPE is a shipped recipe's name or a .json file. Prints the run's folder. An
    interrupted run goes on where it was.
    """
    from quadpred_plugin.training.language_study.music_only_run import train_from_scratch
    from quadpred_plugin.training.recipes.config import read_recipe

    def report(figures: dict[str, float]) -> None:
        values = (f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items())
        click.echo(", ".join(values), err=True)

    click.echo(train_from_scratch(_workplace(data, work), read_recipe(recipe_name), report))


@command.command(
    "teacher",
    epilog="""\b
Examples:
  quadpred train teacher --data 4q
  quadpred train teacher --data 4q --renders renders/renders.csv -j 4
""",
)
@_data
@_work
@click.option(
    "--renders",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="List of EMOPIA's rendered clips (csv); without it the teacher knows 4Q alone.",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes."
)
def teacher_command(data: Path, work: Path, renders: Path | None, jobs: int) -> None:
    """Fit teachers, and write soft labels for a student.

    Teachers hear through the features of other networks. DATA is the folder of the 4Q
    set. Needs the extra 'teacher' and musicnn's files ('pip install --no-deps musicnn').
    The table of all that was tried and the labels of each fold go to WORK/teacher; an
    interrupted run goes on where it was.
    """
    from quadpred_plugin.training.teachers.embedding_teacher import train_teacher

    folder = work / "teacher"
    click.echo(train_teacher(data, renders, folder, jobs, lambda line: click.echo(line, err=True)))


@command.command(
    "export",
    epilog="""\b
Examples:
  quadpred train export music-4q --data 4q --date 2026-11-23
  quadpred train export compact --data 4q --date 2026-11-23
  quadpred train export studies --from scae-e --data 4q --date 2026-11-23
""",
)
@_recipe
@_data
@_work
@click.option(
    "--from", "encoder", metavar="ENCODER", help="Such as scae-e, for the recipe of a grid."
)
@click.option("--name", help="The model's name; the recipe's if absent.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder for the model's files.",
)
@click.option("--date", required=True, metavar="YYYY-MM-DD", help="Release date in the card.")
def export_command(
    recipe_name: str,
    data: Path,
    work: Path,
    encoder: str | None,
    name: str | None,
    output: Path,
    date: str,
) -> None:
    """Freeze a trained network into a model.

    RECIPE is the one it was trained by, by name or file. Writes the graph, its card and
    golden vectors. The card has the figures of cross-validation; that of a network which was
    trained on music alone has none until 'quadpred train evaluate --write-card' has measured
    them.
    """
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.distillation.student import Student
    from quadpred_plugin.training.distillation.student_runs import StudentData
    from quadpred_plugin.training.language_study.experiments import Grid
    from quadpred_plugin.training.language_study.music_only_run import export_run
    from quadpred_plugin.training.language_study.study import Studies, export_study
    from quadpred_plugin.training.networks.gated_ensemble import Pair
    from quadpred_plugin.training.packaging.student_models import export_pair, export_student
    from quadpred_plugin.training.recipes.config import Recipe, read_settings, recipe_kind

    kind = recipe_kind(recipe_name, (Recipe, Student, Pair, Grid))
    recipe: Any = read_settings(recipe_name, kind)
    name = name or encoder or recipe.name
    if isinstance(recipe, Grid):
        if encoder is None:
            raise click.UsageError(f"The recipe '{recipe.name}' has several networks: add --from.")
        method, speech = split_encoder(encoder, recipe)
        studies = Studies(data, data, work, Preprocessing())
        click.echo(export_study(studies, recipe, method, speech, name, output, date))
    elif isinstance(recipe, Student | Pair):
        place = StudentData(data, None, work, Preprocessing())
        export: Any = export_pair if isinstance(recipe, Pair) else export_student
        click.echo(export(place, recipe, name, output, date))
    else:
        click.echo(export_run(_workplace(data, work), recipe, name, output, date))


@command.command(
    "evaluate",
    epilog="""\b
Examples:
  quadpred train evaluate music-4q --data 4q
  quadpred train evaluate music-4q --data 4q --model own/mine.pb --json
""",
)
@_recipe
@_data
@_work
@click.option(
    "--model",
    "name",
    default="default",
    show_default=True,
    metavar="NAME|PATH",
    shell_complete=complete_models,
    help="An installed model, or a .pb with its card.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--write-card", is_flag=True, help="Write the figures into the model's card.")
def evaluate_command(
    recipe_name: str, data: Path, work: Path, name: str, as_json: bool, write_card: bool
) -> None:
    """Score a frozen model on its recipe's test fold.

    RECIPE is the one that the model was trained by, by name or file: it tells which clips
    training never saw. Figures are by patch and by clip.
    """
    from quadpred_plugin.model.registry import find_model
    from quadpred_plugin.training.evaluation.model_scores import format_scores
    from quadpred_plugin.training.language_study.music_only_run import evaluate_model
    from quadpred_plugin.training.recipes.config import read_recipe

    graph = find_model(name).graph
    workplace = _workplace(data, work)
    scores = evaluate_model(workplace, read_recipe(recipe_name), graph, write_card)
    click.echo(json.dumps(scores, indent=2) if as_json else format_scores(scores))


for _command in (
    compare_command,
    features_command,
    games_command,
    listen_command,
    pretrain_command,
    transfer_command,
    grid_command,
    notes_command,
    render_command,
    student_command,
):
    command.add_command(_command)
