"""Signals that are told of while they go on: from blocks to patches, and to lines of JSON."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.mixing import Mixer, open_sound, sound_from_samples
from quadpred_plugin.chain.causal import CausalListener, HeardPatches
from quadpred_plugin.chain.patches import patch_times
from quadpred_plugin.exports.columns import COLUMNS
from quadpred_plugin.inference import Model, Source
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.prediction import Prediction, without_frames

# What each patch is divided by, as provenance tells it.
LEVEL = "running peak"

# Sample formats of audio without a header, and their full scale.
RAW_FORMATS = {"s16le": ("<i2", 32768.0), "s32le": ("<i4", 2147483648.0), "f32le": ("<f4", 1.0)}


@dataclass(frozen=True)
class LivePatch:
    """One patch of a signal that goes on.

    Attributes
    ----------
    time, duration : float
        Start of the patch since the signal's, and its length, s.
    quadrants : ndarray of float32, shape (4,)
        0..1.
    arousal, valence : float
        -1..1.
    quadrant : str
        Name of the most probable quadrant, or ``neutral``.
    level : float
        The peak so far, by which the patch was divided; full scale is 1.
    silent : bool
        Whether nothing so far reaches the peak's floor, so that the numbers mean nothing.
    """

    time: float
    duration: float
    quadrants: NDArray[np.float32]
    arousal: float
    valence: float
    quadrant: str
    level: float
    silent: bool

    def to_object(self) -> dict[str, Any]:
        """Return the columns of a frame's row without the file, status and level, for JSON."""
        numbers: list[Any] = [*map(float, self.quadrants), self.arousal, self.valence]
        if self.silent:
            numbers = [None] * len(numbers)
        name = None if self.silent else self.quadrant
        row = (self.time, self.duration, *numbers, name)
        result = dict(zip(COLUMNS["frame"][1:], row, strict=True))
        return {**result, "status": "silent" if self.silent else "ok", "level": self.level}

    def to_line(self) -> str:
        """Return `to_object` as JSON on one line, with its end."""
        return json.dumps(self.to_object(), allow_nan=False) + "\n"


def hear_live(
    model: Model,
    blocks: Iterable[NDArray[np.float32]],
    sample_rate: float,
    hop: float | None = None,
    interpretation: Interpretation | None = None,
) -> Iterator[LivePatch]:
    """Hear a signal block by block, and say of each patch once it is complete.

    Parameters
    ----------
    model : Model
    blocks : iterable of ndarray of float32, shape (samples, channels)
        Full scale is 1; more is clipped.
    sample_rate : float
        Of the blocks, Hz.
    hop : float, optional
        Seconds, as for `Model.predict`.
    interpretation : Interpretation, optional
        What a quadrant's name takes.

    Yields
    ------
    patch : LivePatch
    """
    preprocessing = model.card.preprocessing
    rules = interpretation or Interpretation()
    mixer = Mixer(sample_rate, preprocessing.sample_rate)
    listener = model.listen_causally(hop)
    listener.warm_up()
    hop_seconds = preprocessing.hop_frames(hop) * preprocessing.frame_seconds
    count = 0
    for heard in _heard(listener, mixer, blocks):
        for index in range(len(heard)):
            quadrants = heard.quadrants[index]
            peak = float(heard.peaks[index])
            yield LivePatch(
                time=count * hop_seconds,
                duration=preprocessing.patch_seconds,
                quadrants=quadrants,
                arousal=float(heard.arousal[index]),
                valence=float(heard.valence[index]),
                quadrant=rules.name_of(quadrants),
                level=peak,
                silent=peak < preprocessing.peak_floor,
            )
            count += 1


def predict_causally(source: Source, model: Model, hop: float | None = None) -> Prediction:
    """Hear one file or array with the level of `hear_live`.

    Parameters
    ----------
    source : path, or (samples, rate)
        As for `Model.predict`.
    model : Model
    hop : float, optional
        Seconds, as for `Model.predict`.

    Returns
    -------
    prediction : Prediction
        Its provenance has ``level``. A signal shorter than a patch gives no frames.

    Raises
    ------
    AudioError
        If the source can't be read as audio.
    """
    rate = model.card.preprocessing.sample_rate
    if isinstance(source, tuple):
        name, sound = "<samples>", sound_from_samples(*source, rate)
        heard = _collect(model.listen_causally(hop), sound.blocks)
    else:
        name = os.fspath(source)
        with open_sound(Path(name), rate) as sound:
            heard = _collect(model.listen_causally(hop), sound.blocks)
    preprocessing = model.card.preprocessing
    provenance = {**model.provenance(hop), "level": LEVEL}
    peak = heard.peaks.max(initial=0)
    if peak < preprocessing.peak_floor:
        reason = "is silent, or shorter than one patch."
        return without_frames(name, "silent", sound.seconds, reason, provenance, sound.warnings)
    return Prediction(
        source=name,
        status="ok",
        duration=sound.seconds,
        times=patch_times(len(heard), preprocessing.hop_frames(hop), preprocessing),
        patch_duration=preprocessing.patch_seconds,
        hop=provenance["hop"],
        quadrants=heard.quadrants,
        arousal=heard.arousal,
        valence=heard.valence,
        provenance=provenance,
        warnings=tuple(sound.warnings),
        pooling=model.card.pooling,
        sample_rate=sound.source_rate,
    )


def raw_blocks(
    chunks: Iterable[bytes], sample_format: str, channels: int
) -> Iterator[NDArray[np.float32]]:
    """Read samples without a header.

    Parameters
    ----------
    chunks : iterable of bytes
        Cut anywhere.
    sample_format : {'s16le', 's32le', 'f32le'}
    channels : int

    Yields
    ------
    block : ndarray of float32, shape (samples, channels)
    """
    kind, scale = RAW_FORMATS[sample_format]
    size = np.dtype(kind).itemsize * channels
    left = b""
    for chunk in chunks:
        content = left + chunk
        whole = len(content) // size * size
        left = content[whole:]
        if whole:
            samples = np.frombuffer(content[:whole], dtype=kind).reshape(-1, channels)
            yield (samples / np.float32(scale)).astype(np.float32)


def _heard(
    listener: CausalListener, mixer: Mixer, blocks: Iterable[NDArray[np.float32]]
) -> Iterator[HeardPatches]:
    for block in blocks:
        yield listener.process(mixer.process(block))
    yield listener.process(mixer.finish())
    yield listener.finish()


def _collect(listener: CausalListener, blocks: Iterable[NDArray[np.float32]]) -> HeardPatches:
    parts = [*(listener.process(block) for block in blocks), listener.finish()]
    return HeardPatches(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("quadrants", "arousal", "valence", "peaks")
        )
    )
