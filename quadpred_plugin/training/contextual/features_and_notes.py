"""Train the contextual network on musicnn's features and on notes, without labels of emotion."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.contextual.clips import TaughtTargets, draw_epoch, load_clips
from quadpred_plugin.training.contextual.known_error import known_error, known_error_type
from quadpred_plugin.training.contextual.notes import note_curves
from quadpred_plugin.training.datasets import emopia
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.distillation.auxiliary_targets import Projection
from quadpred_plugin.training.emotion.sampling import Example
from quadpred_plugin.training.large.trunk_features import load_trunk_features
from quadpred_plugin.training.midi.renditions import training_renders
from quadpred_plugin.training.networks.contextual import AUXILIARY, NOTES, build_contextual
from quadpred_plugin.training.networks.published import standardise_bands
from quadpred_plugin.training.patches import band_statistics
from quadpred_plugin.training.recipes.contextual_model import ContextualPretext
from quadpred_plugin.training.runs.fitting import BEST, Report, fit, is_finished
from quadpred_plugin.training.runs.record import Run, open_run, record_of
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace

_PROJECTION = "projection.npz"
# Every n-th row of features is used to fit the principal components.
_PROJECTION_STEP = 4


def pretext_folder(workspace: Workspace, recipe: ContextualPretext) -> Path:
    """Return the folder of a pretext training."""
    return workspace.run_folder("pretext", recipe.name)


def run_pretext(
    workspace: Workspace,
    recipe: ContextualPretext,
    jobs: int,
    report: Report,
) -> None:
    """Train a network on musicnn's features and on notes, or resume.

    No track that a fold's network is tested on is among the tracks: the corpora are music
    without labels and renders of EMOPIA's training part.

    Parameters
    ----------
    workspace : Workspace
    recipe : ContextualPretext
    jobs : int
        Processes that compute features.
    report : callable
        Called with the recipe's name and each epoch's figures.

    Raises
    ------
    QuadpredError
        If a dataset's place wasn't given, a table can't be read, or the folder belongs to a
        run that was made otherwise.
    """
    tracks = {name: _tracks_of(workspace, name) for name in recipe.corpora}
    run = open_run(
        pretext_folder(workspace, recipe),
        record_of("contextual-pretext", recipe, tracks, recipe.front_end),
    )
    # Saved networks have the loss that they were trained with.
    known_error_type()
    if is_finished(recipe.schedule, run):
        return
    projection = Projection.fit(
        [
            found.features[::_PROJECTION_STEP]
            for several in tracks.values()
            for found in load_trunk_features(several, workspace.work, jobs)
        ]
    )
    _write_projection(run, projection)
    notes = note_curves(workspace, recipe.front_end, jobs) if emopia.NAME in tracks else {}
    examples = {
        name: load_clips(
            several,
            [],
            recipe.front_end,
            projection,
            workspace.work,
            jobs,
            lambda track, features: TaughtTargets(features, notes.get(track.name)),
        )
        for name, several in tracks.items()
    }

    def make_network() -> Any:
        network = build_contextual(recipe.front_end, recipe.dropout, auxiliary=projection.size)
        standardise_bands(network, *band_statistics(_bands_of(examples)))
        steps = -(-recipe.patches // recipe.schedule.batch_size)
        network.compile(
            optimizer=recipe.schedule.optimiser(steps),
            loss={name: None for name in network.output} | auxiliary_losses(),
            loss_weights={name: 0.0 for name in network.output} | recipe.auxiliary_weights,
        )
        return network

    fit(
        make_network,
        lambda random: draw_epoch(examples, recipe, random),
        None,
        recipe.schedule,
        run,
        lambda figures: report(recipe.name, figures),
    )


def auxiliary_losses() -> dict[str, Any]:
    """Return the losses of the outputs that aren't emotion, by output."""
    return {AUXILIARY: "mean_squared_error", NOTES: known_error()}


def pretext_files(workspace: Workspace, recipe: ContextualPretext) -> dict[str, Path]:
    """Return the files of a finished pretext training that a training starts from.

    Raises
    ------
    QuadpredError
        If it wasn't run.
    """
    folder = pretext_folder(workspace, recipe)
    files = {"initial_weights": folder / BEST, "projection": folder / _PROJECTION}
    if missing := [path for path in files.values() if not path.exists()]:
        raise QuadpredError(
            f"There is no {missing[0]}: run 'quadpred train contextual' with --pretext."
        )
    return files


def read_projection(path: Path) -> Projection:
    """Read the components that a pretext training predicts."""
    with np.load(path) as content:
        return Projection(**{name: content[name] for name in content.files})


def _write_projection(run: Run, projection: Projection) -> None:
    path = run.file(_PROJECTION)
    write_atomically(path, lambda stream: np.savez(stream, **asdict(projection)))


def _tracks_of(workspace: Workspace, name: str) -> list[Track]:
    if name == emopia.NAME:
        renders = emopia.read_renders(workspace.folder(RENDERS))
        return training_renders(renders, final=False)
    return workspace.tracks(name)


def _bands_of(examples: dict[str, list[Example]]) -> list[Any]:
    return [
        version.features
        for several in examples.values()
        for example in several
        for version in example.versions
    ]
