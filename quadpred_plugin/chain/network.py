"""Frozen graph, run by Essentia's TensorFlow."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.engine import load_essentia, load_standard, quiet_essentia
from quadpred_plugin.chain.entries import EMBEDDINGS, Entry
from quadpred_plugin.chain.forks import claim_tensorflow, refuse_forked_tensorflow
from quadpred_plugin.chain.heads import HEADS
from quadpred_plugin.errors import ModelError

# Larger batches are no faster on a CPU and take about a megabyte per patch.
BATCH_SIZE = 16


class Network:
    """A frozen graph, loaded once and used for any number of signals, also in several threads.

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
    QuadpredError
        If this process was forked off one that had started TensorFlow.
    """

    def __init__(self, graph: Path, entry: Entry) -> None:
        claim_tensorflow()
        standard = load_standard()
        self._pool_type = load_essentia().Pool
        self._entry = entry
        self._graph = graph
        self._heads = [name for name in HEADS if name in entry.outputs]
        try:
            with quiet_essentia():
                self._predict = standard.TensorflowPredict(
                    graphFilename=str(graph),
                    inputs=[entry.input],
                    # Two heads of a card may read the same node. The embeddings' node is always
                    # read: which nodes are may change how TensorFlow fuses operations, and by
                    # that the last bits.
                    outputs=list(dict.fromkeys(entry.nodes.values())),
                    squeeze=False,
                )
        except RuntimeError as error:
            raise ModelError(
                f"{graph} can't be loaded as a TensorFlow graph with the node "
                f"'{entry.input}' and the outputs its card names: {error}"
            ) from error

    def predict(
        self, batches: Iterable[NDArray[np.float32]], embeddings: bool = False
    ) -> Iterator[dict[str, NDArray[np.float32]]]:
        """Run the network over batches of patches.

        Parameters
        ----------
        batches : iterable of ndarray of float32, shape (patches, frames, bands)
            Bands divided by the signal's peak.
        embeddings : bool
            Whether to yield the embeddings of a network that has them, too.

        Yields
        ------
        outputs : dict of ndarray of float32
            ``quadrants`` (patches, 4) in 0..1; ``arousal``, ``valence`` and further heads of
            the model (patches,) in -1..1; ``embeddings`` (patches, width).

        Raises
        ------
        ModelError
            If the graph's inputs or outputs aren't those that its card names, or an output
            isn't finite.
        QuadpredError
            If this process was forked off one that had started TensorFlow.
        """
        refuse_forked_tensorflow()
        for batch in batches:
            pool = self._pool_type()
            pool.set(self._entry.input, batch[:, np.newaxis])
            try:
                result = self._predict(pool)
                outputs = {
                    name: result[self._entry.nodes[name]].reshape(shape)
                    for name, shape in self._shapes(len(batch), embeddings).items()
                }
            except (RuntimeError, ValueError, KeyError, IndexError) as error:
                raise ModelError(
                    f"The graph {self._graph} doesn't match its model card: {error}"
                ) from error
            if not all(np.isfinite(values).all() for values in outputs.values()):
                raise ModelError(f"The graph {self._graph} returns values that are not finite.")
            yield outputs

    def without_patches(self, embeddings: bool = False) -> dict[str, NDArray[np.float32]]:
        """Return the network's outputs for no patches, in the form that `predict` yields."""
        shapes = self._shapes(0, embeddings)
        return {name: np.zeros(shape, dtype=np.float32) for name, shape in shapes.items()}

    def _shapes(self, patches: int, embeddings: bool) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {
            head: (patches,) if HEADS[head].is_scalar else (patches, HEADS[head].size)
            for head in self._heads
        }
        if embeddings and self._entry.embeddings is not None:
            shapes[EMBEDDINGS] = (patches, self._entry.embeddings.width)
        return shapes
