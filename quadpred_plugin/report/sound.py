"""The sound of a file, made small enough to travel within a page."""

import base64
import io
from pathlib import Path

import numpy as np

from quadpred_plugin.audio.mixing import open_sound

# MP3 is what every browser plays; its patents have ended. Mono, as the network hears.
MEDIA_TYPE = "audio/mpeg"
SAMPLE_RATE = 44100

# Bits a second, the best first. MPEG-1's layer III knows no less than the last.
BIT_RATES = (96_000, 64_000, 48_000, 32_000)

# Base64 writes three bytes as four characters.
_GROWTH = 4 / 3 / 8


def choose_bit_rate(seconds: float, limit: int) -> int | None:
    """Return the highest bit rate at which a sound fits.

    Parameters
    ----------
    seconds : float
        Length of all that is to fit.
    limit : int
        Bytes that it may take in the page.

    Returns
    -------
    bit_rate : int or None
        Bits a second; None if it doesn't fit at the lowest either.

    Examples
    --------
    >>> choose_bit_rate(240, 4_000_000), choose_bit_rate(240, 3_000_000), choose_bit_rate(240, 0)
    (96000, 64000, None)
    """
    fitting = (rate for rate in BIT_RATES if seconds * rate * _GROWTH <= limit)
    return next(fitting, None)


def encode(path: Path, bit_rate: int) -> str:
    """Return a file's sound as a data URI.

    Parameters
    ----------
    path : Path
    bit_rate : int
        Bits a second, constant, so that seeking is exact.

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    import av

    packed = io.BytesIO()
    # Without the name and the version of what wrote it, so that a page is made alike twice.
    options = {"id3v2_version": "0", "fflags": "+bitexact"}
    with (
        open_sound(path, SAMPLE_RATE) as sound,
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
    return f"data:{MEDIA_TYPE};base64,{base64.b64encode(packed.getvalue()).decode()}"
