"""Nothing heavy is imported at start. (Which way imports point: import-linter, pyproject.toml.)"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.limits import HANG

PACKAGE = Path(__file__).parent.parent / "quadpred_plugin"

HEAVY = {
    "essentia",
    "tensorflow",
    "matplotlib",
    "keras",
    "sklearn",
    "av",
    "soundfile",
    "soxr",
    "h5py",
    "krippendorff",
    "mido",
    "scipy",
    "jams",
    "pandas",
    "pyarrow",
    "mutagen",
    "jinja2",
    "dask",
    "distributed",
    "librosa",
    "pythonosc",
    "fsspec",
    "s3fs",
}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_heavy_modules_are_imported_where_they_are_used(path):
    tree = ast.parse(path.read_text())
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    assert not names & HEAVY


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["predict", "--help"],
        ["batch", "--help"],
        ["agreement", "--help"],
        ["evaluate", "--help"],
        ["tag", "--help"],
        ["doctor", "--help"],
        ["report", "--help"],
        ["models", "list"],
        ["--version"],
    ],
)
def test_a_start_imports_nothing_heavy(arguments):
    code = (
        "import sys\n"
        "from quadpred_plugin.cli.main import quadpred\n"
        f"quadpred.main({arguments!r}, standalone_mode=False)\n"
        "print('loaded:', *sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG, check=True
    )
    loaded = set(run.stdout.splitlines()[-1].split()[1:])
    assert "click" in loaded
    assert not loaded & HEAVY


def test_listing_the_formats_costs_no_numpy():
    code = (
        "import sys\n"
        "from quadpred_plugin.exports import FORMATS, LEVELS\n"
        "assert len(FORMATS) > 10 and LEVELS == ('file', 'frame', 'segment')\n"
        "assert 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=HANG, check=True)


def test_importing_the_package_costs_nothing():
    code = (
        "import sys, quadpred_plugin as qp\n"
        "assert 'numpy' not in sys.modules\n"
        "assert callable(qp.predict)\n"
        "assert callable(qp.load_model)\n"
        "assert callable(qp.predict)\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=HANG, check=True)


def test_essentia_stays_whole_unless_a_process_of_ours_asks():
    code = (
        "import quadpred_plugin as qp\n"
        "qp.load_model()\n"
        "import essentia.standard as standard\n"
        "assert hasattr(standard, 'RhythmExtractor2013')\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=HANG, check=True)


def test_the_restricted_import_takes_effect():
    code = (
        "from quadpred_plugin.chain.engine import load_standard, restrict_algorithms\n"
        "restrict_algorithms()\n"
        "standard = load_standard()\n"
        "assert hasattr(standard, 'TensorflowPredict')\n"
        "assert not hasattr(standard, 'RhythmExtractor2013')\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=HANG, check=True)
