"""The example programs run, and say what the library says."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import quadpred_plugin as qp

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_essentia_network():
    audio = EXAMPLES / "audio" / "q4_calm.ogg"
    run = subprocess.run(
        [sys.executable, EXAMPLES / "essentia_network.py", audio],
        capture_output=True,
        text=True,
        timeout=120,
        # Without what this process has set to keep Essentia quiet.
        env={name: value for name, value in os.environ.items() if not name.startswith("TF_")},
        check=True,
    )
    assert run.stderr == ""
    header, *lines = run.stdout.splitlines()
    assert header.startswith("time")
    rows = np.array([line.split() for line in lines], dtype=float)
    prediction = qp.predict(audio, hop=0.32)
    # The loader resamples otherwise than soxr, and its last samples are lost.
    assert abs(len(rows) - len(prediction)) <= 1
    shared = min(len(rows), len(prediction))
    np.testing.assert_allclose(rows[:shared, 0], prediction.times[:shared], atol=0.01)
    np.testing.assert_allclose(rows[:shared, 1:5], prediction.quadrants[:shared], atol=0.1)
