"""``quadpred train transfer``: from an encoder to a network for music."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.encoders import split_encoder
from quadpred_plugin.cli.train.options import (
    again_option,
    data_option,
    encoder_option,
    open_workspace,
    report_epoch,
    speech_option,
    start_anew,
    study_option,
    with_dataset,
    work_option,
)


@click.command(
    "transfer",
    epilog="""\b
Examples:
  quadpred train transfer --from scae-e --setting full --fold 0 \\
      --data 4q --speech-data speech
""",
)
@encoder_option
@click.option(
    "--setting",
    type=click.Choice(["feat_ext", "full"]),
    required=True,
    help="Encoder frozen, or all layers trained.",
)
@click.option("--fold", type=click.IntRange(0), help="Fold that is only tested.")
@click.option("--final", is_flag=True, help="Train on all folds, and test none.")
@data_option
@speech_option
@work_option
@study_option
@again_option
def transfer_command(
    encoder: str | None,
    setting: str,
    fold: int | None,
    final: bool,
    data: Path,
    speech_data: Path,
    work: Path,
    study_name: str,
    again: bool,
) -> None:
    """Train on music from a pre-trained encoder.

    Prints the experiment's folder. The encoder is pre-trained first if needed. An interrupted
    run resumes.
    """
    if final == (fold is not None):
        raise click.UsageError("Give either --fold or --final.")
    workspace = open_workspace(work, speech=speech_data)
    from quadpred_plugin.training.language_study.experiments import Experiment, experiment_folder
    from quadpred_plugin.training.language_study.study import run_experiment
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import LanguageStudy
    from quadpred_plugin.training.runs.workers import use_one_thread

    study = read_recipe(study_name, LanguageStudy)
    method, speech = split_encoder(encoder, study)
    workspace = with_dataset(workspace, study.transfer.dataset, data)
    use_one_thread()
    experiment = Experiment(method, speech, setting, fold)
    start_anew(again, [experiment_folder(workspace, experiment)])
    run_experiment(workspace, study, experiment, report_epoch)
    click.echo(experiment_folder(workspace, experiment))
