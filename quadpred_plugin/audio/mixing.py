"""Convert audio to the chain's samples: clip, mix to mono, resample."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.decoder import Decoder, join_blocks
from quadpred_plugin.audio.decoding import open_decoder
from quadpred_plugin.errors import AudioError

# Minimum block size: bands of many frames at once take less time per frame.
_MINIMUM_SAMPLES = 1 << 19
# Share of clipped samples that is reported. Decoded MP3 of loud music exceeds full scale in
# single samples; samples that weren't divided by their full scale do so almost everywhere.
HEAVY_CLIPPING = 0.01


class Mixer:
    """Clips each channel to full scale, averages the channels and resamples the mean.

    The published systems' 16-bit decoding clips too, which changes the peak. Samples that
    aren't finite are replaced by zero and counted. The result doesn't depend on how the
    samples are cut into blocks.

    Parameters
    ----------
    sample_rate : float
        Rate of the input, Hz.
    target_rate : int
        Rate of the output, Hz.
    """

    def __init__(self, sample_rate: float, target_rate: int) -> None:
        self._resampler = None
        if sample_rate != target_rate:
            import soxr

            self._resampler = soxr.ResampleStream(
                sample_rate, target_rate, 1, dtype="float32", quality="HQ"
            )
        self.not_finite = 0
        self._samples = 0
        self._clipped = 0
        self._largest = 0.0

    @property
    def warnings(self) -> list[str]:
        """Sentences on the samples so far that follow the source's name."""
        found = []
        if self.not_finite:
            found.append(
                f"{self.not_finite} samples were not numbers (NaN or infinite) and were read as "
                "zero."
            )
        if self._clipped > HEAVY_CLIPPING * self._samples:
            found.append(
                f"{self._clipped / self._samples:.0%} of the samples exceed full scale, which is "
                f"1, and were clipped; the largest is {self._largest:.4g}."
            )
        return found

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples and return the output that they complete.

        Parameters
        ----------
        block : ndarray of float32, shape (samples, channels)

        Returns
        -------
        mono : ndarray of float32, shape (samples,)
        """
        # The extrema show whether the block must be repaired; with a NaN, both are NaN.
        lowest, highest = block.min(initial=0), block.max(initial=0)
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            finite = np.isfinite(block)
            self.not_finite += int(block.size - np.count_nonzero(finite))
            block = np.where(finite, block, np.float32(0))
        self._samples += block.size
        if not (lowest >= -1 and highest <= 1):
            magnitudes = np.abs(block)
            self._clipped += int(np.count_nonzero(magnitudes > 1))
            self._largest = max(self._largest, float(magnitudes.max()))
            block = np.clip(block, -1.0, 1.0)
        first, *others = block.T
        # Channels are added one by one: mean() is slow along a short axis.
        mono = first + others[0] if others else first.copy()
        for channel in others[1:]:
            mono += channel
        mono /= np.float32(block.shape[1])
        return mono if self._resampler is None else self._resampler.resample_chunk(mono)

    def finish(self) -> NDArray[np.float32]:
        """Return the samples left in the resampler."""
        nothing = np.zeros(0, dtype=np.float32)
        if self._resampler is None:
            return nothing
        return self._resampler.resample_chunk(nothing, last=True)


@dataclass
class Sound:
    """Mono samples at the chain's rate, in blocks that can be read once.

    Attributes
    ----------
    blocks : iterator of ndarray of float32, shape (samples,)
    source_rate : float
        The source's own rate, Hz.
    seconds : float
        Length of the source at its own rate; complete after the last block.
    partial : bool
        Whether a part of the source that counts couldn't be decoded (`Account.judge`);
        complete after the last block.
    warnings : list of str
        Problems of the source; complete after the last block. Each is a sentence without
        its subject, the source's name.
    """

    blocks: Iterator[NDArray[np.float32]]
    source_rate: float
    seconds: float = 0.0
    partial: bool = False
    warnings: list[str] = field(default_factory=list)


@contextmanager
def open_sound(
    source: str | os.PathLike[str], sample_rate: int, stream: int | None = None
) -> Iterator[Sound]:
    """Open an audio file as mono blocks at the chain's rate.

    Parameters
    ----------
    source : path
        As for `decoding.open_decoder`.
    sample_rate : int
        The chain's rate, Hz.
    stream : int, optional
        As for `decoding.open_decoder`.

    Yields
    ------
    sound : Sound

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    with open_decoder(source, stream) as decoder:
        yield sound_from_decoder(decoder, sample_rate)


def sound_from_decoder(decoder: Decoder, sample_rate: int) -> Sound:
    """Convert what a decoder yields to mono blocks at the chain's rate, Hz."""
    sound = Sound(iter(()), decoder.sample_rate)
    sound.blocks = join_blocks(_mix(decoder, sample_rate, sound), _MINIMUM_SAMPLES)
    return sound


def sound_from_samples(samples: NDArray[np.floating], rate: float, sample_rate: int) -> Sound:
    """Convert an array to mono blocks at the chain's rate, like an audio file.

    Parameters
    ----------
    samples : ndarray, shape (samples,) or (samples, channels)
        Full scale is 1; larger values are clipped.
    rate : float
        Rate of the samples, Hz.
    sample_rate : int
        The chain's rate, Hz.

    Returns
    -------
    sound : Sound

    Raises
    ------
    AudioError
        If the array has another number of dimensions, more channels than samples, or isn't
        floating point, or if the rate isn't positive.
    """
    try:
        array = np.asarray(samples)
    except ValueError as error:
        raise AudioError(f"Samples must be an array: {error}.") from error
    if array.ndim not in (1, 2):
        raise AudioError(f"Samples must have one or two dimensions, not {array.ndim}.")
    if array.ndim == 2 and array.shape[1] == 0:
        raise AudioError("Samples have no channels.")
    if array.ndim == 2 and array.shape[1] > len(array) > 0:
        raise AudioError(
            f"Samples have the shape (samples, channels); {len(array)} samples of "
            f"{array.shape[1]} channels are taken to be the other way round, as librosa has them: "
            "give samples.T."
        )
    if not np.issubdtype(array.dtype, np.floating):
        raise AudioError(
            f"Samples must be floating point with full scale 1, not {array.dtype}; divide "
            "integers by their full scale, 32768 for 16 bits."
        )
    if not 0 < rate < float("inf"):
        raise AudioError(f"A sample rate of {rate} Hz is not possible.")
    columns = (array if array.ndim == 2 else array[:, np.newaxis]).astype(np.float32, copy=False)
    size = 1 << 16
    blocks = (columns[start : start + size] for start in range(0, len(columns), size))
    return sound_from_decoder(Decoder(rate, columns.shape[1], blocks), sample_rate)


def _mix(decoder: Decoder, sample_rate: int, sound: Sound) -> Iterator[NDArray[np.float32]]:
    mixer = Mixer(decoder.sample_rate, sample_rate)
    frames = 0
    for block in decoder.blocks:
        frames += len(block)
        yield mixer.process(block)
    yield mixer.finish()
    sound.seconds = frames / decoder.sample_rate
    sound.partial, warnings = decoder.account.judge(sound.seconds)
    sound.warnings.extend(warnings + mixer.warnings)
