"""Live prediction: patches and JSON lines while a signal arrives."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.arguments import Source
from quadpred_plugin.audio.mixing import Mixer
from quadpred_plugin.audio.sources import open_source
from quadpred_plugin.chain.causal import CausalAnalyser, PatchPredictions
from quadpred_plugin.chain.patches import patch_times
from quadpred_plugin.chain.peak import is_silent
from quadpred_plugin.exports.columns import columns_of
from quadpred_plugin.inference import Model
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.prediction import Prediction, without_patches

# Divisor of each patch, as recorded in provenance under ``level``.
RUNNING_PEAK = "running peak"

# Sample formats of audio without a header, and their full scale.
RAW_FORMATS = {"s16le": ("<i2", 32768.0), "s32le": ("<i4", 2147483648.0), "f32le": ("<f4", 1.0)}


@dataclass(frozen=True)
class LivePatch:
    """Prediction of one patch of a live signal.

    Attributes
    ----------
    time, duration : float
        Start, since the signal's, and length of the patch's own frames, s. The context of a
        model that has one lies before them.
    quadrants : ndarray of float32, shape (4,)
        0..1.
    arousal, valence : float
        -1..1.
    quadrant : str
        Name of the most probable quadrant, or ``neutral``.
    peak : float
        Largest absolute sample so far, by which the patch was divided; full scale is 1.
    silent : bool
        Whether the peak so far is below the silence threshold; the predictions are then
        meaningless.
    further_heads : dict of float
        Values of the model's further heads, by name (`heads.HEADS`).
    """

    time: float
    duration: float
    quadrants: NDArray[np.float32]
    arousal: float
    valence: float
    quadrant: str
    peak: float
    silent: bool
    further_heads: dict[str, float] = field(default_factory=dict)

    def to_object(self) -> dict[str, Any]:
        """Return a patch's row for JSON: columns without the file, then status and peak."""
        values: list[Any] = [
            *map(float, self.quadrants),
            self.arousal,
            self.valence,
            self.quadrant,
            *self.further_heads.values(),
        ]
        if self.silent:
            values = [None] * len(values)
        columns = columns_of("frame", self.further_heads)[1:]
        result = dict(zip(columns, (self.time, self.duration, *values), strict=True))
        return {**result, "status": "silent" if self.silent else "ok", "peak": self.peak}

    def to_line(self) -> str:
        """Return `to_object` as one line of JSON, with the newline."""
        return json.dumps(self.to_object(), allow_nan=False) + "\n"


def predict_live(
    model: Model,
    blocks: Iterable[NDArray[np.float32]],
    sample_rate: float,
    hop: float | None = None,
    interpretation: Interpretation | None = None,
) -> Iterator[LivePatch]:
    """Predict each patch of a signal as soon as blocks complete its own frames.

    Of a model with context the network sees the patch that ends with the own frames, not the
    one around them as in `Model.predict`: frames after them haven't arrived.

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
        Rules for the quadrant's name.

    Yields
    ------
    patch : LivePatch
    """
    preprocessing = model.card.preprocessing
    rules = interpretation or Interpretation()
    mixer = Mixer(sample_rate, preprocessing.sample_rate)
    analyser = model.start_causal_analysis(hop)
    analyser.warm_up()
    hop_seconds = preprocessing.hop_frames(hop) * preprocessing.frame_seconds
    count = 0
    for found in _predictions(analyser, mixer, blocks):
        for index in range(len(found)):
            quadrants = found.quadrants[index]
            peak = float(found.peaks[index])
            yield LivePatch(
                time=count * hop_seconds,
                duration=preprocessing.patch_seconds,
                quadrants=quadrants,
                arousal=float(found.arousal[index]),
                valence=float(found.valence[index]),
                quadrant=rules.name_of(quadrants),
                peak=peak,
                silent=is_silent(peak),
                further_heads={
                    name: float(values[index]) for name, values in found.further_heads.items()
                },
            )
            count += 1


def predict_causally(source: Source, model: Model, hop: float | None = None) -> Prediction:
    """Predict one file or array as `predict_live` does: each patch divided by the peak so far.

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
        Its provenance has ``level``. A signal shorter than a patch's own frames gives no
        patches.

    Raises
    ------
    AudioError
        If the source can't be read as audio.
    """
    preprocessing = model.card.preprocessing
    with open_source(source, preprocessing.sample_rate) as (name, sound):
        found = _collect(model.start_causal_analysis(hop), sound.blocks)
    provenance = {**model.provenance(hop), "level": RUNNING_PEAK}
    if is_silent(found.peaks.max(initial=0)):
        reason = "is silent, or shorter than one patch."
        return without_patches(name, "silent", sound.seconds, reason, provenance, sound.warnings)
    return Prediction(
        source=name,
        status="partial" if sound.partial else "ok",
        duration=sound.seconds,
        times=patch_times(len(found), preprocessing.hop_frames(hop), preprocessing),
        patch_duration=preprocessing.patch_seconds,
        hop=provenance["hop"],
        quadrants=found.quadrants,
        arousal=found.arousal,
        valence=found.valence,
        further_heads=found.further_heads,
        provenance=provenance,
        warnings=tuple(sound.warnings),
        pooling=model.card.pooling,
        sample_rate=sound.source_rate,
    )


def raw_blocks(
    chunks: Iterable[bytes], sample_format: str, channels: int
) -> Iterator[NDArray[np.float32]]:
    """Decode samples without a header.

    Parameters
    ----------
    chunks : iterable of bytes
        Of any length; a sample may be split between two.
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


def _predictions(
    analyser: CausalAnalyser, mixer: Mixer, blocks: Iterable[NDArray[np.float32]]
) -> Iterator[PatchPredictions]:
    for block in blocks:
        yield analyser.process(mixer.process(block))
    yield analyser.process(mixer.finish())
    yield analyser.finish()


def _collect(analyser: CausalAnalyser, blocks: Iterable[NDArray[np.float32]]) -> PatchPredictions:
    parts = [*(analyser.process(block) for block in blocks), analyser.finish()]
    return PatchPredictions(
        quadrants=np.concatenate([part.quadrants for part in parts]),
        arousal=np.concatenate([part.arousal for part in parts]),
        valence=np.concatenate([part.valence for part in parts]),
        peaks=np.concatenate([part.peaks for part in parts]),
        further_heads={
            name: np.concatenate([part.further_heads[name] for part in parts])
            for name in parts[0].further_heads
        },
    )
