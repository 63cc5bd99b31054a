"""Options and helpers that several training commands share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from quadpred_plugin.training.runs.workspace import Workspace

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)

recipe_argument = click.argument("recipe_name", metavar="RECIPE")
data_option = click.option(
    "--data", type=FOLDER, required=True, help="Folder of the dataset, with its labels.csv."
)
fourq_option = click.option("--data", type=FOLDER, required=True, help="Folder of the 4Q dataset.")
emopia_option = click.option("--data", type=FOLDER, required=True, help="Folder of EMOPIA.")
speech_option = click.option(
    "--speech-data", type=FOLDER, required=True, help="Folder of the speech dataset."
)
renders_option = click.option(
    "--renders", type=FILE, help="EMOPIA's renders.csv, if the recipe needs it."
)
work_option = click.option(
    "--work",
    type=NEW_FOLDER,
    default=Path(".training"),
    show_default=True,
    help="Folder of caches and runs.",
)
jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes."
)
again_option = click.option(
    "--again", is_flag=True, help="Delete the command's earlier runs, and start anew."
)
study_option = click.option(
    "--grid",
    "study_name",
    default="language-study",
    show_default=True,
    metavar="RECIPE",
    help="Recipe of the language study.",
)
encoder_option = click.option(
    "--from", "encoder", metavar="ENCODER", help="Such as scae-e or cpc-x."
)


vgmidi_renders_option = click.option(
    "--vgmidi-renders", type=FILE, required=True, help="VGMIDI's renders.csv."
)
degraded_option = click.option(
    "--degraded",
    type=FOLDER,
    help="Folder that has a folder of degraded versions for each corpus.",
)
corpora_option = click.option(
    "--data", type=FOLDER, required=True, help="Folder with the folders 4q, emopia and vgmidi."
)


def open_workspace(work: Path, **data: Path | None) -> Workspace:
    """Return the workspace of a command that trains.

    Parameters
    ----------
    work : Path
    **data : Path or None
        Folder of each dataset; ``fourq`` is 4Q's, ``vgmidi_renders`` the table of VGMIDI's.

    Raises
    ------
    click.ClickException
        If the packages of the extra are missing.
    """
    if find_spec("tensorflow") is None or find_spec("sklearn") is None:
        raise click.ClickException(
            "Training needs more packages: pip install 'quadpred-plugin[training]'."
        )
    from quadpred_plugin.training.datasets.fourq import NAME
    from quadpred_plugin.training.runs.workspace import VGMIDI_RENDERS, Workspace

    names = {"fourq": NAME, "vgmidi_renders": VGMIDI_RENDERS}
    return Workspace(work, {names.get(key, key): path for key, path in data.items() if path})


def with_dataset(workspace: Workspace, name: str, folder: Path | None) -> Workspace:
    """Return the workspace with the folder of a recipe's dataset added."""
    return replace(workspace, data={**workspace.data, name: folder}) if folder else workspace


def start_anew(again: bool, folders: Iterable[Path]) -> None:
    """Delete the folders of runs if ``--again`` was given."""
    from quadpred_plugin.training.runs.record import delete_runs

    if again:
        delete_runs(folders)


def report_figures(figures: dict[str, float]) -> None:
    """Print the figures of an epoch."""
    values = (f"{key.replace('_', ' ')} {value:.4g}" for key, value in figures.items())
    click.echo(", ".join(values), err=True)


def report_epoch(name: str, figures: dict[str, float]) -> None:
    """Print the figures of an epoch of a named run; may be called in other processes."""
    values = (f"{key.replace('_', ' ')} {value:.4g}" for key, value in figures.items())
    click.echo(f"{name}: {', '.join(values)}", err=True)


def report_line(line: str) -> None:
    """Print a line on standard error."""
    click.echo(line, err=True)
