"""Fixtures: the plugin, installed by the command line, and hosts for it."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.limits import HANG
from tests.vamp.features import parse_features

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def vamp_folder(quadpred, tmp_path_factory):
    """Folder into which the plugin was installed by the command line."""
    folder = tmp_path_factory.mktemp("vamp")
    run = quadpred("vamp", "install", "--path", folder, folder=folder)
    assert run.code == 0, run.messages
    return folder


@pytest.fixture(scope="session")
def library(vamp_folder):
    (library,) = (*vamp_folder.glob("*.so"), *vamp_folder.glob("*.dylib"))
    return library


@pytest.fixture(scope="session")
def host_program(tmp_path_factory):
    """The test host in C, compiled against Vamp's header."""
    program = tmp_path_factory.mktemp("host") / "host"
    command = ["cc", "-Wall", "-O2", HERE / "host.c", "-o", program, "-ldl", "-lpthread"]
    subprocess.run(command, check=True, timeout=HANG)
    return program


@pytest.fixture
def host(host_program, library, tmp_path):
    """Feed a signal: ``host(samples, rate, block)`` gives the features of each output.

    With another mode of the host, and a count where it takes one, gives its output.
    """

    def run(samples, rate, block=4096, mode="features", count=None, plugin=library):
        columns = samples.reshape(len(samples), -1)
        signal = tmp_path / "signal.raw"
        np.ascontiguousarray(columns, dtype=np.float32).tofile(signal)
        words = [host_program, mode, plugin, rate, columns.shape[1], block, signal]
        words += [] if count is None else [count]
        process = subprocess.run(
            [str(word) for word in words],
            capture_output=True,
            text=True,
            timeout=HANG,
            check=True,
        )
        return parse_features(process.stdout) if mode == "features" else process.stdout

    return run
