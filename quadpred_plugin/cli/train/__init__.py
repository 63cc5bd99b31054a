"""``quadpred train``: the group of training commands, one file each."""

import os

import click

from quadpred_plugin.cli.train.card import card_command
from quadpred_plugin.cli.train.compare import compare_command
from quadpred_plugin.cli.train.contextual import contextual_command
from quadpred_plugin.cli.train.default import default_command
from quadpred_plugin.cli.train.degrade import degrade_command
from quadpred_plugin.cli.train.evaluate import evaluate_command
from quadpred_plugin.cli.train.export import export_command
from quadpred_plugin.cli.train.features import features_command
from quadpred_plugin.cli.train.games import games_command
from quadpred_plugin.cli.train.grid import grid_command
from quadpred_plugin.cli.train.large import large_command
from quadpred_plugin.cli.train.notes import notes_command
from quadpred_plugin.cli.train.pretext import pretext_command
from quadpred_plugin.cli.train.pretrain import pretrain_command
from quadpred_plugin.cli.train.render import render_command
from quadpred_plugin.cli.train.scratch import scratch_command
from quadpred_plugin.cli.train.stability import stability_command
from quadpred_plugin.cli.train.student import student_command
from quadpred_plugin.cli.train.tables import tables_command
from quadpred_plugin.cli.train.teacher import teacher_command
from quadpred_plugin.cli.train.transfer import transfer_command


@click.group(
    "train",
    epilog="""\b
Examples:
  quadpred train default --data data --dry-run
  quadpred train scratch music-4q --data 4q
  quadpred train grid --data 4q --speech-data speech
""",
)
def command() -> None:
    """Train, evaluate and export models.

    RECIPE is a shipped recipe's name, such as music-4q, or a .json file. Runs are kept in the
    folder WORK, and an interrupted run resumes. A run that was made by another recipe, from
    other data or by other code is never reused: the command stops, and names what differs.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


for _command in (
    default_command,
    features_command,
    games_command,
    render_command,
    degrade_command,
    large_command,
    contextual_command,
    teacher_command,
    notes_command,
    pretext_command,
    student_command,
    compare_command,
    tables_command,
    scratch_command,
    pretrain_command,
    transfer_command,
    grid_command,
    export_command,
    evaluate_command,
    stability_command,
    card_command,
):
    command.add_command(_command)
