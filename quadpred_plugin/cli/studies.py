"""The commands of ``quadpred train`` that redo the two studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from quadpred_plugin.training.language_study.experiments import Grid
    from quadpred_plugin.training.language_study.study import Studies

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_music = click.option("--data", type=_FOLDER, required=True, help="Folder of the music corpus.")
_speech = click.option("--speech-data", type=_FOLDER, required=True, help="Folder of the speech.")
_work = click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".training"),
    show_default=True,
    help="Folder of caches, networks and logs.",
)
_grid = click.option(
    "--grid",
    "grid_name",
    default="studies",
    show_default=True,
    metavar="NAME|PATH",
    help="Settings of all experiments.",
)
_jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Trainings at a time, one core each.",
)
_language = click.option(
    "--speech", type=click.Choice(["e", "m", "x"]), required=True, help="English, Mandarin or both."
)


@click.command(
    "pretrain",
    epilog="""\b
Examples:
  quadpred train pretrain --method cpc --speech x --speech-data speech
""",
)
@click.option(
    "--method",
    type=click.Choice(["scae", "cpc"]),
    required=True,
    help="Sparse convolutional autoencoder, or contrastive predictive coding.",
)
@_language
@_speech
@_work
@_grid
def pretrain_command(
    method: str, speech: str, speech_data: Path, work: Path, grid_name: str
) -> None:
    """Train an encoder on speech, without labels.

    Prints the encoder's folder in WORK, where 'quadpred train transfer' finds it.
    """
    from quadpred_plugin.training.runs.workers import use_one_thread

    grid, studies = _open(grid_name, speech_data, speech_data, work)
    use_one_thread()
    studies.pretrain(grid.pretraining[method], speech, _report)
    click.echo(studies.encoder_folder(grid.pretraining[method], speech))


@click.command(
    "transfer",
    epilog="""\b
Examples:
  quadpred train transfer --from scae-e --setting full --fold 0 \\
      --data 4q --speech-data speech
""",
)
@click.option(
    "--from", "encoder", required=True, metavar="ENCODER", help="Such as scae-e or cpc-x."
)
@click.option(
    "--setting",
    type=click.Choice(["feat_ext", "full"]),
    required=True,
    help="Train the heads alone, or the whole network.",
)
@click.option("--fold", type=click.IntRange(0), help="Whose clips only test.")
@click.option("--final", is_flag=True, help="Learn from all clips and test none.")
@_music
@_speech
@_work
@_grid
def transfer_command(
    encoder: str,
    setting: str,
    fold: int | None,
    final: bool,
    data: Path,
    speech_data: Path,
    work: Path,
    grid_name: str,
) -> None:
    """Take an encoder over to music.

    Prints the experiment's folder. The encoder is pre-trained first if it isn't there.
    """
    from quadpred_plugin.training.language_study.experiments import Experiment
    from quadpred_plugin.training.runs.workers import use_one_thread

    if final == (fold is not None):
        raise click.UsageError("Give either --fold or --final.")
    grid, studies = _open(grid_name, data, speech_data, work)
    method, speech = split_encoder(encoder, grid)
    use_one_thread()
    experiment = Experiment(method, speech, setting, fold)
    studies.run(grid, experiment, _report)
    click.echo(experiment.folder(work))


def split_encoder(encoder: str, grid: Grid) -> tuple[str, str]:
    """Return method and speech of an encoder's name, such as ``scae-e``."""
    method, _, speech = encoder.partition("-")
    if method not in grid.pretraining or speech not in grid.speech:
        known = (f"{one}-{language}" for one in grid.pretraining for language in grid.speech)
        raise click.BadParameter(
            f"There is no encoder '{encoder}', but {', '.join(known)}.", param_hint="--from"
        )
    return method, speech


@click.command(
    "grid",
    epilog="""\b
Examples:
  quadpred train grid --data 4q --speech-data speech
  quadpred train grid --data 4q --speech-data speech --table \\
      --write docs/results.md
""",
)
@_music
@_speech
@_work
@_grid
@click.option("--table", "only_table", is_flag=True, help="Train nothing, print what is there.")
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the tables into this Markdown file, between its marks.",
)
@_jobs
def grid_command(
    data: Path,
    speech_data: Path,
    work: Path,
    grid_name: str,
    only_table: bool,
    write: Path | None,
    jobs: int,
) -> None:
    """Run a whole table of experiments and print it.

    Every encoder and setting of the grid on every fold. Goes on where it was interrupted.
    """
    from quadpred_plugin.training.language_study import differences
    from quadpred_plugin.training.language_study.study import run_grid
    from quadpred_plugin.training.language_study.tables import collect, table, tables, write_between

    grid, studies = _open(grid_name, data, speech_data, work)
    if not only_table:
        run_grid(grid, studies, jobs, _report)
    results = collect(grid, work)
    for level in ("patch", "clip"):
        click.echo(f"By {level}\n\n{table(results, level)}")
    compared = differences.table(differences.differences(grid, work))
    click.echo(f"Differences of F1 by clip\n\n{compared}")
    if write:
        write_between(write, "grid", tables(results))
        write_between(write, "differences", compared)


def _open(grid_name: str, data: Path, speech_data: Path, work: Path) -> tuple[Grid, Studies]:
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.language_study.experiments import Grid
    from quadpred_plugin.training.language_study.study import Studies
    from quadpred_plugin.training.recipes.config import read_settings

    return read_settings(grid_name, Grid), Studies(data, speech_data, work, Preprocessing())


def _report(name: str, figures: dict[str, float]) -> None:
    values = (f"{key.replace('_', ' ')} {value:.4g}" for key, value in figures.items())
    click.echo(f"{name}: {', '.join(values)}", err=True)
