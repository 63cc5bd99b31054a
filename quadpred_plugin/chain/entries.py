"""Inputs and output nodes of a frozen graph."""

from dataclasses import dataclass

# Columns before the bands in each row of the graph's ``frames`` entry.
STREAM_SETTINGS = ("peak", "patch_hop", "batch_size", "repeat_last")


@dataclass(frozen=True)
class Entry:
    """One input of a frozen graph, with the output nodes computed from it.

    Attributes
    ----------
    input : str
        Name of the placeholder.
    outputs : dict of str to str
        Output node of each head (`heads.HEADS`).
    """

    input: str
    outputs: dict[str, str]
