"""Mix the players of a piece: timing, panning, room and final volume."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .instruments import Voice
from .score import Note, Pulse, perform
from .sound import (
    SAMPLE_RATE,
    Signal,
    above,
    below,
    decay,
    filtered,
    noise,
    sample_count,
    times,
    transform_length,
)


class Stage:
    """Players of one piece and their mix.

    Parameters
    ----------
    seconds : float
        Length of the piece with its last echo.
    pulse : Pulse
        Tempo that all players share.
    seed : int
        Seed of all random details.
    """

    def __init__(self, seconds: float, pulse: Pulse, seed: int) -> None:
        self._count = sample_count(seconds)
        self._pulse = pulse
        self._generator = np.random.default_rng(seed)
        self._direct = np.zeros((2, self._count))
        self._send = np.zeros((2, self._count))

    def track(
        self, notes: Iterable[Note], voice: Voice, looseness: float, articulation: float = 1.0
    ) -> Signal:
        """Record one player.

        Parameters
        ----------
        notes : iterable of Note
            In beats.
        voice : callable
            Instrument.
        looseness, articulation : float
            See `score.perform`.

        Returns
        -------
        ndarray, shape (samples,)
        """
        recording = np.zeros(self._count)
        for note in perform(notes, self._pulse, self._generator, looseness, articulation):
            first = round(note.onset * SAMPLE_RATE)
            sound = voice(note, self._generator)[: max(0, self._count - first)]
            recording[first : first + len(sound)] += sound
        return recording

    def place(self, recording: Signal, volume: float, position: float, echo: float) -> None:
        """Add a recording to the mix.

        Parameters
        ----------
        recording : ndarray, shape (samples,)
        volume : float
            Root mean square of the recording without its pauses, in dB relative to full scale.
        position : float
            From -1, left, to 1, right, at constant power.
        echo : float
            Share sent to the room, 0 to 1.
        """
        # Pauses don't count, or a part with many rests would become louder.
        power = recording**2
        sounding = np.count_nonzero(power > 1e-6 * power.max())
        gain = 10.0 ** (volume / 20.0) / np.sqrt(power.sum() / sounding)
        angle = 0.25 * np.pi * (position + 1.0)
        for side, share in enumerate((np.cos(angle), np.sin(angle))):
            placed = np.sqrt(2.0) * share * gain * recording
            self._direct[side] += placed
            if echo > 0.0:
                self._send[side] += echo * placed

    def mixed(self, reverberation: float, damping: float) -> NDArray[np.float64]:
        """Mix with its room.

        Parameters
        ----------
        reverberation : float
            Seconds in which the echo falls by 60 dB.
        damping : float
            Frequency in Hz above which the walls absorb the echo.

        Returns
        -------
        ndarray, shape (samples, 2)
        """
        sides = [
            self._direct[side] + self._echo(self._send[side], reverberation, damping)
            for side in (0, 1)
        ]
        # Overdriven parts have an offset, and inaudible frequencies use up headroom.
        return np.stack([filtered(side, above(25.0)) for side in sides], axis=1)

    def _echo(self, send: Signal, reverberation: float, damping: float) -> Signal:
        """Return the echo on one side, random for each call, which widens the stereo image."""
        count = sample_count(reverberation)
        # 60 dB are 6.9 time constants.
        walls = noise(count, self._generator) * decay(count, reverberation / 6.9)
        walls *= np.clip(times(count) / 0.02, 0.0, 1.0)
        walls = filtered(walls, below(damping), above(120.0))
        walls /= np.sqrt(np.sum(walls**2))
        length = transform_length(self._count + count)
        spectrum = np.fft.rfft(send, length) * np.fft.rfft(walls, length)
        return np.fft.irfft(spectrum, length)[: self._count]


def compressed(mix: NDArray[np.float64], threshold: float, ratio: float) -> NDArray[np.float64]:
    """Compress the loud parts of a mix.

    Parameters
    ----------
    mix : ndarray, shape (samples, 2)
    threshold : float
        Root mean square in dB re full scale above which the gain falls.
    ratio : float
        Input dB per output dB above the threshold.

    Returns
    -------
    ndarray, shape (samples, 2)
    """
    window = sample_count(0.03)
    # Centred, so that the gain falls before an attack.
    power = np.pad(np.mean(mix**2, axis=1), (window // 2 + 1, window - window // 2 - 1))
    total = np.cumsum(power)
    # Rounding can make the power of silence slightly negative.
    amplitude = np.sqrt(np.maximum(total[window:] - total[:-window], 0.0) / window)
    over = np.maximum(amplitude / 10.0 ** (threshold / 20.0), 1.0)
    return mix * (over ** (1.0 / ratio - 1.0))[:, np.newaxis]


def mastered(mix: NDArray[np.float64], drive: float, peak: float) -> NDArray[np.float64]:
    """Limit a mix and set its peak.

    Parameters
    ----------
    mix : ndarray, shape (samples, 2)
    drive : float
        Gain in dB before a soft limiter at full scale; low values don't change the mix.
    peak : float
        Largest sample of the result, in dB re full scale.

    Returns
    -------
    ndarray, shape (samples, 2)
        With the last half second faded out.
    """
    limited = np.tanh(mix * 10.0 ** (drive / 20.0))
    fade = np.clip((len(mix) - np.arange(len(mix))) / sample_count(0.5), 0.0, 1.0)
    limited *= fade[:, np.newaxis]
    return limited * (10.0 ** (peak / 20.0) / np.abs(limited).max())
