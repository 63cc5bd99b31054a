"""The ways into a frozen graph, and what comes out of it."""

from dataclasses import dataclass

# What stands before the bands in each row of the graph's ``frames`` entry.
STREAM_SETTINGS = ("peak", "patch_hop", "batch_size", "repeat_last")

# Values of each head for one patch.
HEAD_SIZES = {"quadrants": 4, "arousal": 1, "valence": 1}


@dataclass(frozen=True)
class Entry:
    """One way into a frozen graph.

    Attributes
    ----------
    input : str
        Name of the placeholder.
    outputs : dict of str to str
        Node of each of ``quadrants``, ``arousal`` and ``valence``.
    """

    input: str
    outputs: dict[str, str]
