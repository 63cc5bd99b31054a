"""``quadpred doctor`` on installations that are really broken."""

import json
import os
import re
import shutil
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from quadpred_plugin.doctor.packages import WHEEL_VERSION, wheel_finding
from quadpred_plugin.model.registry import DEFAULT_MODEL

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def doctor(quadpred, tmp_path):
    """Run it with folders first on the import path: ``doctor(folders)`` returns the findings."""

    def run(*first, code, **environment):
        places = [*map(str, first), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment.setdefault("HOME", str(tmp_path / "home"))
        environment.setdefault("VAMP_PATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(places)
        done = quadpred("doctor", "--json", folder=tmp_path, **environment)
        assert done.code == code, done.output.decode()
        content = json.loads(done.output)
        assert content["well"] == (code == 0)
        return Findings(content["findings"])

    return run


class Findings(list):
    def problems(self):
        return {(each["topic"], each["name"]) for each in self if each["state"] == "problem"}

    def of(self, topic, name):
        (found,) = (each for each in self if (each["topic"], each["name"]) == (topic, name))
        return found


@pytest.fixture
def copy(tmp_path):
    """A copy of the installation, to be broken."""
    folder = tmp_path / "copy"
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("quadpred_plugin", "vamp_wrapper", "models"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    return folder


@pytest.fixture
def block(tmp_path):
    """Make a package that can't be imported: ``block(name, program)`` returns its folder."""

    def write(name, program):
        folder = tmp_path / "blocked"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(program)
        return folder

    return write


def describe(folder, name, version, *requirements):
    """Write the metadata that pip installs with a package."""
    place = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    place.mkdir(parents=True)
    extras = sorted(set(re.findall(r'extra == "(\w+)"', " ".join(requirements))))
    lines = [f"Name: {name}", f"Version: {version}"]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in requirements]
    (place / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *lines, ""]))


def test_this_installation_is_well(doctor):
    findings = doctor(code=0)
    essentia = findings.of("packages", "essentia-tensorflow")
    (library,) = (
        file.name
        for file in metadata.files("essentia-tensorflow")
        if re.match(r"libtensorflow-\w+\.so", file.name)
    )
    assert essentia["detail"] == (
        f"{metadata.version('essentia-tensorflow')}, TensorFlow {library.split('.so.')[1]}"
    )
    assert findings.of("packages", "numpy")["detail"] == np.__version__
    # The tests run on the tested system, which has a wheel.
    assert "essentia-tensorflow wheel" not in {each["name"] for each in findings}
    card = json.loads((ROOT / "models" / f"{DEFAULT_MODEL}.json").read_text())
    model = findings.of("models", DEFAULT_MODEL)
    assert card["quadpred"]["sha256"][:12] in model["detail"]
    assert "self-test within" in model["detail"]
    assert "Ogg Vorbis, Opus, MP3, M4A (AAC)" in findings.of("decoders", "readable")["detail"]
    assert {each["topic"] for each in findings} >= {"program", "extras", "vamp"}


def test_a_model_file_that_was_cut(doctor, copy):
    graph = copy / "models" / f"{DEFAULT_MODEL}.pb"
    graph.write_bytes(graph.read_bytes()[:1000])
    findings = doctor(copy, code=1)
    assert findings.problems() == {("models", DEFAULT_MODEL)}
    model = findings.of("models", DEFAULT_MODEL)
    assert "is damaged" in model["detail"]
    assert model["remedy"].startswith("pip install --force-reinstall")


def test_a_model_that_is_not_there(doctor, copy):
    (copy / "models" / f"{DEFAULT_MODEL}.json").unlink()
    assert doctor(copy, code=1).problems() == {("models", DEFAULT_MODEL)}


def test_a_card_that_is_broken(doctor, copy):
    (copy / "models" / f"{DEFAULT_MODEL}.json").write_text("{")
    detail = doctor(copy, code=1).of("models", DEFAULT_MODEL)["detail"]
    assert "is not JSON" in detail


def test_a_network_with_other_outputs(doctor, copy):
    path = copy / "models" / f"{DEFAULT_MODEL}.golden.npz"
    golden = dict(np.load(path))
    golden["valence"][3] += 0.055
    np.savez(path, **golden)
    model = doctor(copy, code=1).of("models", DEFAULT_MODEL)
    assert re.search(r"self-test fails: its outputs are off by 0\.05\d*", model["detail"])


def test_golden_vectors_that_are_missing(doctor, copy):
    (copy / "models" / f"{DEFAULT_MODEL}.golden.npz").unlink()
    assert "golden.npz is missing" in doctor(copy, code=1).of("models", DEFAULT_MODEL)["detail"]


def test_a_package_that_cannot_be_imported(doctor, block):
    blocked = block("soxr", "raise ImportError('libsoxr.so.0: cannot open shared object file')\n")
    findings = doctor(blocked, code=1)
    assert findings.problems() == {("packages", "soxr")}
    assert "libsoxr.so.0: cannot open" in findings.of("packages", "soxr")["detail"]
    assert findings.of("packages", "soxr")["remedy"].startswith("pip install --force-reinstall 'so")


def test_a_package_that_crashes_its_process(doctor, block):
    program = "import os, signal\nos.kill(os.getpid(), signal.SIGILL)\n"
    findings = doctor(block("av", program), code=1)
    package = findings.of("packages", "av")["detail"]
    assert "ended its process by SIGILL. This processor may lack instructions" in package
    # libsndfile reads these, and each of the others is reported.
    assert findings.of("decoders", "readable")["detail"] == "WAV, AIFF, FLAC"
    assert {("decoders", "M4A (AAC)"), ("decoders", "WMA")} < findings.problems()
    assert findings.of("packages", "numpy")["state"] == "ok"
    assert findings.of("models", DEFAULT_MODEL)["state"] == "ok"


def test_essentia_without_tensorflow(doctor, tmp_path):
    folder = tmp_path / "plain" / "essentia"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "class log: infoActive = warningActive = True\n"
        "class _essentia:\n    keys = staticmethod(lambda: [])\n"
    )
    (folder / "standard.py").touch()
    describe(folder.parent, "essentia", "2.1b6")
    findings = doctor(folder.parent, code=1)
    detail = findings.of("packages", "essentia-tensorflow")["detail"]
    assert "this is Essentia without TensorFlow" in detail
    assert "overwrites the other's files" in findings.of("packages", "essentia")["detail"]
    model = findings.of("models", DEFAULT_MODEL)
    assert "self-test fails" in model["detail"]
    assert model["remedy"] == "Fix the package problems listed above first."


def test_packages_that_are_missing_or_old(doctor, tmp_path):
    described = tmp_path / "described"
    describe(described, "soxr", "0.1")
    describe(
        described,
        "quadpred-plugin",
        metadata.version("quadpred-plugin"),
        "numpy>=1.25",
        "soxr>=0.5",
        "no-such-package>=3",
        'no-such-machine>=3; platform_machine == "abacus"',
        'no-such-extra>=2; extra == "shine"',
        'numpy>=99; extra == "future"',
    )
    findings = doctor(described, code=1)
    assert findings.problems() == {("packages", "soxr"), ("packages", "no-such-package")}
    assert findings.of("packages", "soxr")["detail"] == "0.1 is installed, but >=0.5 is required."
    missing = findings.of("packages", "no-such-package")
    assert missing["detail"] == "is not installed."
    assert missing["remedy"] == "pip install --force-reinstall 'no-such-package>=3'"
    for extra, package in (("shine", "no-such-extra"), ("future", "numpy")):
        found = findings.of("extras", extra)
        assert (found["state"], found["detail"]) == ("note", f"lacks {package}.")
        assert found["remedy"] == f"pip install 'quadpred-plugin[{extra}]'"


@pytest.mark.parametrize(
    ("system", "machine", "macos", "here"),
    [
        ("Darwin", "x86_64", "13.7", "macOS 13.7 x86_64"),
        ("Darwin", "arm64", "14.7.2", "macOS 14.7.2 arm64"),
        ("Linux", "aarch64", "", "Linux aarch64"),
        ("Windows", "AMD64", "", "Windows AMD64"),
    ],
)
def test_without_a_wheel_the_systems_with_one_are_listed(system, machine, macos, here):
    found = wheel_finding(system, machine, macos)
    assert found.state == "note"
    assert found.detail.startswith(f"{here} has no wheel of 2.1b6.dev1389 or newer.")
    assert "Linux x86_64 (tested)" in found.detail
    assert "macOS 15 or newer on Apple silicon (not tested)" in found.detail
    assert found.remedy


def test_systems_with_a_wheel():
    assert wheel_finding("Linux", "x86_64", "") is None
    untested = wheel_finding("Darwin", "arm64", "15.1")
    assert untested.detail == (
        "macOS 15.1 arm64 has a wheel, but quadpred-plugin was tested on Linux x86_64 only."
    )
    assert untested.remedy == ""


def test_the_table_of_wheels_is_of_the_required_version():
    (required,) = (
        line for line in metadata.requires("quadpred-plugin") if line.startswith("essentia-")
    )
    assert required.replace(" ", "") == f"essentia-tensorflow>={WHEEL_VERSION}"


def test_models_of_the_user(doctor, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    source = ROOT / "models" / DEFAULT_MODEL
    card = json.loads(source.with_suffix(".json").read_text())
    for name in ("mine", "cut"):
        (own / f"{name}.json").write_text(json.dumps({**card, "name": name}))
    shutil.copy(source.with_suffix(".pb"), own / "mine.pb")
    (own / "cut.pb").write_bytes(b"half of it")
    (own / "broken.json").write_text("no card")
    findings = doctor(code=1, QUADPRED_MODELS=str(own))
    assert findings.problems() == {("models", "cut"), ("models", "own model")}
    assert findings.of("models", "mine")["state"] == "note"
    assert "can't be tested" in findings.of("models", "mine")["detail"]
    assert str(own) in findings.of("models", "cut")["remedy"]


def test_a_vamp_plugin_that_hosts_cannot_use(doctor, tmp_path):
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    for name in ("quadpred.so", "quadpred.dylib"):
        (plugins / name).write_bytes(b"no library")
    findings = doctor(code=1, VAMP_PATH=str(plugins))
    assert findings.problems() == {("vamp", "plugin")}
    assert f"vamp install --path '{plugins}'" in findings.of("vamp", "plugin")["remedy"]


def test_the_folder_of_temporary_files_is_reported(doctor, tmp_path):
    detail = doctor(code=0, TMPDIR=str(tmp_path)).of("program", "temporary files")["detail"]
    assert detail == f"fit into {tmp_path}"


def test_variables_that_no_option_has(doctor):
    findings = doctor(code=0, QUADPRED_PREDICT_HOP="0.5", QUADPRED_PREDICT_HOPP="0.5")
    assert findings.of("environment", "QUADPRED_PREDICT_HOP")["state"] == "ok"
    wrong = findings.of("environment", "QUADPRED_PREDICT_HOPP")
    assert (wrong["state"], wrong["remedy"]) == ("note", "unset QUADPRED_PREDICT_HOPP")


def test_text_output(quadpred, copy, tmp_path):
    graph = copy / "models" / f"{DEFAULT_MODEL}.pb"
    graph.write_bytes(b"")
    places = os.pathsep.join(filter(None, [str(copy), os.environ.get("PYTHONPATH")]))
    run = quadpred("doctor", folder=tmp_path, PYTHONPATH=places)
    text = run.output.decode()
    assert run.code == 1 and run.messages == ""
    assert f"  problem  {DEFAULT_MODEL}: The graph {graph} is damaged" in text
    assert "\n           -> pip install --force-reinstall" in text
    assert text.endswith("\nOne problem; the arrow below each gives the remedy.\n")


def test_the_samples_are_the_ones_of_the_table():
    from quadpred_plugin.doctor.decoders import CONTAINERS, SAMPLES

    assert set(CONTAINERS) == set(os.listdir(SAMPLES))
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 100_000
