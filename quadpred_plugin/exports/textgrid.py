"""Praat's TextGrid: one tier of intervals, labelled with their quadrants.

References
----------
P. Boersma, D. Weenink, "TextGrid file formats", the manual of Praat.
"""

import json
from typing import IO

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.segments import settings
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.text import printable

TIER = "quadrant"


def write(stream: IO[str], prediction: Prediction) -> None:
    """Write the segments and, since a tier has no gaps, an unlabelled rest up to the end.

    The provenance is a comment at the end, as Praat has them: from an exclamation mark to
    the end of the line.

    Raises
    ------
    OutputError
        If the signal has no length.
    """
    duration = prediction.duration
    if not duration or _seconds(duration) == _seconds(0):
        raise OutputError(f"{prediction.source} has no length, and a TextGrid must have one.")
    intervals = [
        (_seconds(one.start), _seconds(one.start + one.duration), one.quadrant.name)
        for one in prediction.segments()
    ]
    heard, end = intervals[-1][1] if intervals else _seconds(0), _seconds(duration)
    if heard != end:
        intervals.append((heard, end, ""))
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {end}",
        "tiers? <exists>",
        "size = 1",
        "item []:",
        "    item [1]:",
        '        class = "IntervalTier"',
        f'        name = "{TIER}"',
        "        xmin = 0",
        f"        xmax = {end}",
        f"        intervals: size = {len(intervals)}",
    ]
    for number, (start, stop, label) in enumerate(intervals, start=1):
        lines += [
            f"        intervals [{number}]:",
            f"            xmin = {start}",
            f"            xmax = {stop}",
            f'            text = "{label}"',
        ]
    comment = json.dumps({"file": printable(prediction.source), **settings(prediction)})
    stream.write("\n".join([*lines, f"! {comment}"]) + "\n")


def _seconds(time: float) -> str:
    # Microseconds, so that borders that are the same are written the same.
    return f"{time:.6f}"
