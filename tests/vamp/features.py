"""Parse the output of the host in C without loss of precision."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vamp_wrapper.outputs import OUTPUTS


@dataclass(frozen=True)
class Row:
    time: float
    duration: float | None
    label: str
    values: tuple[float, ...]


def parse_features(text):
    """Return the features by the output's identifier."""
    found = {output.identifier: [] for output in OUTPUTS}
    for line in text.splitlines():
        output, time, duration, label, values = line.split("\t")
        found[OUTPUTS[int(output)].identifier].append(
            Row(
                float(Fraction(time)),
                float(duration) if duration else None,
                label,
                tuple(float.fromhex(value) for value in values.split()),
            )
        )
    return found


def curve(rows):
    """Values of all features, shape (features, bins)."""
    return np.array([row.values for row in rows])


def times(rows):
    return np.array([row.time for row in rows])
