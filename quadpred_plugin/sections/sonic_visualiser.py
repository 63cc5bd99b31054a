"""Sections in a layer of Sonic Visualiser: regions, or the stretches between time instants."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.sections.encodings import read_bytes
from quadpred_plugin.sections.section import Section, make_section


def read(path: Path) -> list[Section]:
    """Read the regions of all layers, or else the stretches between time instants.

    A region without a label has its value. A stretch has the label of its first instant; after
    the last instant there is none.

    Raises
    ------
    QuadpredError
        If it isn't a layer of regions or of time instants.
    """
    try:
        root = ElementTree.fromstring(read_bytes(path))
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise QuadpredError(f"{path} isn't a layer of Sonic Visualiser: {error}.") from error
    models = list(root.iter("model"))
    regions = [one for one in models if one.get("subtype") == "region"]
    instants = [one for one in models if one.get("dimensions") == "1"]
    if not regions and not instants:
        raise QuadpredError(
            f"{path} has no layer of regions or time instants: export one of these from Sonic "
            "Visualiser."
        )
    try:
        found = [section for model in regions for section in _regions(path, root, model)] or [
            section for model in instants[:1] for section in _stretches(path, root, model)
        ]
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise QuadpredError(f"{path} has a point without a time in samples.") from error
    return sorted(found, key=lambda one: one.start)


def _points(
    root: ElementTree.Element, model: ElementTree.Element
) -> tuple[float, list[ElementTree.Element]]:
    """Return the sample rate and the points of a model, in order of time."""
    rate = float(model.attrib["sampleRate"])
    points = [
        point
        for dataset in root.iter("dataset")
        if dataset.get("id") == model.get("dataset")
        for point in dataset.iter("point")
    ]
    return rate, sorted(points, key=lambda point: int(point.attrib["frame"]))


def _regions(
    path: Path, root: ElementTree.Element, model: ElementTree.Element
) -> Iterator[Section]:
    rate, points = _points(root, model)
    for number, point in enumerate(points, start=1):
        first = int(point.attrib["frame"])
        last = first + int(point.attrib["duration"])
        label = point.get("label") or point.get("value") or ""
        yield make_section(f"Region {number} of {path}", str(first / rate), str(last / rate), label)


def _stretches(
    path: Path, root: ElementTree.Element, model: ElementTree.Element
) -> Iterator[Section]:
    rate, points = _points(root, model)
    for number, (point, following) in enumerate(pairwise(points), start=1):
        first, last = int(point.attrib["frame"]), int(following.attrib["frame"])
        place = f"Instant {number} of {path}"
        yield make_section(place, str(first / rate), str(last / rate), point.get("label", ""))
