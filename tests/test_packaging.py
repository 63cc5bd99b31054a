"""Contents, metadata and size of the wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.version import Version

from quadpred_plugin.doctor.decoders import SAMPLES
from quadpred_plugin.model.registry import list_models
from quadpred_plugin.version import VERSION
from tests.limits import HANG

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in (
        "quadpred_plugin",
        "models",
        "vamp_wrapper",
        "beetsplug",
        "setup.cfg",
        "setup.py",
        "pyproject.toml",
        "README.md",
        "LICENSE",
    ):
        (source / name).symlink_to(ROOT / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, source],
        check=True,
        timeout=HANG,
        cwd=folder,
    )
    return next(folder.glob("*.whl"))


def test_contents(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for card in list_models():
        for suffix in (".pb", ".json", ".golden.npz"):
            assert f"quadpred_plugin/shipped_models/{card.name}{suffix}" in names
    assert "quadpred_plugin/__init__.pyi" in names
    assert "quadpred_plugin/exports/schema.json" in names
    assert "quadpred_plugin/training/recipes/music-4q.json" in names
    assert "quadpred_plugin/training/language_study/published.csv" in names
    for asset in (ROOT / "quadpred_plugin" / "report" / "assets").iterdir():
        assert f"quadpred_plugin/report/assets/{asset.name}" in names
    modules = {
        str(path.relative_to(ROOT))
        for package in ("quadpred_plugin", "vamp_wrapper", "beetsplug")
        for path in (ROOT / package).rglob("*.py")
    }
    assert modules <= names
    # Samples for 'quadpred doctor'.
    for path in SAMPLES.iterdir():
        assert f"quadpred_plugin/doctor/samples/{path.name}" in names
    # An __init__.py would hide beets' other plugins.
    assert "beetsplug/__init__.py" not in names
    # Sources and metadata for 'quadpred vamp install'.
    for name in ("shim.c", "interpreter.h", "check.c", "quadpred.cat", "quadpred.n3"):
        assert f"vamp_wrapper/{name}" in names


def test_metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = Metadata.from_email(archive.read(name))
    assert metadata.version == Version(VERSION)
    named = [line.rpartition(" ")[2] for line in metadata.classifiers]
    minors = [int(version[2:]) for version in named if version.startswith("3.")]
    # 'make dist' compares them with the available wheels of Essentia.
    assert minors == list(range(10, max(minors) + 1))
    for minor in range(max(minors) + 1):
        assert (f"3.{minor}.0" in metadata.requires_python) == (minor in minors)


def test_size(wheel):
    assert wheel.stat().st_size < 60e6


def test_installed_models_are_found(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import quadpred_plugin.model.registry as models\n"
        "card = models.find_model()\n"
        "card.verify()\n"
        "assert card.graph.parent.name == 'shipped_models', card.graph\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=HANG)


def test_beets_finds_the_plugin_beside_its_own(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import beetsplug.info, beetsplug.quadpred\n"
        "print(beetsplug.quadpred.__file__)\n"
        "assert beetsplug.quadpred.QuadpredPlugin().commands()[0].name == 'quadpred'\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=HANG, stdout=subprocess.PIPE
    )
    assert run.stdout.decode().strip() == str(tmp_path / "beetsplug" / "quadpred.py")
