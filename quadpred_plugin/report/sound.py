"""Encode the audio of a file as a data URI, small enough for a page."""

import base64
import io
import os

import numpy as np

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.mixing import open_sound
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.failures import failures_as

# Every browser plays MP3, and its patents have expired. Mono, as the network's input.
MEDIA_TYPE = "audio/mpeg"
SAMPLE_RATE = 44100

# Bits per second, the highest first. The last one is the minimum of MPEG-1 Layer III.
BIT_RATES = (96_000, 64_000, 48_000, 32_000)

# Base64 encodes three bytes as four characters.
_BYTES_PER_BIT = 4 / 3 / 8


def choose_bit_rate(seconds: float, limit: int) -> int | None:
    """Return the highest bit rate at which the audio fits into a limit.

    Parameters
    ----------
    seconds : float
        Total duration of the audio.
    limit : int
        Maximum size in the page, bytes.

    Returns
    -------
    bit_rate : int or None
        Bits per second; None if the audio doesn't fit even at the lowest bit rate.

    Examples
    --------
    >>> choose_bit_rate(240, 4_000_000), choose_bit_rate(240, 3_000_000), choose_bit_rate(240, 0)
    (96000, 64000, None)
    """
    fitting = (rate for rate in BIT_RATES if seconds * rate * _BYTES_PER_BIT <= limit)
    return next(fitting, None)


def encode(source: str | os.PathLike[str], bit_rate: int) -> str:
    """Return the audio of a file as a data URI.

    Parameters
    ----------
    source : path
    bit_rate : int
        Bits per second; constant, so that seeking is exact.

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    with failures_as(lambda problem: AudioError(unreadable.not_processed(problem))):
        packed = _encode(source, bit_rate)
    return f"data:{MEDIA_TYPE};base64,{base64.b64encode(packed).decode()}"


def _encode(source: str | os.PathLike[str], bit_rate: int) -> bytes:
    import av

    packed = io.BytesIO()
    # Without name and version of the encoder, so that pages are reproducible.
    options = {"id3v2_version": "0", "fflags": "+bitexact"}
    with (
        open_sound(source, SAMPLE_RATE) as sound,
        av.open(packed, "w", format="mp3", options=options) as container,
    ):
        stream = container.add_stream(
            "libmp3lame",
            rate=SAMPLE_RATE,
            layout="mono",
            bit_rate=bit_rate,
            options={"flags": "+bitexact"},
        )
        for block in sound.blocks:
            if not len(block):
                continue
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block)[np.newaxis], format="fltp", layout="mono"
            )
            frame.sample_rate = SAMPLE_RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return packed.getvalue()
