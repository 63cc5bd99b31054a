"""Praat TextGrid: one tier of intervals labelled with their quadrants.

References
----------
P. Boersma, D. Weenink, "TextGrid file formats", Praat manual.
"""

import json
from typing import IO

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.segments import segment_provenance
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.text import printable

TIER = "quadrant"


def write(stream: IO[str], prediction: Prediction) -> None:
    """Write the segments and, since a tier has no gaps, unlabelled intervals between them.

    The provenance is a comment in the last line, which starts with an exclamation mark.

    Raises
    ------
    OutputError
        If the signal has no duration.
    """
    duration = prediction.duration
    if not duration or _seconds(duration) == _seconds(0):
        raise OutputError(f"{prediction.source} has no duration, which a TextGrid needs.")
    intervals: list[tuple[str, str, str]] = []
    last, end = _seconds(0), _seconds(duration)
    for one in prediction.segments():
        start, stop = _seconds(one.start), _seconds(one.start + one.duration)
        if last != start:
            intervals.append((last, start, ""))
        intervals.append((start, stop, one.quadrant.name))
        last = stop
    if last != end:
        intervals.append((last, end, ""))
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
    comment = json.dumps({"file": printable(prediction.source), **segment_provenance(prediction)})
    stream.write("\n".join([*lines, f"! {comment}"]) + "\n")


def _seconds(time: float) -> str:
    # Microseconds, so that equal borders have equal text.
    return f"{time:.6f}"
