"""Uses of an installed wheel, each compared with an independent result."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from checks.dist.environment import Environment
from checks.dist.reference import PIECES, Numbers
from quadpred_plugin.model.registry import installed_models
from vamp_wrapper.settings import DEFAULT_HOP

PIECE = PIECES[0]
# Vamp hosts print six significant digits.
PRINTED = 2e-6
# TensorFlow uses several threads in a script, and sums depend on their number.
THREADS = 1e-6


def comes_from_the_environment(environment: Environment) -> str:
    """Check that every module and every model is in the environment."""
    code = (
        "import json, pkgutil, quadpred_plugin as package, vamp_wrapper\n"
        "from importlib.util import find_spec\n"
        "from quadpred_plugin.model.registry import list_models\n"
        "found = [package.__file__, vamp_wrapper.__file__]\n"
        "walk = pkgutil.walk_packages(package.__path__, package.__name__ + '.')\n"
        "found += [find_spec(module.name).origin for module in walk]\n"
        "found += [str(card.graph) for card in list_models()]\n"
        "print(json.dumps(found))\n"
    )
    places = json.loads(environment.run("python", "-c", code))
    inside = str(environment.programs.parent)
    strays = [place for place in places if not place.startswith(inside)]
    assert not strays, strays
    return f"{len(places)} modules and models"


def shipped_models_verify(environment: Environment) -> str:
    """Check that the models are those of the checkout, by their hashes."""
    environment.quadpred("models", "verify")
    listing = environment.quadpred("models", "list").decode().splitlines()[1:]
    shipped = installed_models().shipped
    assert [line.split()[0] for line in listing] == [card.name for card in shipped]
    (packages,) = environment.programs.parent.glob("lib/python*/site-packages")
    for card in shipped:
        for path in card.graph.parent.glob(f"{card.name}.*"):
            installed = packages / "quadpred_plugin" / "shipped_models" / path.name
            assert _sha256(installed) == _sha256(path), path.name
    return ", ".join(card.name for card in shipped)


def vamp_host_runs(environment: Environment) -> str:
    """Install the plugin, and compare the output of a host with that of the command line."""
    plugins, wav = environment.folder / "plugins", environment.folder / "piece.wav"
    samples, rate = soundfile.read(environment.folder / PIECE)
    soundfile.write(wav, samples, rate)
    environment.quadpred("vamp", "install", "--path", plugins)
    printed = environment.run(
        "vamp-simple-host", "quadpred:quadpred:taggram", wav.name, VAMP_PATH=plugins
    )
    found = np.array([line.split(":")[1].split() for line in printed.decode().splitlines()], float)
    environment.quadpred("predict", "-q", "--hop", DEFAULT_HOP, "-o", "vamp.npy", wav.name)
    expected = np.load(environment.folder / "vamp.npy")
    # The host pads its last block with zeros.
    assert len(expected) <= len(found) <= len(expected) + 1
    difference = float(np.abs(found[: len(expected)] - expected).max())
    assert difference <= PRINTED, difference
    status = environment.quadpred("vamp", "status", VAMP_PATH=plugins).decode()
    assert str(plugins) in status
    return f"{len(found)} patches, {difference:.0e} from the command line's"


def doctor_finds_all_well(environment: Environment) -> str:
    """Check that ``quadpred doctor`` finds no problem, the plugin in its folder included."""
    plugins = environment.folder / "plugins"
    report = json.loads(environment.quadpred("doctor", "--json", VAMP_PATH=plugins))
    assert report["well"], report
    topics = {finding["topic"] for finding in report["findings"]}
    assert topics >= {"program", "packages", "models", "decoders", "vamp"}, topics
    assert any(
        finding["topic"] == "vamp" and str(plugins) in finding["detail"] + finding["name"]
        for finding in report["findings"]
    ), report
    return f"{len(report['findings'])} findings"


def python_interface_works(environment: Environment) -> str:
    """Compare the prediction of a script with that of the command line."""
    inside = environment.programs.parent
    environment.run("python", "python_interface.py", "interface.npz", PIECE, inside)
    environment.quadpred("predict", "-q", "-o", "line.npz", PIECE)
    script, line = (np.load(environment.folder / name) for name in ("interface.npz", "line.npz"))
    np.testing.assert_array_equal(script["times"], line["times"])
    for name in ("quadrants", "arousal", "valence"):
        np.testing.assert_allclose(script[name], line[name], rtol=0, atol=THREADS)
    return f"{len(script['times'])} patches"


def numbers_are_the_checkouts(environment: Environment, expected: Numbers) -> str:
    """Compare all models' predictions, the example program's output and the report, bit for bit."""
    found = Numbers(environment)
    found.assert_same(expected)
    return (
        f"{len(found.patches)} arrays of {len(PIECES)} pieces, the example program's "
        f"{len(found.network.splitlines())} lines and a report of {len(found.page)} bytes"
    )


# In this order: the check of the plugin comes after its installation.
USES: dict[str, Callable[[Environment], str]] = {
    "modules": comes_from_the_environment,
    "models": shipped_models_verify,
    "vamp": vamp_host_runs,
    "doctor": doctor_finds_all_well,
    "python": python_interface_works,
}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
