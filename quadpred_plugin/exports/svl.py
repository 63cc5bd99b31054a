"""Layers of Sonic Visualiser in one .svl file: taggram, arousal, valence and segments.

It has no published format; this follows what Sonic Visualiser 4.5 writes itself and reads
in ``framework/SVFileReader.cpp`` of its library svapp.
"""

import json
from typing import IO
from xml.etree import ElementTree

from quadpred_plugin.exports.layers import regions, sample_rate_of, starts
from quadpred_plugin.exports.segments import settings
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.text import printable

# Of its own palette: colours that none of the quadrants has, dark on the light background.
_CURVES = {"arousal": ("Black", "#000000"), "valence": ("Purple", "#c832ff")}


def write(stream: IO[str], prediction: Prediction) -> None:
    """Write the layers: open the audio file, then this one, and they lie in one pane.

    Segments are a layer of regions for each quadrant that occurs, in its colour, each at
    the height of its row in the taggram.

    Raises
    ------
    OutputError
        If the audio's sample rate isn't known.
    """
    document = _Document(prediction)
    document.add_taggram()
    for name in _CURVES:
        document.add_curve(name)
    document.add_segments()
    stream.write(document.text())


class _Document:
    """The XML while it grows: models with their data, and layers that show them."""

    def __init__(self, prediction: Prediction) -> None:
        self._prediction = prediction
        self._rate = sample_rate_of(prediction)
        self._starts = starts(prediction).tolist()
        self._root = ElementTree.Element("sv")
        # Two hyphens would end the comment; an escape means the same to who reads the JSON.
        facts = {"file": printable(prediction.source), **settings(prediction)}
        comment = json.dumps(facts).replace("--", "-\\u002d").replace("--", "-\\u002d")
        self._root.append(ElementTree.Comment(f" quadpred {comment} "))
        self._data = ElementTree.SubElement(self._root, "data")
        self._display = ElementTree.SubElement(self._root, "display")
        self._number = 0

    def text(self) -> str:
        ElementTree.indent(self._root)
        body = ElementTree.tostring(self._root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE sonic-visualiser>\n{body}\n'

    def add_taggram(self) -> None:
        prediction = self._prediction
        step = max(1, round(prediction.hop * self._rate))
        # Columns lie on a grid of whole samples. At a rate where the hop is a whole number of
        # them they stay in time; Sonic Visualiser draws a layer of another rate than the audio's.
        rate = step / prediction.hop if prediction.hop else self._rate
        dataset = self._add(
            "Taggram",
            rate,
            {"type": "dense", "dimensions": "3", "windowSize": str(step), "startFrame": "0"}
            | {"yBinCount": str(len(QUADRANTS)), "minimum": "0", "maximum": "1"},
            {"type": "colour3dplot", "colourMap": "White on Black", "opaque": "true"},
        )
        dataset.set("separator", " ")
        for number, quadrant in enumerate(QUADRANTS):
            ElementTree.SubElement(dataset, "bin", number=str(number), name=quadrant.label)
        for number, row in enumerate(prediction.quadrants.tolist()):
            cells = ElementTree.SubElement(dataset, "row", n=str(number))
            cells.text = " ".join(map(_number, row))

    def add_curve(self, name: str) -> None:
        colour_name, colour = _CURVES[name]
        dataset = self._add(
            name.capitalize(),
            self._rate,
            {"type": "sparse", "dimensions": "2", "resolution": "1"}
            | {"minimum": "-1", "maximum": "1", "units": ""},
            {"type": "timevalues", "plotStyle": "3", "verticalScale": "1"}
            | {"colourName": colour_name, "colour": colour},
        )
        values = getattr(self._prediction, name).tolist()
        for start, value in zip(self._starts, values, strict=True):
            ElementTree.SubElement(
                dataset, "point", frame=str(start), value=_number(value), label=""
            )

    def add_segments(self) -> None:
        found = regions(self._prediction)
        for quadrant in QUADRANTS:
            own = [one for one in found if one.segment.quadrant == quadrant]
            if not own:
                continue
            dataset = self._add(
                quadrant.title,
                self._rate,
                {"type": "sparse", "dimensions": "3", "subtype": "region", "resolution": "1"}
                | {"minimum": "0.5", "maximum": str(len(QUADRANTS) + 0.5), "units": ""},
                {"type": "regions", "plotStyle": "0", "verticalScale": "2"}
                | {"colourName": quadrant.title, "colour": quadrant.colour},
            )
            for one in own:
                ElementTree.SubElement(
                    dataset,
                    "point",
                    frame=str(one.start),
                    value=str(one.value),
                    duration=str(one.length),
                    label=quadrant.title,
                )

    def _add(
        self, name: str, rate: float, model: dict[str, str], layer: dict[str, str]
    ) -> ElementTree.Element:
        """Add a model and its layer; return the element that takes the model's data."""
        self._number += 3
        model_id, dataset_id, layer_id = (str(self._number + part) for part in range(3))
        identity = {"id": model_id, "name": name, "sampleRate": repr(rate), "dataset": dataset_id}
        ElementTree.SubElement(self._data, "model", identity | model)
        dataset = ElementTree.SubElement(
            self._data, "dataset", id=dataset_id, dimensions=model["dimensions"]
        )
        ElementTree.SubElement(
            self._display, "layer", {"id": layer_id, "name": name, "model": model_id} | layer
        )
        return dataset


def _number(value: float) -> str:
    # As many digits as a float32 has.
    return f"{value:.9g}"
