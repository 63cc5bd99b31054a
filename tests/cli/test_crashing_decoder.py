"""A decoder that crashes in native code, or loops endlessly, costs its file alone."""

import os
import subprocess
import sys

import pytest
import soundfile

from checks.soak.runs import crash
from tests.conftest import importing_at_start
from tests.limits import HANG


@pytest.fixture(scope="module")
def long(tmp_path_factory, noise):
    """A file that keeps its process busy long enough to be met."""
    path = tmp_path_factory.mktemp("long") / "long.wav"
    samples = noise(60)
    with soundfile.SoundFile(path, "w", 16000, 1, "PCM_16") as file:
        for _ in range(30):
            file.write(samples)
    return path


def test_a_single_file_whose_decoder_crashes_is_a_row(long, start_quadpred):
    process = start_quadpred("predict", "-q", "--format", "csv", long.name, folder=long.parent)
    assert crash(process, long) == 2
    output, messages = process.communicate(timeout=HANG)
    _, row = output.decode().splitlines()
    assert row.startswith("long.wav,")
    assert ",error," in row
    assert "crashed the decoder or the network" in messages.decode()
    assert "Traceback" not in messages.decode()
    assert process.returncode == 1


# Python imports it when it starts, also in worker processes.
CIRCLE = """
import os, re
from quadpred_plugin.audio import decoding

def circle(*_):
    re.match("(a+)+b", "a" * 64)

if os.environ["WHERE"] == "opening":
    decoding.read_chunks = circle
else:
    decoding._open = lambda *_: (decoding.Decoder(16000, 1, iter(circle, None)), None)
"""

PREDICT = """
import resource, sys
from quadpred_plugin.batch import workers
from quadpred_plugin.model.registry import find_model

# Limits the processor time if the stall limit fails.
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
workers.STALL_SECONDS = 0.5
for one in workers.predict_in_processes(find_model(), sys.argv[1:], None, 1):
    print(one.status)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)
"""


@pytest.mark.parametrize("where", ["opening", "reading"])
def test_a_decoder_that_goes_round_in_a_circle_is_a_row(where, tmp_path, noise):
    soundfile.write(tmp_path / "noise.wav", noise(1), 16000)
    environment = importing_at_start(CIRCLE, tmp_path / "circle")
    run = subprocess.run(
        [sys.executable, "-c", PREDICT, tmp_path / "noise.wav"],
        env={**os.environ, **environment, "WHERE": where},
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    status, seconds = run.stdout.split()
    assert status == "error"
    # Twice half a second, and what it takes to load the model twice.
    assert float(seconds) < 15
