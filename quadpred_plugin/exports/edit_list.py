"""Edit decision list (CMX 3600): one event per segment, for video editors.

Source and record times are timecodes from 00:00:00:00 at the frame rate of ``--fps``, 25 by
default; 29.97 and 59.94 are drop-frame. Each event is a cut of the audio of reel AX, with the
file's name as FROM CLIP NAME, and a locator (LOC) at its start with the segment's quadrant.
Other characters than ASCII are question marks.

References
----------
SMPTE 258M, "Transfer of Edit Decision Lists", whose format is that of CMX 3600.
"""

from pathlib import Path
from typing import IO

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.timecode import DEFAULT_FRAME_RATE, FRAME_RATES
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.text import printable

# Event numbers have three digits.
_MAXIMUM_EVENTS = 999
_TITLE_LENGTH = 70
# Of locators, nearest to the quadrants' own.
_COLOURS = {"Q1": "YELLOW", "Q2": "RED", "Q3": "BLUE", "Q4": "GREEN", "neutral": "WHITE"}


def write(
    stream: IO[str], prediction: Prediction, frames_per_second: str = DEFAULT_FRAME_RATE
) -> None:
    """Write the segments that are a frame or longer.

    Raises
    ------
    OutputError
        If there are more than 999, the most that the format can number.
    """
    frame_rate = FRAME_RATES[frames_per_second]
    name = printable(Path(prediction.source).name).encode("ascii", "replace").decode()
    mode = "DROP FRAME" if frame_rate.dropped else "NON-DROP FRAME"
    events = []
    for segment in prediction.segments():
        first = frame_rate.frame_at(segment.start)
        last = frame_rate.frame_at(segment.start + segment.duration)
        if first < last:
            events.append((first, last, segment.quadrant))
    if len(events) > _MAXIMUM_EVENTS:
        raise OutputError(
            f"{prediction.source} has {len(events)} segments, and an edit decision list at most "
            f"{_MAXIMUM_EVENTS}: raise --min-segment."
        )
    stream.write(f"TITLE: {name[:_TITLE_LENGTH]}\nFCM: {mode}\n")
    for number, (first, last, quadrant) in enumerate(events, start=1):
        start, end = frame_rate.timecode(first), frame_rate.timecode(last)
        stream.write(f"\n{number:03}  AX       AA    C        {start} {end} {start} {end}\n")
        stream.write(f"* FROM CLIP NAME: {name}\n")
        stream.write(f"* LOC: {start} {_COLOURS[quadrant.name]:<7} {quadrant.title}\n")
