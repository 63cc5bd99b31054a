"""``quadpred train degrade``: degraded versions of training clips."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    FILE,
    FOLDER,
    NEW_FOLDER,
    jobs_option,
    report_line,
)


@click.command(
    "degrade",
    epilog="""\b
Examples:
  quadpred train degrade --data 4q -o degraded/4q
  quadpred train degrade --renders renders/renders.csv -o degraded/emopia -j 4
""",
)
@click.option("--data", type=FOLDER, help="Folder of the 4Q dataset.")
@click.option("--renders", type=FILE, help="EMOPIA's renders.csv.")
@click.option(
    "-o", "--output", type=NEW_FOLDER, required=True, help="Folder for audio and degraded.csv."
)
@click.option(
    "--versions",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Degraded versions of each clip.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the chains."
)
@jobs_option
def degrade_command(
    data: Path | None, renders: Path | None, output: Path, versions: int, seed: int, jobs: int
) -> None:
    """Write degraded versions of training clips.

    Each version passes a chain of one to four changes: other resamplers, low-passes, codecs,
    equalisers, limiters, compressors, rooms, noise, another level or start. Full-band files of
    4Q are used where there are any. Give --data or --renders; of renders, those that may be
    trained on are degraded. A chain depends on the clip's name, the version's number and the
    seed. An interrupted run resumes.
    """
    from quadpred_plugin.training.degradations.degraded_clips import degrade_clips

    if (data is None) == (renders is None):
        raise click.UsageError("Give either --data or --renders.")

    def report(done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            report_line(f"{done} of {total} degraded")

    if data is not None:
        from quadpred_plugin.training.datasets.fourq import best_tracks

        clips = best_tracks(data)
    else:
        from quadpred_plugin.training.datasets.emopia import read_renders
        from quadpred_plugin.training.midi.renditions import training_renders

        assert renders is not None
        clips = training_renders(read_renders(renders), final=True)
    output.mkdir(parents=True, exist_ok=True)
    click.echo(degrade_clips(clips, versions, output, seed, jobs, report))
