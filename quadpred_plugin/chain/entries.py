"""Inputs and output nodes of a frozen graph."""

from dataclasses import dataclass

# Columns before the bands in each row of the graph's ``frames`` entry.
STREAM_SETTINGS = ("peak", "patch_hop", "batch_size", "repeat_last")

EMBEDDINGS = "embeddings"
"""Name of the output of a network's embeddings."""

EMBEDDINGS_MEANING = (
    "values of the last layer that the heads share, one vector per patch; input for classifiers "
    "of one's own"
)
"""Description for model cards."""


@dataclass(frozen=True)
class Embeddings:
    """Output node of a network's embeddings: values of the last layer that its heads share.

    Attributes
    ----------
    node : str
        Name of the node.
    width : int
        Values per patch.
    """

    node: str
    width: int


@dataclass(frozen=True)
class Entry:
    """One input of a frozen graph, with the output nodes computed from it.

    Attributes
    ----------
    input : str
        Name of the placeholder.
    outputs : dict of str to str
        Output node of each head (`heads.HEADS`).
    embeddings : Embeddings or None
        None for networks without. They aren't a head: without classes, range and columns.
    """

    input: str
    outputs: dict[str, str]
    embeddings: Embeddings | None = None

    @property
    def nodes(self) -> dict[str, str]:
        """Output node of each head and, by the name of `EMBEDDINGS`, of the embeddings."""
        if self.embeddings is None:
            return self.outputs
        return {**self.outputs, EMBEDDINGS: self.embeddings.node}
