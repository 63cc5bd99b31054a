"""What the contextual network learns from: bands, musicnn's features, and emotion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.training.augmentation import augment
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.distillation.auxiliary_targets import Projection
from quadpred_plugin.training.emotion.emotion_targets import EmotionTargets
from quadpred_plugin.training.emotion.sampling import Example, draw_examples
from quadpred_plugin.training.emotion.track_outputs import TrackOutputs
from quadpred_plugin.training.features import load_features
from quadpred_plugin.training.large.trunk_features import load_trunk_features
from quadpred_plugin.training.midi.note_features import NOTE_FEATURES
from quadpred_plugin.training.networks.contextual import AUXILIARY, NOTES
from quadpred_plugin.training.patches import random_start
from quadpred_plugin.training.recipes.contextual_model import (
    ContextualModel,
    ContextualPretext,
    Teaching,
)
from quadpred_plugin.training.targets import Targets


@dataclass(frozen=True)
class Bands:
    """Bands of one version of a track.

    Attributes
    ----------
    features : ndarray of float16, shape (frames, bands)
        ln units.
    start : float
        Of the first frame, on the clock of the track, s.
    """

    features: NDArray[np.float16]
    start: float


@dataclass(frozen=True)
class Curve:
    """Values at ascending times, linear in between.

    Attributes
    ----------
    times : ndarray, shape (points,)
        Seconds.
    values : ndarray, shape (points, values)
    """

    times: NDArray[np.floating]
    values: NDArray[np.floating]

    def at(self, time: float) -> NDArray[np.float32]:
        """Return the values at a time, s; outside of the curve, those of its nearest end."""
        last = len(self.times) - 1
        after = min(int(np.searchsorted(self.times, time)), last)
        before = max(after - 1, 0)
        length = self.times[after] - self.times[before]
        share = np.clip((time - self.times[before]) / length, 0, 1) if length else 0.0
        first, second = self.values[before], self.values[after]
        return np.asarray(first + share * (second - first), dtype=np.float32)


@dataclass(frozen=True)
class TaughtTargets:
    """Targets of one track.

    Attributes
    ----------
    features : Curve
        Principal components of musicnn's features.
    notes : Curve or None
        Standardised note features; None where the notes aren't known.
    emotion : EmotionTargets or None
        None without labels and ratings.
    teacher : Curve or None
        A teacher's four probabilities, and arousal and valence if it has them.
    teaching : Teaching or None
        What the teacher's outputs weigh; its degrees count for tracks without ratings alone.
    """

    features: Curve
    notes: Curve | None = None
    emotion: EmotionTargets | None = None
    teacher: Curve | None = None
    teaching: Teaching | None = None

    @property
    def label(self) -> int | None:
        """Quadrant, 0 to 3, if the track has a label."""
        return self.emotion.label if self.emotion else None

    def at(self, time: float) -> dict[str, NDArray[np.float32]]:
        """Return the targets by the network's outputs at a time, s.

        The last value of ``notes`` is 1 where the notes are known, as `known_error` reads it.
        """
        notes = np.zeros(NOTE_FEATURES, dtype=np.float32)
        if self.notes:
            notes = self.notes.at(time)
        known = np.array([self.notes is not None], dtype=np.float32)
        found = {AUXILIARY: self.features.at(time), NOTES: np.concatenate([notes, known])}
        if self.emotion:
            found |= self.emotion.at(time)
            if self.teacher and self.teaching:
                taught = self.teacher.at(time)
                count = len(found["quadrants"])
                found["quadrants"] += self.teaching.share * (taught[:count] - found["quadrants"])
                for degree, name in zip(taught[count:], DIMENSIONS):
                    sign, _, rated = found[name]
                    if not rated and self.teaching.rating_weight:
                        found[name] = np.array(
                            [sign, degree, self.teaching.rating_weight], dtype=np.float32
                        )
        return found


def curve_of(outputs: TrackOutputs) -> Curve:
    """Return a network's outputs for a track as one curve of six values."""
    columns = [outputs.heads["quadrants"], *(outputs.heads[name][:, None] for name in DIMENSIONS)]
    return Curve(outputs.times, np.concatenate(columns, axis=1))


def load_clips(
    tracks: Sequence[Track],
    degraded: Sequence[Track],
    front_end: Preprocessing,
    projection: Projection,
    work: Path,
    jobs: int,
    targets: Callable[[Track, Curve], TaughtTargets],
) -> list[Example]:
    """Load tracks, each with its degraded versions.

    The features to predict are always those of the track itself, so that the network learns
    to undo what a degradation does.

    Parameters
    ----------
    tracks, degraded : sequence of Track
    front_end : Preprocessing
    projection : Projection
        Of musicnn's features.
    work : Path
        Work folder.
    jobs : int
        Processes that compute features.
    targets : callable
        Makes a track's targets from the curve of its features.
    """
    every = [*tracks, *degraded]
    versions: dict[str, list[Bands]] = {}
    for track, bands in zip(every, load_features(every, front_end, work, jobs)):
        versions.setdefault(track.undegraded, []).append(Bands(bands, track.start))
    return [
        Example(
            targets(track, Curve(found.times, projection(found.features))), versions[track.name]
        )
        for track, found in zip(tracks, load_trunk_features(tracks, work, jobs))
    ]


def draw_epoch(
    examples: Mapping[str, Sequence[Example]],
    recipe: ContextualPretext | ContextualModel,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], Targets]:
    """Draw the augmented patches of one epoch, with their targets.

    Parameters
    ----------
    examples : dict of sequence of Example
        By corpus; versions are `Bands`, targets `TaughtTargets`.
    recipe : ContextualPretext or ContextualModel
    random : numpy.random.Generator

    Returns
    -------
    patches : ndarray of float32, shape (patches, frames, bands)
        ln units.
    targets : dict of ndarray of float32
        By output.
    """
    patches, targets = draw_examples(
        examples,
        recipe.corpora,
        recipe.patches,
        lambda version, generator: _draw_patch(version, recipe.front_end, generator),
        random,
    )
    return augment(np.stack(patches).astype(np.float32), random, recipe.augmentation), targets


def _draw_patch(
    version: Bands, front_end: Preprocessing, random: np.random.Generator
) -> tuple[NDArray[np.float16], float]:
    """Draw a patch, shape (frames, bands), and its centre on the clock of the track, s.

    A version that is shorter than a patch is repeated.
    """
    size, features = front_end.patch_size, version.features
    if len(features) < size:
        features = features[np.arange(size) % len(features)]
    first = random_start(len(features), size, random)
    centre = version.start + (first + size / 2) * front_end.frame_seconds
    return features[first : first + size], centre
