"""Segments as subtitles: SubRip (.srt) for video players, LRC for music players.

A line of an .lrc lasts until the next one, so gaps between segments, and what is after the last
one, have empty lines.
"""

from typing import IO

from quadpred_plugin.exports.clock import clock
from quadpred_plugin.prediction import Prediction


def write_srt(stream: IO[str], prediction: Prediction) -> None:
    """Write numbered subtitles with times in milliseconds."""
    for number, one in enumerate(prediction.segments(), start=1):
        start, end = (
            clock(time, point=",", hours="{:02}:") for time in (one.start, one.start + one.duration)
        )
        stream.write(f"{number}\n{start} --> {end}\n{one.quadrant.title}\n\n")


def write_lrc(stream: IO[str], prediction: Prediction) -> None:
    """Write lines with their starts in hundredths of a second."""
    segments = prediction.segments()
    lines = [(_lrc_time(one.start), one.quadrant.title) for one in segments]
    starts = {start for start, _ in lines}
    ends = (_lrc_time(one.start + one.duration) for one in segments)
    lines += [(end, "") for end in ends if end not in starts]
    # As text, 100:00.00 would be before 99:00.00.
    for start, text in sorted(lines, key=lambda line: (len(line[0]), line[0])):
        stream.write(f"[{start}]{text}\n")


def _lrc_time(seconds: float) -> str:
    return clock(seconds, places=2, hours="")
