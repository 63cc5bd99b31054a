"""``quadpred train pretrain``: an encoder on speech."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    again_option,
    open_workspace,
    report_epoch,
    speech_option,
    start_anew,
    study_option,
    work_option,
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
@click.option(
    "--speech", type=click.Choice(["e", "m", "x"]), required=True, help="English, Mandarin or both."
)
@speech_option
@work_option
@study_option
@again_option
def pretrain_command(
    method: str, speech: str, speech_data: Path, work: Path, study_name: str, again: bool
) -> None:
    """Train an encoder on speech, without labels.

    Prints the encoder's folder, where 'quadpred train transfer' finds it. An interrupted run
    resumes.
    """
    workspace = open_workspace(work, speech=speech_data)
    from quadpred_plugin.training.language_study.pretraining import encoder_folder, pretrain
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import LanguageStudy
    from quadpred_plugin.training.runs.workers import use_one_thread

    recipe = read_recipe(study_name, LanguageStudy).pretraining[method]
    use_one_thread()
    start_anew(again, [encoder_folder(workspace, recipe, speech)])
    pretrain(workspace, recipe, speech, report_epoch)
    click.echo(encoder_folder(workspace, recipe, speech))
