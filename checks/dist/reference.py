"""Predictions for the example pieces, by the checkout or by an installed wheel."""

import re
import shutil
import sys
from pathlib import Path

import numpy as np

from quadpred_plugin.model.registry import installed_models
from checks.dist.environment import Environment
from tests.tree import ROOT

PIECES = tuple(sorted(path.name for path in (ROOT / "examples" / "audio").glob("*.ogg")))
_SOUND = re.compile(rb"data:audio/[^\"']*")


def checkout(folder: Path) -> Environment:
    """Return the checkout as an environment; its tree is first in Python's path."""
    return Environment(Path(sys.executable).parent, folder, {"PYTHONPATH": str(ROOT)})


def copy_examples(folder: Path) -> None:
    """Copy the pieces and the example program to a folder outside of the checkout."""
    for name in PIECES:
        shutil.copy2(ROOT / "examples" / "audio" / name, folder / name)
    shutil.copy2(ROOT / "examples" / "essentia_network.py", folder)
    shutil.copy2(Path(__file__).with_name("python_interface.py"), folder)


class Numbers:
    """Exact predictions of one installation for the pieces in its working folder.

    Attributes
    ----------
    files : dict of str to bytes
        CSV rows of all pieces, by model.
    patches : dict of str to ndarray
        Arrays of all npz files, by model, piece and name.
    network : bytes
        Output of the example program.
    page : bytes
        HTML report of a piece, without its encoded audio.
    """

    def __init__(self, environment: Environment) -> None:
        self.files: dict[str, bytes] = {}
        self.patches: dict[str, np.ndarray] = {}
        for model in [card.name for card in installed_models().shipped]:
            self._predict(environment, model)
        self.network = environment.run("python", "essentia_network.py", PIECES[0])
        environment.quadpred("report", "-q", "--force", "-o", "page.html", PIECES[0])
        self.page = _SOUND.sub(b"", (environment.folder / "page.html").read_bytes())

    def _predict(self, environment: Environment, model: str) -> None:
        choice = ["predict", "-q", "--model", model]
        self.files[model] = environment.quadpred(*choice, "--format", "csv", *PIECES)
        environment.quadpred(
            *choice, "--hop", "0.32", "--format", "npz", "-o", f"{model}/", *PIECES
        )
        for name in PIECES:
            with np.load(environment.folder / model / f"{Path(name).stem}.npz") as arrays:
                for key in arrays.files:
                    self.patches[f"{model}/{name}/{key}"] = arrays[key]

    def assert_same(self, other: "Numbers") -> None:
        """Compare all of them, bit for bit."""
        assert self.files == other.files
        assert self.patches.keys() == other.patches.keys()
        for name, array in self.patches.items():
            assert array.dtype == other.patches[name].dtype, name
            assert array.tobytes() == other.patches[name].tobytes(), name
        assert self.network == other.network
        pairs = zip(self.page.splitlines(), other.page.splitlines(), strict=False)
        differing = [pair for pair in pairs if pair[0] != pair[1]]
        assert self.page == other.page, differing[:1]
