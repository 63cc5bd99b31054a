"""Resampling to a lower rate by other resamplers than the program's, and back."""

from collections.abc import Callable, Mapping
from functools import partial
from math import gcd

import numpy as np

from quadpred_plugin.training.degradations.degradation import (
    Degradation,
    Samples,
    clipped,
    of_length,
    resampled,
)

CHAIN_RATE = 16000
_SOXR_RATES = (22050, 24000, 32000)


def by_scipy(samples: Samples, rate: int, target_rate: int) -> Samples:
    """Resample by scipy's polyphase filter, whose -6 dB are at the lower Nyquist frequency."""
    from scipy.signal import resample_poly

    common = gcd(rate, target_rate)
    return np.asarray(resample_poly(samples, target_rate // common, rate // common))


def by_linear_interpolation(samples: Samples, rate: int, target_rate: int) -> Samples:
    """Resample by linear interpolation: what lies above the new rate is folded down."""
    times = np.arange(len(samples) * target_rate // rate) * (rate / target_rate)
    return np.interp(times, np.arange(len(samples)), samples).astype(np.float32)


def by_soxr_quick(samples: Samples, rate: int, target_rate: int) -> Samples:
    """Resample by soxr's cubic interpolation."""
    import soxr

    return np.asarray(soxr.resample(samples, rate, target_rate, "QQ"))


def by_soxr_low(samples: Samples, rate: int, target_rate: int) -> Samples:
    """Resample by soxr's low quality, whose filter falls early."""
    import soxr

    return np.asarray(soxr.resample(samples, rate, target_rate, "LQ"))


def by_soxr(samples: Samples, rate: int, target_rate: int) -> Samples:
    """Resample by soxr's high quality, as the program does."""
    import soxr

    return np.asarray(soxr.resample(samples, rate, target_rate, "HQ"))


def by_ffmpeg(samples: Samples, rate: int, target_rate: int) -> Samples:
    """Resample by FFmpeg's libswresample with its default settings."""
    import av

    frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="fltp", layout="mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler("fltp", "mono", target_rate)
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([one.to_ndarray()[0] for one in frames])


RESAMPLERS: Mapping[str, Callable[[Samples, int, int], Samples]] = {
    "scipy": by_scipy,
    "linear interpolation": by_linear_interpolation,
    "soxr quick": by_soxr_quick,
    "soxr low": by_soxr_low,
    "FFmpeg": by_ffmpeg,
}
"""Resample samples from a rate to another, Hz."""


def there_and_back(
    resample: Callable[[Samples, int, int], Samples],
    lower_rate: int,
    samples: Samples,
    rate: int,
) -> Samples:
    """Resample to a lower rate, and back by soxr at its best quality.

    Parameters
    ----------
    resample : callable
        Of `RESAMPLERS`.
    lower_rate : int
        Hz.
    samples : Samples
    rate : int
        Hz.
    """
    if not len(samples):
        return samples
    lower = clipped(resample(samples, rate, lower_rate))
    return clipped(of_length(resampled(lower, lower_rate, rate), len(samples)))


def resampling(name: str) -> Degradation:
    """Return resampling to 16 kHz by a resampler of `RESAMPLERS`."""
    change = partial(there_and_back, RESAMPLERS[name], CHAIN_RATE)
    return Degradation(f"16 kHz by {name}", change)


def given_at_chain_rate(name: str) -> Degradation:
    """Return resampling to 16 kHz by a resampler of `RESAMPLERS`, instead of the program's."""
    change = partial(_to_chain_rate, RESAMPLERS[name])
    return Degradation(f"given at 16 kHz by {name}", change, rate=CHAIN_RATE)


def _to_chain_rate(
    resample: Callable[[Samples, int, int], Samples], samples: Samples, rate: int
) -> Samples:
    return clipped(resample(samples, rate, CHAIN_RATE))


def lower_rate(rate: int) -> Degradation:
    """Return resampling to a rate, Hz, by soxr."""
    return Degradation(f"{rate / 1000:g} kHz", partial(there_and_back, by_soxr, rate))


def draw(random: np.random.Generator) -> Degradation:
    """Return a random resampler to 16 kHz, or one of the usual lower rates."""
    names = tuple(RESAMPLERS)
    choice = int(random.integers(len(names) + 1))
    if choice < len(names):
        return resampling(names[choice])
    return lower_rate(int(random.choice(_SOXR_RATES)))
