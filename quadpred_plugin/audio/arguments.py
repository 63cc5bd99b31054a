"""Check what a caller of the Python functions gives as source, and say what to give instead."""

import os
from collections.abc import Iterable
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import AudioError

Source: TypeAlias = "str | os.PathLike[str] | tuple[NDArray[np.floating], float]"

_WANTED = "A source is a path, or samples and their rate in one tuple"


def check_source(source: object) -> None:
    """Check that a source is a path, or a tuple of samples and rate.

    Parameters
    ----------
    source : object
        What a caller gave.

    Raises
    ------
    AudioError
        If it is something else, with the way out for what callers give by mistake.
    """
    if isinstance(source, tuple):
        _check_pair(source)
    elif not _is_path(source):
        raise AudioError(f"{_WANTED}, {_instead_of(source)}")


def check_paths(paths: "Iterable[str | os.PathLike[str]]") -> list[str]:
    """Return the names of several files.

    Parameters
    ----------
    paths : iterable of path

    Returns
    -------
    names : list of str

    Raises
    ------
    AudioError
        If ``paths`` is a single path, or an item isn't a path.
    """
    if isinstance(paths, (str, bytes, os.PathLike)) or not isinstance(paths, Iterable):
        raise AudioError(
            f"predict_many takes a list of paths, not {_described(paths)}. For one file, call "
            "predict, or put its path into a list."
        )
    names = []
    for path in paths:
        if not _is_path(path):
            raise AudioError(
                f"predict_many takes paths, not {_described(path)}. For samples, call predict with "
                "each (samples, rate)."
            )
        # A plain string: worker processes don't know a script's own classes.
        names.append(str(os.fsdecode(path)))
    return names


def _is_path(source: object) -> bool:
    return isinstance(source, str) or (
        isinstance(source, os.PathLike) and isinstance(os.fspath(source), str)
    )


def _check_pair(source: tuple[Any, ...]) -> None:
    if len(source) != 2:
        raise AudioError(f"{_WANTED}, (samples, rate), not a tuple of {len(source)} items.")
    samples, rate = source
    if np.ndim(rate) and not np.ndim(samples):
        raise AudioError(
            "The samples come first, then their rate: (samples, rate). scipy.io.wavfile.read "
            "returns them the other way round."
        )
    if not isinstance(rate, (Real, np.number)) and not (
        isinstance(rate, np.ndarray) and rate.ndim == 0
    ):
        raise AudioError(f"A sample rate is a number in Hz, not {_described(rate)}.")


def _instead_of(source: object) -> str:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return (
            "not bytes. Decode a file's content first: predict(soundfile.read("
            "io.BytesIO(content))). A path in bytes becomes a string by os.fsdecode."
        )
    if hasattr(source, "read"):
        return "not an open file. Decode it first: predict(soundfile.read(file))."
    if isinstance(source, np.ndarray) or hasattr(source, "__array__"):
        return "not samples alone: predict((samples, rate))."
    if isinstance(source, list):
        return (
            "(samples, rate), not a list. Model.predict_many takes a list of paths; samples are "
            "an array."
        )
    return f"(samples, rate), not {_described(source)}."


def _described(value: object) -> str:
    if isinstance(value, (str, bytes, int, float)) or value is None:
        return repr(value)
    return f"an object of the type {type(value).__name__}"
