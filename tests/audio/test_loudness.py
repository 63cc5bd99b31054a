"""Loudness agrees with the test signals of EBU Tech 3341, in its tolerance of 0.1 LU."""

import numpy as np
import pytest

from quadpred_plugin.audio.loudness import integrated_loudness

RATE = 48000


def tone(decibels, seconds, rate=RATE, channels=2):
    """A sine of 1 kHz whose peak is at a level below full scale, in all channels."""
    times = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * 1000 * times)
    return np.repeat(wave.astype(np.float32)[:, np.newaxis], channels, axis=1)


def loudness(samples, rate=RATE, block=5000):
    blocks = (samples[start : start + block] for start in range(0, len(samples), block))
    return integrated_loudness(blocks, rate, samples.shape[1])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
)
def test_signals_of_ebu_tech_3341(parts, expected):
    samples = np.concatenate([tone(*part) for part in parts])
    assert loudness(samples) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 96000])
def test_other_rates(rate):
    assert loudness(tone(-23, 3, rate), rate) == pytest.approx(-23, abs=0.1)


def test_one_channel_counts_once():
    one = loudness(tone(-23, 3, channels=1))
    assert loudness(tone(-23, 3)) - one == pytest.approx(10 * np.log10(2), abs=0.02)


def test_it_does_not_depend_on_blocks():
    samples = np.random.default_rng(0).normal(0, 0.1, (3 * RATE, 2)).astype(np.float32)
    assert loudness(samples, block=len(samples)) == pytest.approx(
        loudness(samples, block=777), abs=0.002
    )


@pytest.mark.parametrize("samples", [tone(-23, 0.3), 0 * tone(-23, 3), np.zeros((0, 2))])
def test_short_and_silent_signals_have_none(samples):
    assert loudness(samples) is None
