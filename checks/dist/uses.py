"""What a stranger does with an installed wheel, each checked against something independent."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from quadpred_plugin.model.registry import installed_models
from checks.dist.environment import Environment
from checks.dist.reference import PIECES, Numbers

PIECE = PIECES[0]
# Frames in a Vamp host are those of this hop; it prints six significant digits.
VAMP_HOP = 0.64
PRINTED = 2e-6
# A script of a user's leaves TensorFlow its threads, and sums depend on their number.
THREADS = 1e-6


def comes_from_the_environment(environment: Environment) -> str:
    """Import every module; each lies in the environment, and so does each model."""
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
    """The hashes that 'models verify' vouches for are those of the checkout's files."""
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
    """Install the plugin, and compare what a host says with what the command line does."""
    plugins, wav = environment.folder / "plugins", environment.folder / "piece.wav"
    samples, rate = soundfile.read(environment.folder / PIECE)
    soundfile.write(wav, samples, rate)
    environment.quadpred("vamp", "install", "--path", plugins)
    printed = environment.run(
        "vamp-simple-host", "quadpred:quadpred:taggram", wav.name, VAMP_PATH=plugins
    )
    found = np.array([line.split(":")[1].split() for line in printed.decode().splitlines()], float)
    environment.quadpred("predict", "-q", "--hop", VAMP_HOP, "-o", "vamp.npy", wav.name)
    expected = np.load(environment.folder / "vamp.npy")
    # The host fills its last block up with zeros.
    assert len(expected) <= len(found) <= len(expected) + 1
    difference = float(np.abs(found[: len(expected)] - expected).max())
    assert difference <= PRINTED, difference
    status = environment.quadpred("vamp", "status", VAMP_PATH=plugins).decode()
    assert str(plugins) in status
    return f"{len(found)} frames, {difference:.0e} from the command line's"


def doctor_finds_all_well(environment: Environment) -> str:
    """Every finding is sound, the plugin in its folder included."""
    plugins = environment.folder / "plugins"
    said = json.loads(environment.quadpred("doctor", "--json", VAMP_PATH=plugins))
    assert said["well"], said
    topics = {finding["topic"] for finding in said["findings"]}
    assert topics >= {"program", "packages", "models", "decoders", "vamp"}, topics
    assert any(
        finding["topic"] == "vamp" and str(plugins) in finding["detail"] + finding["name"]
        for finding in said["findings"]
    ), said
    return f"{len(said['findings'])} findings"


def python_interface_works(environment: Environment) -> str:
    """A script's prediction is the command line's, up to the number of threads."""
    inside = environment.programs.parent
    environment.run("python", "python_interface.py", "interface.npz", PIECE, inside)
    environment.quadpred("predict", "-q", "-o", "line.npz", PIECE)
    ours, theirs = (np.load(environment.folder / name) for name in ("interface.npz", "line.npz"))
    np.testing.assert_array_equal(ours["times"], theirs["times"])
    for name in ("quadrants", "arousal", "valence"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=THREADS)
    return f"{len(ours['times'])} patches"


def numbers_are_the_checkouts(environment: Environment, expected: Numbers) -> str:
    """All models' numbers, the example program's text and the report, bit for bit."""
    found = Numbers(environment)
    found.assert_same(expected)
    return (
        f"{len(found.frames)} arrays of {len(PIECES)} pieces, the example program's "
        f"{len(found.network.splitlines())} lines and a report of {len(found.page)} bytes"
    )


# In this order: what looks at the plugin comes after what installs it.
USES: dict[str, Callable[[Environment], str]] = {
    "modules": comes_from_the_environment,
    "models": shipped_models_verify,
    "vamp": vamp_host_runs,
    "doctor": doctor_finds_all_well,
    "python": python_interface_works,
}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
