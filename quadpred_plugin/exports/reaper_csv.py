"""CSV for REAPER's Region/Marker Manager: segments as regions, turning points as markers.

Times are hours, minutes and seconds, so the project's ruler must not be set to measures when the
file is imported. Colours are those of the quadrants.
"""

from typing import IO

from quadpred_plugin.exports.clock import clock
from quadpred_plugin.exports.csv_rows import csv_line
from quadpred_plugin.prediction import Prediction

COLUMNS = ("#", "Name", "Start", "End", "Length", "Color")


def write(stream: IO[str], prediction: Prediction) -> None:
    """Write regions R1, R2, … and markers M1, M2, …."""
    stream.write(csv_line(COLUMNS))
    for number, one in enumerate(prediction.segments(), start=1):
        times = map(clock, (one.start, one.start + one.duration, one.duration))
        colour = one.quadrant.colour.removeprefix("#")
        stream.write(csv_line((f"R{number}", one.quadrant.title, *times, colour)))
    for number, point in enumerate(prediction.turning_points(), start=1):
        name = f"{point.before.name} to {point.after.name}"
        colour = point.after.colour.removeprefix("#")
        stream.write(csv_line((f"M{number}", name, clock(point.time), "", "", colour)))
