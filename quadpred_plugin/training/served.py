"""Audio as users' files are served: through the resampler that takes 44.1 and 48 kHz to the chain.

The resampler's filter begins to fall at 7.3 kHz. Audio that is stored at the chain's rate never
passes it, and networks that were trained on such audio change their answer for users' files.
Whatever is trained on, cached or scored is therefore opened here. Higher rates than the chain's
need no step more: from 22.05, 32, 44.1 and 48 kHz the same filter is passed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.decoding import Decoder, open_decoder
from quadpred_plugin.audio.mixing import Mixer, Sound, sound_from_decoder

USERS_RATE = 44100
"""Hz; the rate of most of users' files."""

CACHE_FOLDER = "as-served"
"""Of everything computed from audio, below ``cache``: audio opened otherwise gave other files."""


@contextmanager
def open_served(source: str | os.PathLike[str], sample_rate: int) -> Iterator[Sound]:
    """Open an audio file like `mixing.open_sound`, but never past the resampler.

    Parameters
    ----------
    source : path
    sample_rate : int
        The chain's rate, Hz. Audio of this rate or a lower one is taken to 44.1 kHz first.

    Yields
    ------
    sound : Sound

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    with open_decoder(source) as decoder:
        served = decoder if decoder.sample_rate > sample_rate else at_users_rate(decoder)
        yield sound_from_decoder(served, sample_rate)


def read_at_users_rate(source: str | os.PathLike[str]) -> NDArray[np.float32]:
    """Return a file's samples as a user's file would have them.

    Returns
    -------
    samples : ndarray of float32, shape (samples,)
        One channel at 44.1 kHz, clipped to full scale.

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    with open_decoder(source) as decoder:
        blocks = [block[:, 0] for block in at_users_rate(decoder).blocks]
    # Once more, since a resampler overshoots.
    return np.clip(np.concatenate(blocks), -1, 1) if blocks else np.zeros(0, np.float32)


def at_users_rate(decoder: Decoder) -> Decoder:
    """Return a decoder's sound as one channel at 44.1 kHz, in blocks."""
    return Decoder(USERS_RATE, 1, _resampled(decoder), decoder.declared_seconds, decoder.complaints)


def _resampled(decoder: Decoder) -> Iterator[NDArray[np.float32]]:
    import soxr

    # Of one rate: clips and takes the mean of the channels.
    mixer = Mixer(USERS_RATE, USERS_RATE)
    stream = None
    if decoder.sample_rate != USERS_RATE:
        stream = soxr.ResampleStream(decoder.sample_rate, USERS_RATE, 1, "float32", "VHQ")
    for block in decoder.blocks:
        mono = mixer.process(block)
        yield (stream.resample_chunk(mono) if stream else mono)[:, np.newaxis]
    if stream:
        yield stream.resample_chunk(np.zeros(0, np.float32), last=True)[:, np.newaxis]
