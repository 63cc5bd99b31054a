"""A path through the plane of valence and arousal: its waypoints, and places along it."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.system.text import printable

# Valence and arousal, as x and y of the plane.
Point = tuple[float, float]

_WAYPOINT = re.compile(r"\s*(?:\(([^(),]*),([^(),]*)\)|([^\s(),]+))\s*(?:,|(?=[\s(])|$)")


def waypoint_names() -> dict[str, Point]:
    """Return the point of each name: the centre of its quadrant.

    Examples
    --------
    >>> waypoint_names()["calm"], waypoint_names()["q1"]
    ((0.5, -0.5), (0.5, 0.5))
    """
    return {
        name.lower(): (0.5 * quadrant.valence, 0.5 * quadrant.arousal)
        for quadrant in QUADRANTS
        for name in (quadrant.name, *quadrant.words.split(", "))
    }


def parse_path(text: str) -> list[Point]:
    """Return the waypoints that a user wrote.

    Parameters
    ----------
    text : str
        Quadrants (``Q1``), their words (``calm``) or points (``(0.5,-0.5)``: valence, arousal),
        separated by commas or blanks.

    Returns
    -------
    waypoints : list of (float, float)
        At least one; valence and arousal, -1..1.

    Raises
    ------
    QuadpredError
        If something else is there.

    Examples
    --------
    >>> parse_path("calm,Q1 (-0.5, 0.3)")
    [(0.5, -0.5), (0.5, 0.5), (-0.5, 0.3)]
    """
    names = waypoint_names()
    waypoints: list[Point] = []
    place, text = 0, text.rstrip()
    while place < len(text):
        found = _WAYPOINT.match(text, place)
        if found is None:
            raise QuadpredError(
                f"'{printable(text[place:].strip())}' isn't a waypoint: write a quadrant (Q1), one "
                "of its words (calm), or a point (valence,arousal)."
            )
        valence, arousal, name = found.groups()
        if name is None:
            waypoints.append((_coordinate(valence), _coordinate(arousal)))
        elif name.lower() in names:
            waypoints.append(names[name.lower()])
        else:
            raise QuadpredError(
                f"'{printable(name)}' isn't a waypoint: the names are {', '.join(names)}; a point "
                "is written in parentheses, (valence,arousal)."
            )
        place = found.end()
    if not waypoints:
        raise QuadpredError("A path needs at least one waypoint, such as calm.")
    return waypoints


def places_along(waypoints: Sequence[Point], count: int) -> NDArray[np.float64]:
    """Return places at equal distances along the path.

    Parameters
    ----------
    waypoints : sequence of (float, float)
    count : int
        Number of places.

    Returns
    -------
    places : ndarray of float64, shape (count, 2)
        From the first waypoint to the last one; a single place is the first waypoint.

    Examples
    --------
    >>> places_along([(0, 0), (1, 0), (1, 1)], 3).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    """
    points = np.array(waypoints, dtype=np.float64)
    lengths = np.hypot(*np.diff(points, axis=0).T)
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    distances = np.linspace(0.0, ends[-1], count)
    return np.column_stack([np.interp(distances, ends, column) for column in points.T])


def _coordinate(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not -1 <= number <= 1:
        raise QuadpredError(
            f"'{printable(text.strip())}' isn't a number from -1 to 1: a point is "
            "(valence,arousal), such as (0.5,-0.5)."
        )
    return number
