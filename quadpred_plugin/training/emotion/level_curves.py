"""The level of audio over time: what predicts arousal without any training."""

import numpy as np

from quadpred_plugin.evaluation.curves import Curve
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.served import read_mono

_SILENCE = 1e-10


def level_curve(track: Track) -> Curve:
    """Return the level of each second of a track.

    Returns
    -------
    curve : Curve
        Times are the seconds' centres; values are in dB of full scale, at least -100.

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    samples, rate = read_mono(track.path)
    seconds = max(len(samples) // rate, 1)
    parts = np.array_split(samples[: seconds * rate], seconds)
    powers = np.array(
        [np.mean(np.square(one, dtype=np.float64)) if len(one) else 0.0 for one in parts],
        dtype=np.float64,
    )
    levels = 10 * np.log10(np.maximum(powers, _SILENCE))
    times = np.arange(seconds, dtype=np.float64) + 0.5
    return Curve(times, levels.astype(np.float64))
