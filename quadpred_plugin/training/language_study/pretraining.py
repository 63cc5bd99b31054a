"""Pre-train an encoder on speech: recordings of a language, split by speaker."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.model.card import LANGUAGES
from quadpred_plugin.training.datasets.speech import LANGUAGES as LANGUAGES_OF_SPEECH
from quadpred_plugin.training.datasets.speech import NAME as SPEECH
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.features import load_features
from quadpred_plugin.training.language_study.cpc import pretrain_cpc
from quadpred_plugin.training.language_study.scae import pretrain_scae
from quadpred_plugin.training.recipes.kinds import Pretraining
from quadpred_plugin.training.runs.fitting import Figures, best_network, is_finished
from quadpred_plugin.training.runs.record import open_run, record_of
from quadpred_plugin.training.runs.workspace import Workspace
from quadpred_plugin.training.splits import hold_out

METHODS = {"scae": pretrain_scae, "cpc": pretrain_cpc}


def encoder_name(recipe: Pretraining, speech: str) -> str:
    """Return the name of an encoder, such as ``scae-e``."""
    return f"{recipe.method}-{speech}"


def encoder_folder(workspace: Workspace, recipe: Pretraining, speech: str) -> Path:
    """Return the folder of an encoder's networks and log."""
    return workspace.run_folder("encoders", encoder_name(recipe, speech))


def pretrain(
    workspace: Workspace,
    recipe: Pretraining,
    speech: str,
    report: Callable[[str, Figures], None],
) -> Any:
    """Pre-train an encoder, or resume, or return the finished one.

    Parameters
    ----------
    workspace : Workspace
    recipe : Pretraining
    speech : {'e', 'm', 'x'}
    report : callable
        Called with the encoder's name and each epoch's figures.

    Returns
    -------
    encoder : keras.Model

    Raises
    ------
    QuadpredError
        If the method is unknown, or there is no speech in the language.
    """
    if recipe.method not in METHODS:
        raise QuadpredError(
            f"The recipe '{recipe.name}' has the method '{recipe.method}', which must be one of "
            f"{', '.join(METHODS)}."
        )
    seed = recipe.schedule.seed
    recordings = choose_language(workspace.tracks(SPEECH), speech, seed)
    held_out = hold_out(recordings, recipe.validation_share, seed)
    parts = {
        "train": [one for one, out in zip(recordings, held_out) if not out],
        "validation": [one for one, out in zip(recordings, held_out) if out],
    }
    run = open_run(
        encoder_folder(workspace, recipe, speech),
        record_of("pretrain", recipe, parts, recipe.front_end),
    )
    if is_finished(recipe.schedule, run):
        network = best_network(run)
    else:
        name = encoder_name(recipe, speech)
        network = METHODS[recipe.method](
            recipe,
            load_features(parts["train"], recipe.front_end, workspace.work),
            load_features(parts["validation"], recipe.front_end, workspace.work),
            run,
            lambda figures: report(name, figures),
        )
    return network.get_layer("encoder")


def choose_language(tracks: Sequence[Track], speech: str, seed: int) -> list[Track]:
    """Return the tracks of a language, or for ``x`` half of the speakers of each.

    Raises
    ------
    QuadpredError
        If there are none.
    """
    if speech not in LANGUAGES:
        raise QuadpredError(f"Speech is one of {', '.join(LANGUAGES)}, not '{speech}'.")
    by_language = {
        language: [track for track in tracks if track.language == language]
        for language in LANGUAGES_OF_SPEECH
        if speech in (language, "x")
    }
    chosen: list[Track] = []
    for one in by_language.values():
        half = hold_out(one, 0.5, seed) if speech == "x" and one else [True] * len(one)
        chosen += [track for track, kept in zip(one, half) if kept]
    if not chosen:
        raise QuadpredError(f"The dataset has no recording in {LANGUAGES[speech]}.")
    return chosen
