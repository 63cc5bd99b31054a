"""The frozen graph in Essentia's TensorFlow."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.engine import load_essentia, load_standard
from quadpred_plugin.chain.entries import HEAD_SIZES, Entry
from quadpred_plugin.errors import ModelError

# Larger batches gain nothing on a processor and cost about a megabyte a patch.
BATCH_SIZE = 16


class Network:
    """A frozen graph, loaded once and used for any number of signals.

    Parameters
    ----------
    graph : Path
        The .pb file.
    entry : Entry
        The graph's entry for levelled patches.

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
        try:
            self._predict = standard.TensorflowPredict(
                graphFilename=str(graph),
                inputs=[entry.input],
                outputs=list(entry.outputs.values()),
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
        """Run batches of levelled patches.

        Parameters
        ----------
        batches : iterable of ndarray of float32, shape (patches, frames, bands)
            Bands divided by the level, linear.

        Yields
        ------
        heads : dict of ndarray of float32
            ``quadrants`` (patches, 4) in 0..1; ``arousal`` and ``valence`` (patches,)
            in -1..1.

        Raises
        ------
        ModelError
            If the graph's inputs or outputs aren't those that its card names, or what it
            gives isn't finite.
        """
        for batch in batches:
            pool = self._pool_type()
            pool.set(self._entry.input, batch[:, np.newaxis])
            try:
                result = self._predict(pool)
                heads = {
                    name: result[node].reshape(len(batch), HEAD_SIZES[name])
                    for name, node in self._entry.outputs.items()
                }
            except (RuntimeError, ValueError, KeyError, IndexError) as error:
                raise ModelError(
                    f"The graph {self._graph} doesn't do what its card says: {error}"
                ) from error
            if not all(np.isfinite(values).all() for values in heads.values()):
                raise ModelError(f"The graph {self._graph} gives what isn't a number.")
            yield {
                "quadrants": heads["quadrants"],
                "arousal": heads["arousal"][:, 0],
                "valence": heads["valence"][:, 0],
            }
