"""The committed script makes the pictures of the documentation, and they are small."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from matplotlib.image import imread

from tests.limits import HANG

ROOT = Path(__file__).parent.parent.parent
DOCUMENTATION = ROOT / "docs" / "report"


def test_the_script_takes_every_picture_of_the_documentation(tmp_path):
    subprocess.run(
        [sys.executable, ROOT / "examples" / "report" / "screenshots.py", "--output", tmp_path],
        check=True,
        timeout=HANG,
    )
    names = {path.name for path in DOCUMENTATION.glob("*.png")}
    assert names == {path.name for path in tmp_path.iterdir()}
    page = (ROOT / "docs" / "report.md").read_text()
    brightness = {}
    for name in names:
        assert f"(report/{name})" in page
        assert (DOCUMENTATION / name).stat().st_size < 200_000
        taken = imread(tmp_path / name)
        assert taken.shape[1] == (390 if "phone" in name else 1280)
        brightness[name] = np.median(taken[..., :3])
    assert all((value < 0.2) == ("dark" in name) for name, value in brightness.items())
