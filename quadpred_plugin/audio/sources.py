"""Open a file or an array of samples alike, and pass its sound to an analyser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.arguments import Source, check_source
from quadpred_plugin.audio.mixing import Sound, open_sound, sound_from_samples
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.failures import describe, failures_as


class Analyser(Protocol):
    """Takes a signal block by block."""

    @property
    def samples(self) -> int:
        """Number of samples so far."""

    def process(self, block: NDArray[np.float32]) -> Any:
        """Take the next samples, shape (samples,)."""


@contextmanager
def open_source(
    source: Source, sample_rate: int, stream: int | None = None
) -> Iterator[tuple[str, Sound]]:
    """Open a file or an array as mono blocks at the chain's rate.

    Parameters
    ----------
    source : path, or (samples, rate)
        Samples have shape (samples,) or (samples, channels), full scale 1; rate in Hz.
    sample_rate : int
        The chain's rate, Hz.
    stream : int, optional
        Of a file, as for `decoding.open_decoder`.

    Yields
    ------
    name : str
        Path of the file, or ``<samples>``.
    sound : Sound

    Raises
    ------
    AudioError
        If the source can't be read as audio, or if a library raises anything but MemoryError for
        a file, also inside the ``with`` statement. The message begins with the file's name.
    """
    check_source(source)
    if isinstance(source, tuple):
        yield "<samples>", sound_from_samples(*source, sample_rate)
        return
    name = os.fspath(source)
    try:
        with (
            # Callers may know a way out of a lack of memory.
            failures_as(lambda problem: AudioError(unreadable.not_processed(problem)), MemoryError),
            open_sound(name, sample_rate, stream) as sound,
        ):
            yield name, sound
    except AudioError as error:
        raise AudioError(f"{name}: {error}") from error


def feed(sound: Sound, analyser: Analyser) -> None:
    """Pass all blocks of a sound to an analyser.

    Raises
    ------
    AudioError
        If decoding gave no sample but warnings.
    """
    for block in sound.blocks:
        analyser.process(block)
    if not analyser.samples and sound.warnings:
        raise AudioError(" ".join(sound.warnings))


def failure_reason(error: Exception, name: str) -> str:
    """Return the reason for an error of `open_source` or `feed`, without the file's name."""
    if isinstance(error, AudioError):
        return str(error).removeprefix(f"{name}: ")
    return unreadable.not_processed(describe(error))
