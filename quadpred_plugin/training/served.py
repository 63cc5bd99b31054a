"""Audio as users' files are served: through the resampler that takes 44.1 and 48 kHz to the chain.

The resampler's filter begins to fall at 7.4 kHz. Audio that is stored at the chain's rate never
passes it, and networks that were trained on such audio change their answer for users' files.
Whatever is trained on, cached or scored is therefore opened here, where audio of the chain's rate
is taken to 44.1 kHz first. Other rates pass the same filter as they are.

A resampler would add its own roll-off below 8 kHz on that way: soxr's best lowers the highest band
of 4Q's copies by 1.9 ln below that of the full-band files, instead of the 2.0 above without any.
So the rate is doubled before, by a filter that falls within 40 Hz around 8 kHz. The highest band
of the copies is then 0.3 ln below.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.decoder import Decoder
from quadpred_plugin.audio.decoding import open_decoder
from quadpred_plugin.audio.mixing import Mixer, Sound, sound_from_decoder

USERS_RATE = 44100
"""Hz; the rate of most of users' files."""

VERSION = 1
"""Raised when audio is opened otherwise: what was computed from it before doesn't count."""

CACHE_FOLDER = f"as-served-{VERSION}"
"""Of everything computed from audio, below ``cache``."""

# Samples on each side of a value between two, and the window that gives -80 dB.
_REACH, _KAISER_BETA = 1024, 7.9


@contextmanager
def open_served(source: str | os.PathLike[str], sample_rate: int) -> Iterator[Sound]:
    """Open an audio file like `mixing.open_sound`, always through the resampler.

    Parameters
    ----------
    source : path
    sample_rate : int
        The chain's rate, Hz. Audio of this rate is taken to 44.1 kHz first.

    Yields
    ------
    sound : Sound

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    with open_decoder(source) as decoder:
        same = decoder.sample_rate == sample_rate
        served = at_users_rate(decoder) if same else decoder
        yield sound_from_decoder(served, sample_rate)


def read_mono(source: str | os.PathLike[str]) -> tuple[NDArray[np.float32], int]:
    """Return a file's samples at its own rate.

    Returns
    -------
    samples : ndarray of float32, shape (samples,)
        The mean of the channels, clipped to full scale.
    rate : int
        Hz.

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    with open_decoder(source) as decoder:
        blocks = list(_mono(decoder))
        return _joined(blocks), round(decoder.sample_rate)


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
    return np.clip(_joined(blocks), -1, 1)


def at_users_rate(decoder: Decoder) -> Decoder:
    """Return a decoder's sound as one channel at 44.1 kHz, in blocks."""
    return Decoder(USERS_RATE, 1, _resampled(decoder), decoder.account)


def _resampled(decoder: Decoder) -> Iterator[NDArray[np.float32]]:
    import soxr

    if decoder.sample_rate == USERS_RATE:
        yield from (mono[:, np.newaxis] for mono in _mono(decoder))
        return
    rate, blocks = decoder.sample_rate, _mono(decoder)
    if rate < USERS_RATE / 2:
        rate, blocks = 2 * rate, double_rate(blocks)
    stream = soxr.ResampleStream(rate, USERS_RATE, 1, "float32", "VHQ")
    for mono in blocks:
        yield stream.resample_chunk(mono)[:, np.newaxis]
    yield stream.resample_chunk(_joined([]), last=True)[:, np.newaxis]


def double_rate(blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Double the rate of a signal: its samples, and values between them by a windowed sinc.

    Parameters
    ----------
    blocks : iterable of ndarray of float32, shape (samples,)

    Yields
    ------
    block : ndarray of float32, shape (samples,)
        Together twice as many samples. The pass band ends 0.25 % below the Nyquist frequency of
        the blocks, and the stop band, of -80 dB, begins as far above it.
    """
    from scipy.signal import oaconvolve

    places = np.arange(-_REACH, _REACH) + 0.5
    taps = np.sinc(places) * np.kaiser(2 * _REACH, _KAISER_BETA)
    taps = (taps / taps.sum()).astype(np.float32)
    waiting = np.zeros(_REACH - 1, np.float32)
    for block in chain(blocks, [np.zeros(_REACH, np.float32)]):
        waiting = np.concatenate([waiting, block])
        count = len(waiting) - (2 * _REACH - 1)
        if count > 0:
            doubled = np.empty((count, 2), np.float32)
            doubled[:, 0] = waiting[_REACH - 1 :][:count]
            doubled[:, 1] = oaconvolve(waiting, taps, "valid")
            yield doubled.ravel()
            waiting = waiting[count:]


def _mono(decoder: Decoder) -> Iterator[NDArray[np.float32]]:
    # From one rate to the same: it clips, and takes the mean of the channels.
    mixer = Mixer(USERS_RATE, USERS_RATE)
    yield from map(mixer.process, decoder.blocks)


def _joined(blocks: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate([np.zeros(0, np.float32), *blocks])
