"""``quadpred train games``: download the music of free games."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import NEW_FOLDER, report_line


@click.command(
    "games",
    epilog="""\b
Examples:
  quadpred train games -o games
""",
)
@click.option("-o", "--output", type=NEW_FOLDER, required=True, help="Folder.")
def games_command(output: Path) -> None:
    """Download the music of free games from Debian.

    About 3 GB, of which 1 GB is kept.
    """
    from quadpred_plugin.training.datasets.games import unpack

    unpack(output, report_line)
