"""A random recording chain: several changes of a clip after one another."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quadpred_plugin.training.degradations import (
    acoustics,
    codecs,
    dynamics,
    filters,
    resamplers,
)
from quadpred_plugin.training.degradations.degradation import Degradation, Samples

# With how often each is drawn, relative to the others.
_DRAWS: tuple[tuple[Callable[[np.random.Generator], Degradation], float], ...] = (
    (resamplers.draw, 1.0),
    (filters.draw_low_pass, 1.0),
    (codecs.draw, 1.5),
    (filters.draw_equaliser, 1.5),
    (filters.draw_shelf, 1.0),
    (dynamics.draw, 1.0),
    (acoustics.draw_room, 0.7),
    (acoustics.draw_noise, 0.7),
    (acoustics.draw_gain, 0.3),
    (acoustics.draw_later, 0.3),
)
_LARGEST = 4


@dataclass(frozen=True)
class RecordingChain:
    """Changes that are applied in order.

    Attributes
    ----------
    changes : tuple of Degradation
    """

    changes: tuple[Degradation, ...]

    @property
    def name(self) -> str:
        """The names of its changes."""
        return "; ".join(one.name for one in self.changes)

    @property
    def start(self) -> float:
        """Seconds that it cuts off the start."""
        return sum(one.start for one in self.changes)

    def apply(self, samples: Samples, rate: int) -> Samples:
        """Change samples of a rate in Hz."""
        for one in self.changes:
            samples = one.change(samples, rate)
        return samples


def draw_chain(name: str, number: int, seed: int = 0) -> RecordingChain:
    """Return one to four random changes, none of a kind twice.

    Parameters
    ----------
    name : str
        The clip's name. With the two numbers it decides the chain.
    number : int
        Of the version, from 1.
    seed : int, optional
    """
    random = np.random.default_rng([seed, number, zlib.crc32(name.encode())])
    weights = np.array([weight for _, weight in _DRAWS])
    count = int(random.integers(1, _LARGEST + 1))
    kinds = random.choice(len(_DRAWS), count, replace=False, p=weights / weights.sum())
    return RecordingChain(tuple(_DRAWS[kind][0](random) for kind in kinds))
