"""Test signals."""

from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 16000
EXAMPLES = Path(__file__).parent.parent / "examples" / "audio"


def noise(seconds: float, seed: int = 0, rate: int = RATE) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    return (0.2 * random.standard_normal(round(seconds * rate))).astype(np.float32)


def gated_noise(seconds: float) -> NDArray[np.float32]:
    """Noise in the first half, digital silence in the second."""
    signal = noise(seconds, seed=1)
    signal[len(signal) // 2 :] = 0
    return signal


def clicks(seconds: float) -> NDArray[np.float32]:
    signal = np.zeros(round(seconds * RATE), dtype=np.float32)
    signal[::4000] = 0.9
    return signal


def brown_noise(seconds: float) -> NDArray[np.float32]:
    """Noise whose spectrum falls by 6 dB per octave, roughly as that of music."""
    spectrum = np.fft.rfft(noise(seconds, seed=2).astype(np.float64))
    spectrum /= np.maximum(np.arange(len(spectrum)), 50)
    signal = np.fft.irfft(spectrum)
    return (0.8 * signal / np.abs(signal).max()).astype(np.float32)


def fading_noise(seconds: float) -> NDArray[np.float32]:
    """Noise that fades out by 60 dB."""
    signal = noise(seconds, seed=3)
    return signal * np.logspace(0, -3, len(signal)).astype(np.float32)


def sine(seconds: float, frequency: float = 440.0, rate: int = RATE) -> NDArray[np.float32]:
    times = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * frequency * times)).astype(np.float32)


def sweep(seconds: float) -> NDArray[np.float32]:
    times = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * (50 * times + 700 * times**2))).astype(np.float32)


def example(name: str) -> NDArray[np.float32]:
    """An example piece, mono at 16 kHz, read with soundfile and soxr only."""
    samples, rate = soundfile.read(EXAMPLES / f"{name}.ogg", dtype="float32", always_2d=True)
    mono = np.clip(samples, -1, 1).mean(axis=1)
    return soxr.resample(mono, rate, RATE).astype(np.float32)
