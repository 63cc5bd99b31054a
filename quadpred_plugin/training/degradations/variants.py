"""Fixed changes, by which the stability of a model is measured."""

import zlib
from dataclasses import replace

from quadpred_plugin.training.degradations.acoustics import gain, later, noise
from quadpred_plugin.training.degradations.codecs import coding
from quadpred_plugin.training.degradations.degradation import Degradation
from quadpred_plugin.training.degradations.dynamics import limiting
from quadpred_plugin.training.degradations.filters import (
    BRICK_WALL,
    low_passing,
    shelving_bass,
    shelving_treble,
)
from quadpred_plugin.training.degradations.resamplers import (
    given_at_chain_rate,
    lower_rate,
    resampling,
)


def _seed(name: str) -> int:
    return zlib.crc32(name.encode())


VARIANTS: dict[str, Degradation] = {
    one.name: one
    for one in (
        replace(resampling("scipy"), name="resampled by scipy"),
        replace(resampling("FFmpeg"), name="resampled by FFmpeg"),
        replace(resampling("soxr quick"), name="resampled by soxr quick"),
        given_at_chain_rate("scipy"),
        lower_rate(22050),
        replace(low_passing(7000, BRICK_WALL), name="low-pass 7 kHz"),
        shelving_treble(3),
        shelving_treble(-3),
        shelving_bass(3),
        shelving_bass(-3),
        replace(noise(False, -60, _seed("noise -60 dBFS")), name="noise -60 dBFS"),
        limiting(6),
        replace(coding("mp3", 128), name="mp3 128"),
        replace(coding("mp3", 64), name="mp3 64"),
        replace(coding("aac", 96), name="aac 96"),
        replace(coding("opus", 48), name="opus 48"),
        gain(-12),
        later(0.25),
    )
}
"""By name. *Resampled*: to 16 kHz and back; codecs in kbit/s, for one channel; white noise."""
