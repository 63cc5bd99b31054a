"""``quadpred train render``: EMOPIA's MIDI clips as audio."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    NEW_FOLDER,
    emopia_option,
    jobs_option,
    report_line,
)


@click.command(
    "render",
    epilog="""\b
Examples:
  quadpred train render --data emopia -o renders
  quadpred train render --data emopia -o renders --variations 0 -j 4
""",
)
@emopia_option
@click.option(
    "-o", "--output", type=NEW_FOLDER, required=True, help="Folder for audio and renders.csv."
)
@click.option(
    "--variations",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Varied performances of each training clip.",
)
@jobs_option
def render_command(data: Path, output: Path, variations: int, jobs: int) -> None:
    """Render EMOPIA's clips by several soundfonts.

    Training clips are rendered as written by two of four soundfonts and, transposed, slower
    or faster, softer or louder, on pianos and other instruments, a few times more; half of
    them also by a fifth soundfont, for the final model alone. Validation clips are rendered
    by that one and by two of the four. Needs Debian's fluidsynth and soundfonts. An
    interrupted run resumes.
    """
    from quadpred_plugin.training.datasets.emopia import read_tracks
    from quadpred_plugin.training.midi.rendering import render_clips

    def report(done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            report_line(f"{done} of {total} rendered")

    output.mkdir(parents=True, exist_ok=True)
    click.echo(render_clips(read_tracks(data), variations, output, jobs, report))
