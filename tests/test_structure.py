"""Imports point one way, and nothing heavy is imported at start."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "quadpred_plugin"
VAMP_WRAPPER = PACKAGE.parent / "vamp_wrapper"

# From the leaves up; a module may import from its own layer and those before it.
LAYERS = [
    {"version", "errors", "quadrants", "text"},
    {"files", "processes"},
    {"chain"},
    {"card", "models", "decoding"},
    {"pooling"},
    {"audio", "parameters", "prediction", "inputs", "ratings"},
    {"meaning"},
    {
        *("standard", "streaming", "inference", "exports", "plots", "agreement"),
        *("tags", "doctor", "report"),
    },
    {"parallel"},
    {"collection"},
    {"training"},
    {"cli"},
]
# Imported when called, by a module that the other one stands on: a convenience method each.
UPWARD = {("prediction", "exports"), ("inference", "parallel")}
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
}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        top = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if top != "__init__":
            yield path, top


def layer(top):
    return next(index for index, names in enumerate(LAYERS) if top in names)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", [path for path, _ in modules()], ids=str)
def test_imports_point_downwards(path):
    top = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "quadpred_plugin" and len(parts) > 1 and parts[1] != top:
            assert layer(parts[1]) <= layer(top) or (top, parts[1]) in UPWARD, name


def test_the_vamp_wrapper_stands_beside_the_command_line():
    """It uses what the command line uses; of the package only two commands know of it."""
    too_high = LAYERS[layer("inference") + 1 :]
    for path in VAMP_WRAPPER.glob("*.py"):
        for name in imported(path):
            parts = name.split(".")
            assert parts[0] != "quadpred_plugin" or not any(parts[1] in names for names in too_high)
    for path, _ in modules():
        uses = any(name.split(".")[0] == "vamp_wrapper" for name in imported(path))
        assert uses == (path.parent.name == "cli" and path.name in ("vamp.py", "doctor.py"))


@pytest.mark.parametrize("path", [path for path, _ in modules()], ids=str)
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
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(run.stdout.splitlines()[-1].split()[1:])
    assert "click" in loaded
    assert not loaded & HEAVY


def test_listing_the_formats_costs_no_numpy():
    code = (
        "import sys\n"
        "from quadpred_plugin.exports import FORMATS, LEVELS\n"
        "assert len(FORMATS) > 10 and LEVELS == ('file', 'frame')\n"
        "assert 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)


def test_importing_the_package_costs_nothing():
    code = (
        "import sys, quadpred_plugin as qp\n"
        "assert 'numpy' not in sys.modules\n"
        "assert callable(qp.predict)\n"
        "assert callable(qp.load_model)\n"
        "assert callable(qp.predict)\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)


def test_essentia_stays_whole_unless_a_process_of_ours_asks():
    code = (
        "import quadpred_plugin as qp\n"
        "qp.load_model()\n"
        "import essentia.standard as standard\n"
        "assert hasattr(standard, 'RhythmExtractor2013')\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)


def test_the_restricted_import_takes_effect():
    code = (
        "from quadpred_plugin.chain.engine import load_standard, restrict_algorithms\n"
        "restrict_algorithms()\n"
        "standard = load_standard()\n"
        "assert hasattr(standard, 'TensorflowPredict')\n"
        "assert not hasattr(standard, 'RhythmExtractor2013')\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)
