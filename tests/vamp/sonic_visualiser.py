"""Run Sonic Visualiser and read the tables, pictures and sessions that it writes."""

import csv
import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parents[2] / "examples" / "sonic_visualiser"

# Samples per pixel: a piece of half a minute is about 700 pixels wide.
ZOOM = 2048


def load_driver():
    """Load the module beside the example's script."""
    specification = importlib.util.spec_from_file_location("driver", FOLDER / "driver.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Shown:
    """Results of a run.

    Tables and pictures are indexed by the output's identifier. Of a pane without the layer
    only one row of pixels is kept, shape (width, 3): the rows are identical except at the
    edges, and the pane's height changes with the layer. With the layer, all rows are kept,
    shape (height, width, 3).
    """

    tables: dict[str, list[list[str]]]
    pictures: dict[str, tuple[np.ndarray, np.ndarray]]
    session: ElementTree.Element

    def layer(self, output):
        """Return the elements of the layer and of its model; None if the model isn't saved."""
        (derivation,) = (
            found
            for found in self.session.iter("derivation")
            if found.get("transform").endswith(f":{output}")
        )
        number = derivation.get("model")
        (layer,) = self.session.findall(f"data/layer[@model='{number}']")
        return layer, self.session.find(f"data/model[@id='{number}']")


def show(audio, outputs, folder, plugins):
    """Show every output in its own pane, in one run of Sonic Visualiser."""
    tables, pictures = {}, {}
    with load_driver().SonicVisualiser(folder, plugins) as program:
        program.open(audio)
        # Without scales and texts, the left edge of a pane is the first sample.
        program.tell("/set overlays 0", f"/zoom {ZOOM}")
        for output in outputs:
            program.tell("/add timeruler")
            empty = read_picture(program.picture())
            tables[output] = read_table(program.transform(output))
            pictures[output] = empty[len(empty) // 2], read_picture(program.picture())
        session = ElementTree.fromstring(program.session())
    return Shown(tables, pictures, session)


def read_table(content):
    return list(csv.reader(io.StringIO(content.decode())))


def read_picture(content):
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB")).astype(int)
