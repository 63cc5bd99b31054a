"""Draw an epoch's patches of all corpora, with their targets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.training.recipes.large_model import Corpus
from quadpred_plugin.training.targets import Targets

_P = TypeVar("_P")


class TargetsOverTime(Protocol):
    """What a network learns from one track."""

    @property
    def label(self) -> int | None:
        """Quadrant, 0 to 3, if the track has a label."""

    def at(self, time: float) -> dict[str, NDArray[np.float32]]:
        """Return the targets by the network's outputs at a time, s."""


@dataclass(frozen=True)
class Example:
    """One track, with its degraded versions.

    Attributes
    ----------
    targets : TargetsOverTime
    versions : sequence
        Whatever a patch is drawn from: the track first, then its degraded versions.
    """

    targets: TargetsOverTime
    versions: Sequence[Any]


def draw_examples(
    examples: Mapping[str, Sequence[Example]],
    corpora: Mapping[str, Corpus],
    count: int,
    draw: Callable[[Any, np.random.Generator], tuple[_P, float]],
    random: np.random.Generator,
) -> tuple[list[_P], Targets]:
    """Draw one epoch.

    Within a corpus each quadrant is drawn equally often, however many tracks it has; tracks
    without a label are drawn equally often.

    Parameters
    ----------
    examples : dict of sequence of Example
        By corpus.
    corpora : dict of Corpus
    count : int
        Patches.
    draw : callable
        Draws a patch from one version of a track; returns it with the time of its centre on
        the clock of the targets, s.
    random : numpy.random.Generator

    Returns
    -------
    patches : list
        As `draw` returns them.
    targets : dict of ndarray of float32
        By output, as the examples' targets return them, a row each.
    """
    names = list(corpora)
    shares = np.array([corpora[name].share for name in names])
    pools = {name: _by_label(examples[name]) for name in names}
    patches, targets = [], []
    for index in random.choice(len(names), count, p=shares / shares.sum()):
        name = names[index]
        pool = pools[name][int(random.integers(len(pools[name])))]
        example = pool[int(random.integers(len(pool)))]
        version = 0
        if len(example.versions) > 1 and random.random() < corpora[name].degraded_share:
            version = int(random.integers(1, len(example.versions)))
        patch, time = draw(example.versions[version], random)
        patches.append(patch)
        targets.append(example.targets.at(time))
    return patches, {name: np.stack([one[name] for one in targets]) for name in targets[0]}


def _by_label(examples: Sequence[Example]) -> list[list[Example]]:
    pools: dict[int | None, list[Example]] = {}
    for one in examples:
        pools.setdefault(one.targets.label, []).append(one)
    return list(pools.values())
