"""Layers as .svl files of Sonic Visualiser.

The format isn't published; this module follows the files that Sonic Visualiser 4.5 writes and
its reader, ``framework/SVFileReader.cpp`` in the library svapp.
"""

import json
from typing import IO
from xml.etree import ElementTree

from quadpred_plugin.exports.layers import regions, sample_rate_of, starts
from quadpred_plugin.exports.segments import segment_provenance
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import NEUTRAL, QUADRANTS
from quadpred_plugin.system.text import printable

# Name and colour of Sonic Visualiser's palette, different from the quadrants' colours, and the
# range of values.
_CURVES = {
    "arousal": ("Black", "#000000", ("-1", "1")),
    "valence": ("Purple", "#c832ff", ("-1", "1")),
    "disagreement": ("Grey", "#969696", ("0", "2")),
}

# Numbers of Sonic Visualiser's settings.
_LINES, _BARS = "3", "0"
_CURVE_LINEAR, _REGION_LINEAR = "1", "2"


def write(stream: IO[str], prediction: Prediction) -> None:
    """Write layers of arousal, valence and segments, which open in one pane.

    If models were compared, a layer of their disagreement (bits) is added. Each quadrant with
    segments is a layer of regions with its own colour and height.

    The taggram is a separate format: Sonic Visualiser 4.5 reads and shows a grid from a file,
    but hangs when it saves a session with one, and the session is lost
    (``EditableDenseThreeDimensionalModel::toXml`` locks a mutex that its ``getColumn`` waits
    for).

    Raises
    ------
    OutputError
        If the sample rate of the audio file is unknown.
    """
    document = _Document(prediction)
    for name in _CURVES:
        if getattr(prediction, name) is not None:
            _add_curve(document, prediction, name)
    _add_segments(document, prediction)
    stream.write(document.text())


def write_taggram(stream: IO[str], prediction: Prediction) -> None:
    """Write the taggram as a grid: one column per patch, one row per quadrant, Q1 at the bottom.

    Raises
    ------
    OutputError
        If the sample rate of the audio file is unknown.
    """
    rate = sample_rate_of(prediction)
    step = max(1, round(prediction.hop * rate))
    # Columns are on a grid of whole samples. The grid's sample rate is chosen such that the hop is
    # a whole number of samples, so that columns don't drift; it may differ from the audio's.
    rate = step / prediction.hop if prediction.hop else rate
    document = _Document(prediction)
    dataset = document.add(
        "Taggram",
        rate,
        {"type": "dense", "dimensions": "3", "windowSize": str(step), "startFrame": "0"}
        | {"yBinCount": str(len(QUADRANTS)), "minimum": "0", "maximum": "1"},
        {"type": "colour3dplot", "colourMap": "Green"},
    )
    dataset.set("separator", " ")
    for number, quadrant in enumerate(QUADRANTS):
        ElementTree.SubElement(dataset, "bin", number=str(number), name=quadrant.label)
    for number, row in enumerate(prediction.quadrants.tolist()):
        cells = ElementTree.SubElement(dataset, "row", n=str(number))
        cells.text = " ".join(map(_number, row))
    stream.write(document.text())


def _add_curve(document: "_Document", prediction: Prediction, name: str) -> None:
    colour_name, colour, (lowest, highest) = _CURVES[name]
    dataset = document.add(
        name.capitalize(),
        sample_rate_of(prediction),
        {"type": "sparse", "dimensions": "2", "resolution": "1"}
        | {"minimum": lowest, "maximum": highest, "units": ""},
        {"type": "timevalues", "plotStyle": _LINES, "verticalScale": _CURVE_LINEAR}
        | {"colourName": colour_name, "colour": colour},
    )
    values = getattr(prediction, name).tolist()
    for start, value in zip(starts(prediction).tolist(), values, strict=True):
        ElementTree.SubElement(dataset, "point", frame=str(start), value=_number(value), label="")


def _add_segments(document: "_Document", prediction: Prediction) -> None:
    found = regions(prediction)
    lowest = "-0.5" if prediction.interpretation.minimum_confidence else "0.5"
    for quadrant in (*QUADRANTS, NEUTRAL):
        own = [one for one in found if one.segment.quadrant == quadrant]
        if not own:
            continue
        dataset = document.add(
            quadrant.title,
            sample_rate_of(prediction),
            {"type": "sparse", "dimensions": "3", "subtype": "region", "resolution": "1"}
            | {"minimum": lowest, "maximum": str(len(QUADRANTS) + 0.5), "units": ""},
            {"type": "regions", "plotStyle": _BARS, "verticalScale": _REGION_LINEAR}
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


class _Document:
    """XML document under construction: models with their data, and layers that show them."""

    def __init__(self, prediction: Prediction) -> None:
        self._root = ElementTree.Element("sv")
        facts = {"file": printable(prediction.source), **segment_provenance(prediction)}
        # Two hyphens would end the XML comment; in JSON, the escape is equivalent.
        comment = json.dumps(facts).replace("-", "\\u002d")
        self._root.append(ElementTree.Comment(f" quadpred {comment} "))
        self._data = ElementTree.SubElement(self._root, "data")
        self._display = ElementTree.SubElement(self._root, "display")
        self._number = 0

    def add(
        self, name: str, rate: float, model: dict[str, str], layer: dict[str, str]
    ) -> ElementTree.Element:
        """Add a model and its layer; return the element for the model's data."""
        model_id, dataset_id, layer_id = (str(self._number + part) for part in range(3))
        self._number += 3
        identity = {
            "id": model_id,
            "name": name,
            "sampleRate": repr(float(rate)),
            "dataset": dataset_id,
        }
        ElementTree.SubElement(self._data, "model", identity | model)
        dataset = ElementTree.SubElement(
            self._data, "dataset", id=dataset_id, dimensions=model["dimensions"]
        )
        ElementTree.SubElement(
            self._display, "layer", {"id": layer_id, "name": name, "model": model_id} | layer
        )
        return dataset

    def text(self) -> str:
        ElementTree.indent(self._root)
        body = ElementTree.tostring(self._root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE sonic-visualiser>\n{body}\n'


def _number(value: float) -> str:
    # Nine significant digits represent every float32.
    return f"{value:.9g}"
