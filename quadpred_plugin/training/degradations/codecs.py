"""Lossy codecs, by their real encoders and decoders, in memory."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from quadpred_plugin.training.degradations.degradation import (
    Degradation,
    Samples,
    clipped,
    of_length,
    resampled,
)

# Samples per frame passed to an encoder; encoders with frames of their own size cut it.
_BLOCK = 1 << 14


@dataclass(frozen=True)
class Codec:
    """An encoder of FFmpeg and the container that keeps its delay.

    Attributes
    ----------
    encoder, container : str
        FFmpeg's names.
    sample_format : str
        FFmpeg's name; one channel, so that planar and packed are alike.
    rates : tuple of int
        Rates that it takes, Hz; other sound is resampled to the first of them.
    """

    encoder: str
    container: str
    sample_format: str
    rates: tuple[int, ...]


CODECS: Mapping[str, Codec] = {
    "mp3": Codec("libmp3lame", "mp3", "fltp", (44100, 48000)),
    "aac": Codec("aac", "mp4", "fltp", (44100, 48000)),
    "opus": Codec("libopus", "ogg", "flt", (48000,)),
}
BIT_RATES = {"mp3": (64, 96, 128, 192), "aac": (64, 96, 128), "opus": (24, 48, 96)}
"""Usual kbit/s by codec, for one channel."""

VARIABLE_QUALITIES = (2, 4, 6)
"""LAME's ``-V``."""


def code(
    name: str, bit_rate: int | None, quality: int | None, samples: Samples, rate: int
) -> Samples:
    """Encode samples, decode them, and remove the codec's delay.

    Parameters
    ----------
    name : str
        Of `CODECS`.
    bit_rate : int or None
        kbit/s; None for a variable one.
    quality : int or None
        LAME's quality of a variable bit rate, 0 (best) to 9.
    samples : Samples
    rate : int
        Hz.

    Returns
    -------
    samples : Samples
        Of the same length.
    """
    if not len(samples):
        return samples
    codec = CODECS[name]
    coded_rate = rate if rate in codec.rates else codec.rates[0]
    encoded = _encode(codec, bit_rate, quality, resampled(samples, rate, coded_rate), coded_rate)
    decoded = clipped(np.concatenate([*_decode(encoded), np.zeros(0, np.float32)]))
    return clipped(of_length(resampled(decoded, coded_rate, rate), len(samples)))


def _encode(
    codec: Codec, bit_rate: int | None, quality: int | None, samples: Samples, rate: int
) -> io.BytesIO:
    import av

    target = io.BytesIO()
    with av.open(target, "w", format=codec.container) as container:
        stream = container.add_stream(codec.encoder, rate=rate, layout="mono")
        stream.format = codec.sample_format
        # Results must not depend on the number of processor cores.
        stream.thread_count = 1
        if bit_rate is not None:
            stream.bit_rate = 1000 * bit_rate
        if quality is not None:
            stream.codec_context.qscale = True
            stream.codec_context.global_quality = quality
        for start in range(0, len(samples), _BLOCK):
            block = np.ascontiguousarray(samples[np.newaxis, start : start + _BLOCK])
            frame = av.AudioFrame.from_ndarray(block, codec.sample_format, "mono")
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    target.seek(0)
    return target


def _decode(encoded: io.BytesIO) -> Iterator[Samples]:
    import av

    with av.open(encoded) as container:
        for frame in container.decode(audio=0):
            yield frame.to_ndarray().ravel().astype(np.float32, copy=False)


def coding(name: str, bit_rate: int) -> Degradation:
    """Return a codec of `CODECS` with a bit rate, kbit/s, for one channel."""
    return Degradation(f"{name} {bit_rate} kbit/s", partial(code, name, bit_rate, None))


def variable_mp3(quality: int) -> Degradation:
    """Return MP3 of a variable bit rate."""
    return Degradation(f"mp3 V{quality}", partial(code, "mp3", None, quality))


def draw(random: np.random.Generator) -> Degradation:
    """Return a random codec with one of its usual bit rates."""
    name = str(random.choice(tuple(CODECS)))
    choice = int(random.integers(len(BIT_RATES[name]) + (name == "mp3")))
    if choice == len(BIT_RATES[name]):
        return variable_mp3(int(random.choice(VARIABLE_QUALITIES)))
    return coding(name, BIT_RATES[name][choice])
