"""``quadpred train render``: MIDI clips as audio."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    FOLDER,
    NEW_FOLDER,
    jobs_option,
    report_line,
)


@click.command(
    "render",
    epilog="""\b
Examples:
  quadpred train render --data emopia -o renders
  quadpred train render --data emopia -o renders --variations 0 -j 4
  quadpred train render --dataset vgmidi --data vgmidi -o vgmidi-renders
""",
)
@click.option("--data", type=FOLDER, required=True, help="Folder of the dataset.")
@click.option(
    "--dataset",
    "name",
    type=click.Choice(["emopia", "vgmidi"]),
    default="emopia",
    show_default=True,
    help="Dataset of MIDI files.",
)
@click.option(
    "-o", "--output", type=NEW_FOLDER, required=True, help="Folder for audio and renders.csv."
)
@click.option(
    "--variations",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Varied performances of each clip that is trained on.",
)
@jobs_option
def render_command(data: Path, name: str, output: Path, variations: int, jobs: int) -> None:
    """Render the MIDI files of a dataset by several instruments.

    EMOPIA's training clips are rendered as written by two of four soundfonts and by a third
    instrument and, transposed, slower or faster, softer or louder, on other programs, a few
    times more; each also by an instrument that is for the final model alone. Validation clips
    are rendered by those and by two of the four soundfonts. Pieces of VGMIDI are rendered as
    written by three instruments, and once more on other programs.

    Files that exist are kept, so an interrupted run resumes. Needs Debian's fluidsynth and
    timidity, with their sounds; the message names what is missing.
    """
    from quadpred_plugin.training.datasets import DATASETS
    from quadpred_plugin.training.midi.rendering import render_clips

    def report(done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            report_line(f"{done} of {total} rendered")

    output.mkdir(parents=True, exist_ok=True)
    click.echo(render_clips(DATASETS[name].read(data), variations, output, jobs, report))
