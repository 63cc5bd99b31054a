"""Pages on the plugin: the tutorial for Sonic Visualiser and the list of its parameters."""

import re

import pytest
from PIL import Image

from tests.vamp.sonic_visualiser import FOLDER
from vamp_wrapper.outputs import OUTPUTS
from vamp_wrapper.settings import parameters

DOCUMENTS = FOLDER.parents[1] / "docs"
PAGE = (DOCUMENTS / "tutorials" / "sonic_visualiser.md").read_text()
REFERENCE = (DOCUMENTS / "vamp.md").read_text()


def test_every_picture_is_there_and_named():
    named = re.findall(r"!\[[^\]]+\]\(\.\./\.\./examples/sonic_visualiser/([^)]+)\)", PAGE)
    assert sorted(named) == sorted(path.name for path in FOLDER.glob("*.png"))
    assert {"taggram.png", "curves.png", "segments.png"} <= set(named)
    for name in named:
        path = FOLDER / name
        assert path.stat().st_size < 300_000
        with Image.open(path) as picture:
            assert picture.format == "PNG" and picture.size == (1280, 800)


@pytest.mark.parametrize("one", [*OUTPUTS, *parameters()], ids=lambda one: one.identifier)
def test_every_output_and_parameter_is_explained(one):
    (row,) = (line for line in PAGE.splitlines() if f"| `{one.identifier}` |" in line)
    assert row.startswith(f"| {one.name} |")


@pytest.mark.parametrize("one", parameters(), ids=lambda one: one.identifier)
def test_the_reference_has_the_default_of_every_parameter(one):
    (row,) = (line for line in REFERENCE.splitlines() if line.startswith(f"| `{one.identifier}` |"))
    assert row.split("|")[-2].strip() == f"{one.default:g}"


def test_transforms_are_named():
    names = [f"vamp:quadpred:quadpred:{output.identifier}" for output in OUTPUTS]
    assert set(names) == set(re.findall(r"^vamp:.*$", PAGE, re.MULTILINE))
