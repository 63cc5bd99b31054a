"""Audacity label track: one line per segment with start, end (s) and label, tab-separated.

References
----------
"Importing and Exporting Labels", https://manual.audacityteam.org/man/
importing_and_exporting_labels.html
"""

from typing import IO

from quadpred_plugin.prediction import Prediction


def write(stream: IO[str], prediction: Prediction) -> None:
    """Write the segments with six decimals, as Audacity does."""
    for segment in prediction.segments():
        end = segment.start + segment.duration
        stream.write(f"{segment.start:.6f}\t{end:.6f}\t{segment.quadrant.title}\n")
