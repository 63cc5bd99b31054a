"""The example programs run and print the predictions of the library."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

import quadpred_plugin as qp
from tests.limits import HANG

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_essentia_network():
    audio = EXAMPLES / "audio" / "q3_sadness.ogg"
    run = subprocess.run(
        [sys.executable, EXAMPLES / "essentia_network.py", audio],
        capture_output=True,
        text=True,
        timeout=HANG,
        # Without this process' setting that silences TensorFlow.
        env={name: value for name, value in os.environ.items() if not name.startswith("TF_")},
        check=True,
    )
    assert run.stderr == ""
    header, *lines = run.stdout.splitlines()
    assert header.startswith("time")
    rows = np.array([line.split() for line in lines], dtype=float)
    prediction = qp.predict(audio, hop=0.32)
    # The loader uses another resampler than soxr, and drops the last samples.
    assert abs(len(rows) - len(prediction)) <= 1
    shared = min(len(rows), len(prediction))
    np.testing.assert_allclose(rows[:shared, 0], prediction.times[:shared], atol=0.01)
    np.testing.assert_allclose(rows[:shared, 1:5], prediction.quadrants[:shared], atol=0.1)


def test_real_time():
    samples, rate = soundfile.read(EXAMPLES / "audio" / "q2_anger.ogg", always_2d=True)
    mono = soxr.resample(samples.mean(axis=1), rate, 16000).astype("<f4")[: 16000 * 13]
    run = subprocess.run(
        [sys.executable, EXAMPLES / "real_time.py"],
        input=mono.tobytes(),
        capture_output=True,
        timeout=HANG,
        check=True,
    )
    rows = np.array([line.split() for line in run.stdout.decode().splitlines()], dtype=float)
    # Every half second, from the first complete patch on.
    assert rows[:, 0] == pytest.approx(np.arange(1.0, 13.01, 0.5))
    last = mono[-10 * 16000 :]
    prediction = qp.predict((last[len(last) % (31 * 512) :], 16000))
    # The last frame of the last patch is padded with zeros.
    assert rows[-1, 1:5] == pytest.approx(prediction.quadrants[-1], abs=0.006)
    assert rows[-1, 5] == pytest.approx(prediction.arousal[-1], abs=0.006)
