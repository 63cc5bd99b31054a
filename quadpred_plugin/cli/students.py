"""The commands of ``quadpred train`` that lead to the default model: features, renders, student."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_work = click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".training"),
    show_default=True,
    help="Folder of caches, networks and logs.",
)
_jobs = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes."
)


@click.command(
    "features",
    epilog="""\b
Examples:
  quadpred train features --data 4q
  quadpred train features --data emopia --table renders/renders.csv \\
      --corpus emopia
""",
)
@click.option("--data", type=_FOLDER, required=True, help="Folder of a corpus.")
@click.option(
    "--table",
    type=_FILE,
    help="Its csv table with the columns clip and path; the folder's labels.csv if absent.",
)
@click.option("--corpus", help="Name of the cache; the folder's if absent.")
@_work
@_jobs
def features_command(
    data: Path, table: Path | None, corpus: str | None, work: Path, jobs: int
) -> None:
    """Compute a corpus' bands as every training reads them.

    Prints the cache's folder. Goes on where it was interrupted.
    """
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.datasets.table import read_files
    from quadpred_plugin.training.features import cache_features

    files = read_files(table or data / "labels.csv")
    folder = work / "features" / (corpus or data.resolve().name)
    cache_features(files, Preprocessing(), folder, jobs)
    click.echo(folder / Preprocessing().hash)


@click.command(
    "render",
    epilog="""\b
Examples:
  quadpred train render --data emopia -o renders
  quadpred train render --data emopia -o renders --variations 0 -j 4
""",
)
@click.option("--data", type=_FOLDER, required=True, help="Folder of EMOPIA.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for audio and its list, renders.csv.",
)
@click.option(
    "--variations",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Varied performances of each training clip.",
)
@_jobs
def render_command(data: Path, output: Path, variations: int, jobs: int) -> None:
    """Play EMOPIA's clips by several soundfonts.

    Training clips are played as written by two of four soundfonts and, transposed, slower
    or faster, softer or louder, on pianos and other instruments, a few times more; and by a
    fifth soundfont, which the final model alone hears. Validation clips are played by that
    one and by two of the four. Needs Debian's fluidsynth and soundfonts. Goes on where it was
    interrupted.
    """
    from quadpred_plugin.training.datasets.emopia import read_scores
    from quadpred_plugin.training.midi.rendering import render_scores

    def report(done: int, every: int) -> None:
        if done % 100 == 0 or done == every:
            click.echo(f"{done} of {every} rendered", err=True)

    output.mkdir(parents=True, exist_ok=True)
    scores = read_scores(data / "labels.csv")
    click.echo(render_scores(scores, variations, output, jobs, report))


@click.command(
    "notes",
    epilog="""\b
Examples:
  quadpred train notes --data emopia --renders renders/renders.csv
""",
)
@click.option("--data", type=_FOLDER, required=True, help="Folder of EMOPIA.")
@click.option("--renders", type=_FILE, required=True, help="EMOPIA's renders.csv.")
@_work
@_jobs
def notes_command(data: Path, renders: Path, work: Path, jobs: int) -> None:
    """Say what EMOPIA's renders play, second by second.

    'quadpred train listen' lets a network guess what is played. A teacher who reads the notes
    labels the seconds of each clip whose song it didn't learn, for 'quadpred train student'.
    """
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.distillation.examples import piano_labels
    from quadpred_plugin.training.midi.render_notes import describe_renders, read_played
    from quadpred_plugin.training.teachers.labelled_files import read_renders
    from quadpred_plugin.training.teachers.note_teacher import label_piano

    click.echo(describe_renders(data, renders, work, Preprocessing(), jobs))
    labels = piano_labels(work)
    label_piano(
        read_renders(renders), read_played(work), labels, lambda line: click.echo(line, err=True)
    )
    click.echo(labels)


@click.command(
    "games",
    epilog="""\b
Examples:
  quadpred train games -o games
""",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder.",
)
def games_command(output: Path) -> None:
    """Download the music of free games from Debian.

    About 3 GB, of which 1 GB is kept.
    """
    from quadpred_plugin.training.datasets.games import unpack

    unpack(output, lambda package: click.echo(package, err=True))


@click.command(
    "listen",
    epilog="""\b
Examples:
  quadpred train listen --games games --renders renders/renders.csv
  quadpred train listen tones-listener --renders renders/renders.csv
""",
)
@click.argument("recipe_name", metavar="[RECIPE]", default="listener")
@click.option(
    "--games", type=_FOLDER, help="Folder of the games' music, if the recipe asks for it."
)
@click.option("--renders", type=_FILE, help="EMOPIA's renders.csv, if the recipe asks for it.")
@_work
@_jobs
def listen_command(
    recipe_name: str, games: Path | None, renders: Path | None, work: Path, jobs: int
) -> None:
    """Let a network learn to hear, without labels.

    It guesses what musicnn hears, or which notes are played, as RECIPE says: listener, with
    the games' music, or tones-listener, which needs what 'quadpred train notes' left in WORK.
    'quadpred train student' starts from what was learned.
    """
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.distillation.student import Student
    from quadpred_plugin.training.distillation.student_runs import StudentData, train_listener
    from quadpred_plugin.training.recipes.config import read_settings
    from quadpred_plugin.training.runs.workers import use_one_thread

    use_one_thread()
    recipe = read_settings(recipe_name, Student)
    place = StudentData(work, renders, work, Preprocessing())
    click.echo(train_listener(place, recipe, games, jobs, _report))


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
@click.option("--data", type=_FOLDER, required=True, help="Folder of the 4Q set.")
@click.option("--renders", type=_FILE, help="EMOPIA's renders.csv, if the recipe asks for it.")
@_work
@click.option("--final", is_flag=True, help="Learn from all clips and test none.")
@_jobs
def student_command(
    recipe_name: str, data: Path, renders: Path | None, work: Path, final: bool, jobs: int
) -> None:
    """Train the default model's networks on labels and teachers' words.

    RECIPE is a shipped recipe's name or a .json file, of one network or of a pair; compact
    if absent. Trains fold by fold and prints the scores on the clips left out. Needs what
    'quadpred train teacher', 'notes' and 'listen' left in WORK. Goes on where it was
    interrupted.
    """
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.distillation.ensemble_runs import run_pair
    from quadpred_plugin.training.distillation.student import Student
    from quadpred_plugin.training.distillation.student_runs import (
        StudentData,
        cross_validate,
        run_student,
    )
    from quadpred_plugin.training.evaluation.model_scores import format_scores
    from quadpred_plugin.training.networks.gated_ensemble import Pair
    from quadpred_plugin.training.recipes.config import read_settings, recipe_kind
    from quadpred_plugin.training.runs.workers import run_side_by_side

    recipe: Any = read_settings(recipe_name, recipe_kind(recipe_name, (Student, Pair)))
    train: Any = run_pair if isinstance(recipe, Pair) else run_student
    place = StudentData(data, renders, work, Preprocessing())
    if final:
        run_side_by_side(train, [(place, recipe, None, _report)], 1)
        click.echo(place.folder(recipe, None))
        return
    for corpus, scores in cross_validate(train, place, recipe, jobs, _report).items():
        click.echo(f"{corpus}\n{format_scores(scores)}\n")


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
@_work
@click.option(
    "--grid", "grid_name", default="studies", show_default=True, help="Settings of the studies."
)
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the tables into this Markdown file, between its marks.",
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the reliability diagram into this SVG file.",
)
def compare_command(
    recipe_name: str, work: Path, grid_name: str, write: Path | None, plot: Path | None
) -> None:
    """Set a student beside what it has to beat.

    RECIPE is the student's. Its teacher, the studies' networks and vibenet are scored on
    the same folds, as far as WORK has them; of others --write keeps the rows it finds.
    """
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.distillation.student import Student
    from quadpred_plugin.training.distillation.student_runs import (
        StudentData,
        final_scores,
        pooled_scores,
    )
    from quadpred_plugin.training.evaluation.comparison import compare
    from quadpred_plugin.training.evaluation.reliability_diagram import write_reliability
    from quadpred_plugin.training.language_study.experiments import Grid
    from quadpred_plugin.training.language_study.tables import keep_rows, write_between
    from quadpred_plugin.training.networks.gated_ensemble import Pair
    from quadpred_plugin.training.recipes.config import read_settings, recipe_kind

    recipe: Any = read_settings(recipe_name, recipe_kind(recipe_name, (Student, Pair)))
    data = StudentData(work, None, work, Preprocessing())
    scores = pooled_scores(data, recipe)
    grid = read_settings(grid_name, Grid)
    text = compare(work, recipe.name, scores, grid, final_scores(data, recipe))
    click.echo(text)
    if write:
        write_between(write, "default", text, keep_rows)
    if plot:
        write_reliability(scores, plot)


def _report(name: str, figures: dict[str, Any]) -> None:
    values = (f"{key.replace('_', ' ')} {value:.4g}" for key, value in figures.items())
    click.echo(f"{name}: {', '.join(values)}", err=True)
