"""Hosts survive a plugin whose environment is missing or broken, and get a message."""

import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import lazy_loader
import pytest

from quadpred_plugin.model.registry import DEFAULT_MODEL
from tests import signals
from tests.limits import HANG

ROOT = Path(__file__).parent.parent.parent
INSTALL = """
import sys
from pathlib import Path
from vamp_wrapper.installation import install
install(Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An environment with a copy of the package, and the plugin installed from it."""
    folder = tmp_path_factory.mktemp("made")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", folder / "environment"],
        check=True,
        timeout=HANG,
    )
    package = folder / "package"
    for name in ("quadpred_plugin", "vamp_wrapper", "models"):
        shutil.copytree(ROOT / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
    (paths,) = (folder / "environment").glob("lib/python*/site-packages")
    (paths / "quadpred.pth").write_text("\n".join([str(package), *site.getsitepackages()]))
    subprocess.run(
        [folder / "environment" / "bin" / "python", "-c", INSTALL, folder / "plugins"],
        check=True,
        timeout=HANG,
        cwd=folder,
    )
    return folder


@pytest.fixture
def environment(made, tmp_path):
    """The same, restored after the test; not a copy, since libraries contain absolute paths."""
    kept = tmp_path / "kept"
    shutil.copytree(made, kept, symlinks=True)
    yield made
    shutil.rmtree(made)
    shutil.copytree(kept, made, symlinks=True)


@pytest.fixture
def open_in(host_program, tmp_path):
    """Run the host in C on the environment's plugin: ``open_in(folder)``."""

    def run(folder):
        signal = tmp_path / "signal.raw"
        signals.noise(2).tofile(signal)
        library = next((folder / "plugins").glob("quadpred.*[so]"))
        return subprocess.run(
            [host_program, "features", library, "16000", "1", "1024", signal],
            capture_output=True,
            text=True,
            timeout=HANG,
        )

    return run


def only_sentence(run):
    """Return the plugin's line of standard error, which Python may write to as well."""
    assert run.returncode >= 0, "the host was killed"
    assert "Traceback" not in run.stderr
    (line,) = (line for line in run.stderr.splitlines() if line.startswith("quadpred: "))
    return line


def test_whole_it_works(environment, open_in):
    run = open_in(environment)
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) > 8


def test_without_the_environment(environment, open_in):
    shutil.rmtree(environment / "environment")
    run = open_in(environment)
    assert run.returncode == 3 and run.stdout == "no plugin\n"
    sentence = only_sentence(run)
    assert str(environment / "environment" / "bin" / "python") in sentence
    assert "No module named 'vamp_wrapper'" in sentence
    assert "quadpred vamp install" in sentence


def test_without_the_package(environment, open_in):
    shutil.rmtree(environment / "package")
    run = open_in(environment)
    assert run.returncode == 3
    assert "No module named 'vamp_wrapper'" in only_sentence(run)


def test_without_pythons_library(environment, open_in):
    library = next((environment / "plugins").glob("quadpred.*[so]"))
    content = library.read_bytes()
    name = f"libpython{sys.version_info.major}.{sys.version_info.minor}".encode()
    assert content.count(name) == 1
    library.write_bytes(content.replace(name, name.replace(b"lib", b"Lib")))
    run = open_in(environment)
    assert run.returncode == 3
    assert "Python's library can't be opened; run 'quadpred vamp install' again" in (
        only_sentence(run)
    )


def test_with_a_package_that_has_an_error(environment, open_in):
    (environment / "package" / "vamp_wrapper" / "plugin.py").write_text("def broken(:\n")
    run = open_in(environment)
    assert run.returncode == 3
    assert "invalid syntax" in only_sentence(run)


def test_with_a_package_of_another_version(environment, open_in):
    module = environment / "package" / "vamp_wrapper" / "library.py"
    module.write_text(module.read_text().replace("def plugin_address", "def another_name"))
    run = open_in(environment)
    assert run.returncode == 3 and run.stdout == "no plugin\n"
    assert "run 'quadpred vamp install' again" in only_sentence(run)


def test_without_all_requirements(environment, open_in):
    (paths,) = (environment / "environment").glob("lib/python*/site-packages")
    (paths / "quadpred.pth").write_text(str(environment / "package"))
    run = open_in(environment)
    assert run.returncode == 3 and run.stdout == "no plugin\n"
    assert "No module named 'lazy_loader'" in only_sentence(run)


def test_without_heavy_requirements(environment, open_in):
    """The plugin is listed nevertheless: only a signal needs NumPy and Essentia."""
    (paths,) = (environment / "environment").glob("lib/python*/site-packages")
    (paths / "quadpred.pth").write_text(str(environment / "package"))
    shutil.copytree(Path(lazy_loader.__file__).parent, paths / "lazy_loader")
    run = open_in(environment)
    assert run.returncode == 1 and run.stdout == "not initialised\n"
    assert "No module named 'numpy'" in only_sentence(run)


@pytest.mark.parametrize("how", ["cut", "gone"])
def test_with_a_damaged_model(how, environment, open_in):
    graph = environment / "package" / "models" / f"{DEFAULT_MODEL}.pb"
    graph.unlink() if how == "gone" else os.truncate(graph, 1000)
    run = open_in(environment)
    assert run.returncode == 1 and run.stdout == "not initialised\n"
    assert str(graph) in only_sentence(run)


def test_with_a_damaged_card(environment, open_in):
    card = environment / "package" / "models" / f"{DEFAULT_MODEL}.json"
    card.write_text("{")
    run = open_in(environment)
    assert run.returncode == 3 and run.stdout == "no plugin\n"
    assert f"The card {card} is not JSON" in only_sentence(run)


def test_environment_variables_for_python_are_not_heeded(environment, open_in, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")
    monkeypatch.setenv("PYTHONPATH", "/nonexistent")
    monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
    assert open_in(environment).returncode == 0


FAKE = """
#include <dlfcn.h>
#include <stdio.h>
int Py_IsInitialized(void) { return 1; }
const char *Py_GetVersion(void) { return "2.7.18 (of another host)"; }
int main(int count, char **words)
{
    void *library = dlopen(words[count - 1], RTLD_NOW | RTLD_LOCAL);
    void *(*get)(unsigned, unsigned);
    *(void **)&get = dlsym(library, "vampGetPluginDescriptor");
    printf("%d\\n", get(2, 0) == NULL);
    return 0;
}
"""


def test_in_a_host_that_runs_another_python(library, tmp_path):
    (tmp_path / "fake.c").write_text(FAKE)
    subprocess.run(
        ["cc", "-rdynamic", tmp_path / "fake.c", "-o", tmp_path / "fake", "-ldl"],
        check=True,
        timeout=HANG,
    )
    run = subprocess.run(
        [tmp_path / "fake", library], capture_output=True, text=True, timeout=HANG, check=True
    )
    assert run.stdout == "1\n"
    sentence = only_sentence(run)
    assert "but this host runs Python 2.7.18. Create an environment with the host's" in sentence
    assert "run its 'quadpred vamp install'" in sentence and sys.prefix in sentence


def test_in_a_python_of_another_environment(library, tmp_path):
    """The host's own packages take precedence; the plugin's are added, including NumPy."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "own"], check=True)
    code = (
        "import ctypes, sys\n"
        "library = ctypes.CDLL(sys.argv[1])\n"
        "library.vampGetPluginDescriptor.restype = ctypes.c_void_p\n"
        "print(bool(library.vampGetPluginDescriptor(2, 0)))\n"
    )
    run = subprocess.run(
        [tmp_path / "own" / "bin" / "python", "-c", code, library],
        capture_output=True,
        text=True,
        timeout=HANG,
        cwd=tmp_path,
    )
    assert (run.stdout, run.stderr) == ("True\n", "")
