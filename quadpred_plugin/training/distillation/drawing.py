"""Draw the patches of one epoch, with their targets."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.augmentation import augment, mixup
from quadpred_plugin.training.distillation.examples import TrainingExample
from quadpred_plugin.training.networks.harmony import AUXILIARY
from quadpred_plugin.training.patches import random_start
from quadpred_plugin.training.recipes.kinds import Pretext, Student, StudentDataset
from quadpred_plugin.training.targets import Targets, one_hot, targets_from_quadrants

Examples = Mapping[str, Sequence[TrainingExample]]


def draw_patches(
    examples: Examples,
    recipe: Student | Pretext,
    preprocessing: Preprocessing,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], Targets]:
    """Draw one epoch's patches and targets.

    Within a dataset each quadrant is drawn equally often, however many clips it has. A
    student's target is the clip's label blended with the soft label at the patch's centre; a
    pretext network's is the auxiliary target there.

    Parameters
    ----------
    examples : dict of sequence of TrainingExample
        By dataset.
    recipe : Student or Pretext
    preprocessing : Preprocessing
    random : numpy.random.Generator

    Returns
    -------
    patches : ndarray of float32, shape (patches, frames, bands)
    targets : dict of ndarray of float32
        As `targets.targets_from_quadrants` returns them for the heads that the recipe
        weights; for a pretext network ``auxiliary``, shape (patches, components).
    """
    size, frame = preprocessing.patch_size, preprocessing.frame_seconds
    names = list(recipe.datasets)
    shares = np.array([recipe.datasets[name].share for name in names])
    datasets = random.choice(len(names), recipe.patches, p=shares / shares.sum())
    patches = np.empty((recipe.patches, size, preprocessing.bands), dtype=np.float32)
    quadrants = np.empty((recipe.patches, len(QUADRANTS)), dtype=np.float32)
    pools = [_by_quadrant(examples[name]) for name in names]
    auxiliary = []
    for index, dataset in enumerate(datasets):
        pool = pools[dataset][int(random.integers(len(pools[dataset])))]
        example = pool[int(random.integers(len(pool)))]
        start = random_start(len(example.features), size, random)
        patches[index] = example.features[start : start + size]
        centre = (start + size / 2) * frame
        window = np.abs(example.times - centre).argmin()
        label = one_hot(example.quadrant)
        share = _teacher_share(recipe.datasets[names[dataset]])
        quadrants[index] = label + share * (example.quadrants[window] - label)
        if example.auxiliary is not None and example.auxiliary_times is not None:
            auxiliary.append(example.auxiliary[np.abs(example.auxiliary_times - centre).argmin()])
    for dataset, name in enumerate(names):
        chosen = datasets == dataset
        strength = recipe.datasets[name].augmentation
        patches[chosen] = augment(patches[chosen], random, strength)
    if isinstance(recipe, Pretext):
        return patches, {AUXILIARY: np.stack(auxiliary).astype(np.float32)}
    targets = targets_from_quadrants(quadrants, tuple(recipe.loss_weights))
    return mixup(patches, targets, recipe.mixup, random)


def _teacher_share(settings: object) -> float:
    return settings.teacher_share if isinstance(settings, StudentDataset) else 0.0


def _by_quadrant(examples: Sequence[TrainingExample]) -> list[list[TrainingExample]]:
    """Group examples by quadrant; all are one group where none is labelled."""
    pools: dict[int | None, list[TrainingExample]] = {}
    for example in examples:
        pools.setdefault(example.quadrant, []).append(example)
    return list(pools.values())
