"""Train a small network: on a pretext task, or on labels and soft labels."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.distillation.drawing import Examples, draw_patches
from quadpred_plugin.training.distillation.trunk import auxiliary_only, copy_trunk
from quadpred_plugin.training.evaluation.predictions import validation_figures
from quadpred_plugin.training.networks.compiling import compile_auxiliary, compile_heads
from quadpred_plugin.training.networks.convolutional import build_convolutional
from quadpred_plugin.training.networks.harmony import AUXILIARY, build_harmony
from quadpred_plugin.training.networks.published import standardise_bands
from quadpred_plugin.training.patches import band_statistics, cut_as_predicted
from quadpred_plugin.training.recipes.kinds import Pretext, Student
from quadpred_plugin.training.runs.fitting import Figures, fit
from quadpred_plugin.training.runs.record import Run
from quadpred_plugin.training.targets import one_hot, targets_from_quadrants

NETWORKS: Mapping[str, Callable[..., Any]] = {
    "convolutional": build_convolutional,
    "harmony": build_harmony,
}


def train_pretext(
    recipe: Pretext, examples: Examples, run: Run, report: Callable[[Figures], None]
) -> Any:
    """Train a network's trunk on a pretext task.

    Parameters
    ----------
    recipe : Pretext
    examples : dict of sequence of TrainingExample
        By dataset, with auxiliary targets.
    run : Run
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model
        With the auxiliary output alone.

    Raises
    ------
    QuadpredError
        If the network has another number of auxiliary outputs than there are targets.
    """

    def make_network() -> Any:
        network = _new_network(recipe, examples)
        first = next(one for several in examples.values() for one in several)
        assert first.auxiliary is not None, "pretext examples have auxiliary targets"
        network = auxiliary_only(network, first.auxiliary.shape[1])
        compile_auxiliary(network, AUXILIARY, recipe.schedule, _steps(recipe))
        return network

    return fit(
        make_network,
        lambda random: draw_patches(examples, recipe, recipe.front_end, random),
        None,
        recipe.schedule,
        run,
        report,
    )


def train_student(
    recipe: Student,
    examples: Examples,
    validation: Examples,
    run: Run,
    report: Callable[[Figures], None],
    initial: Any | None = None,
) -> Any:
    """Train a student.

    Parameters
    ----------
    recipe : Student
    examples, validation : dict of sequence of TrainingExample
        By dataset. Validation counts the clips' labels, every dataset equally; without any,
        training runs through all epochs.
    run : Run
    report : callable
        Called with each epoch's figures.
    initial : keras.Model, optional
        Network of the recipe's pretext training; a new run starts from its trunk.

    Returns
    -------
    network : keras.Model
        Of the best epoch.

    Raises
    ------
    QuadpredError
        If the recipe freezes initial weights that it doesn't have.
    """
    if recipe.freeze_initial and initial is None:
        raise QuadpredError(
            f"The recipe '{recipe.name}' freezes its initial weights but has none: name a recipe "
            "as 'initial_weights', or set 'freeze_initial' to false."
        )
    heads = tuple(recipe.loss_weights)
    held_out = {
        name: (
            [cut_as_predicted(one.features, recipe.front_end) for one in several],
            targets_from_quadrants(np.stack([one_hot(one.quadrant) for one in several]), heads),
        )
        for name, several in validation.items()
        if several
    }

    def make_network() -> Any:
        network = _new_network(recipe, examples, heads)
        if initial is not None:
            copy_trunk(initial, network, recipe.freeze_initial)
        compile_heads(
            network, recipe.loss_weights, recipe.label_smoothing, recipe.schedule, _steps(recipe)
        )
        return network

    def validate(network: Any) -> Figures:
        figures: Figures = {"validation_loss": 0.0}
        for name, (patches, targets) in held_out.items():
            one = validation_figures(network, patches, targets)
            figures["validation_loss"] += one["validation_loss"] / len(held_out)
            figures[f"validation_{name}_accuracy"] = one["validation_quadrants_accuracy"]
        return figures

    return fit(
        make_network,
        lambda random: draw_patches(examples, recipe, recipe.front_end, random),
        validate if held_out else None,
        recipe.schedule,
        run,
        report,
    )


def _new_network(
    recipe: Student | Pretext, examples: Examples, heads: Sequence[str] | None = None
) -> Any:
    if recipe.network not in NETWORKS:
        raise QuadpredError(
            f"The recipe '{recipe.name}' asks for the network '{recipe.network}', which must be "
            f"one of {', '.join(NETWORKS)}."
        )
    chosen = {} if heads is None else {"heads": heads}
    network = NETWORKS[recipe.network](recipe.front_end, recipe.dropout, **chosen)
    standardise_bands(
        network,
        *band_statistics([one.features for several in examples.values() for one in several]),
    )
    return network


def _steps(recipe: Student | Pretext) -> int:
    return -(-recipe.patches // recipe.schedule.batch_size)
