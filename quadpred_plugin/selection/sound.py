"""Loudness of a stimulus, and its audio as a file of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.decoder import Decoder
from quadpred_plugin.audio.decoding import open_decoder
from quadpred_plugin.audio.loudness import integrated_loudness
from quadpred_plugin.errors import AudioError
from quadpred_plugin.selection.candidates import Candidate
from quadpred_plugin.system.failures import failures_as
from quadpred_plugin.system.files import write_atomically

SUFFIX = ".wav"
# Holds samples of 16 and of 24 bits exactly, and programs for experiments play it.
_SUBTYPE = "PCM_24"


def measure_level(candidate: Candidate) -> float | None:
    """Return the integrated loudness of a candidate after EBU R 128.

    Parameters
    ----------
    candidate : Candidate

    Returns
    -------
    level : float or None
        LUFS, as `loudness.integrated_loudness`.

    Raises
    ------
    AudioError
        If the file can't be read as far as the candidate's end; the rest of a sentence that
        begins with the file's name.
    """
    with _open(candidate) as (decoder, blocks):
        return integrated_loudness(blocks, decoder.sample_rate, decoder.channels)


def write_stimulus(path: Path, candidate: Candidate, fade: float) -> None:
    """Write a candidate's audio as a WAV file of 24 bits, at the rate of its source.

    Parameters
    ----------
    path : Path
        An existing file is replaced when the new one is complete.
    candidate : Candidate
        Its start and end are rounded to samples of the source.
    fade : float
        Length of the fades in and out, seconds: halves of a raised cosine. Between them samples
        are those of the source, clipped to full scale.

    Raises
    ------
    AudioError
        As `measure_level`.
    OutputError
        If the file can't be written.
    """
    import soundfile

    with _open(candidate) as (decoder, blocks):
        rate = round(decoder.sample_rate)
        first, end = _frames(candidate, decoder.sample_rate)
        length, faded = end - first, round(fade * decoder.sample_rate)

        def write(stream: IO[Any]) -> None:
            position = 0
            with soundfile.SoundFile(
                stream, "w", rate, decoder.channels, subtype=_SUBTYPE, format="WAV"
            ) as file:
                for block in blocks:
                    file.write(block * _gain(position, len(block), length, faded)[:, np.newaxis])
                    position += len(block)

        write_atomically(path, write)


@contextmanager
def _open(candidate: Candidate) -> Iterator[tuple[Decoder, Iterator[NDArray[np.float32]]]]:
    with (
        failures_as(lambda problem: AudioError(unreadable.not_processed(problem))),
        open_decoder(candidate.path) as decoder,
    ):
        yield decoder, _cut(decoder, candidate)


def _frames(candidate: Candidate, rate: float) -> tuple[int, int]:
    """Return the first frame and the one after the last; lengths don't depend on the start."""
    first = round(candidate.start * rate)
    return first, first + round((candidate.end - candidate.start) * rate)


def _cut(decoder: Decoder, candidate: Candidate) -> Iterator[NDArray[np.float32]]:
    """Yield the frames of a candidate: finite and clipped, as they are analysed."""
    first, end = _frames(candidate, decoder.sample_rate)
    position = 0
    for block in decoder.blocks:
        part = block[max(first - position, 0) : max(end - position, 0)]
        position += len(block)
        if len(part):
            yield np.clip(np.nan_to_num(part, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)
        if position >= end:
            return
    raise AudioError(
        f"ends after {position / decoder.sample_rate:.3f} s, before the end of the stimulus at "
        f"{candidate.end:.3f} s."
    )


def _gain(position: int, frames: int, length: int, faded: int) -> NDArray[np.float32]:
    """Return the gain of frames from a position on, 0..1."""
    if not faded:
        return np.ones(frames, dtype=np.float32)
    places = np.arange(position, position + frames)
    # Symmetric: the first and the last frame have the same gain.
    distance = np.minimum(places, length - 1 - places)
    share = np.clip((distance + 0.5) / faded, 0, 1)
    return np.sin(share * np.pi / 2).astype(np.float32) ** 2
