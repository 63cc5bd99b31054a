"""Frozen graph, run by Essentia's TensorFlow."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.engine import load_essentia, load_standard
from quadpred_plugin.chain.entries import Entry
from quadpred_plugin.chain.heads import HEADS
from quadpred_plugin.errors import ModelError

# Larger batches are no faster on a CPU and take about a megabyte per patch.
BATCH_SIZE = 16


class Network:
    """A frozen graph, loaded once and used for any number of signals.

    Parameters
    ----------
    graph : Path
        The .pb file.
    entry : Entry
        The graph's entry for patches of peak-normalised bands.

    Raises
    ------
    ModelError
        If Essentia's TensorFlow can't load the graph or find its nodes.
    """

    def __init__(self, graph: Path, entry: Entry) -> None:
        standard = load_standard()
        self._pool_type = load_essentia().Pool
        self._entry = entry
        self._graph = graph
        self._heads = [name for name in HEADS if name in entry.outputs]
        try:
            self._predict = standard.TensorflowPredict(
                graphFilename=str(graph),
                inputs=[entry.input],
                # Two heads of a card may read the same node.
                outputs=list(dict.fromkeys(entry.outputs.values())),
                squeeze=False,
            )
        except RuntimeError as error:
            raise ModelError(
                f"{graph} can't be loaded as a TensorFlow graph with the node "
                f"'{entry.input}' and the outputs its card names: {error}"
            ) from error

    def predict(
        self, batches: Iterable[NDArray[np.float32]]
    ) -> Iterator[dict[str, NDArray[np.float32]]]:
        """Run the network over batches of patches.

        Parameters
        ----------
        batches : iterable of ndarray of float32, shape (patches, frames, bands)
            Linear bands divided by the signal's peak.

        Yields
        ------
        heads : dict of ndarray of float32
            ``quadrants`` (patches, 4) in 0..1; ``arousal``, ``valence`` and further heads of
            the model (patches,) in -1..1.

        Raises
        ------
        ModelError
            If the graph's inputs or outputs aren't those that its card names, or an output
            isn't finite.
        """
        for batch in batches:
            pool = self._pool_type()
            pool.set(self._entry.input, batch[:, np.newaxis])
            try:
                result = self._predict(pool)
                heads = {
                    name: result[self._entry.outputs[name]].reshape(self._shape(name, len(batch)))
                    for name in self._heads
                }
            except (RuntimeError, ValueError, KeyError, IndexError) as error:
                raise ModelError(
                    f"The graph {self._graph} doesn't match its model card: {error}"
                ) from error
            if not all(np.isfinite(values).all() for values in heads.values()):
                raise ModelError(f"The graph {self._graph} returns values that are not finite.")
            yield heads

    def without_patches(self) -> dict[str, NDArray[np.float32]]:
        """Return the network's heads for no patches, in the form that `predict` yields."""
        return {name: np.zeros(self._shape(name, 0), dtype=np.float32) for name in self._heads}

    @staticmethod
    def _shape(head: str, patches: int) -> tuple[int, ...]:
        return (patches,) if HEADS[head].is_scalar else (patches, HEADS[head].size)
