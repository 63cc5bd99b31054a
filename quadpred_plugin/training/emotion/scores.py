"""Score outputs on labelled test sets, and against listeners' ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from quadpred_plugin.evaluation.classification import score_heads
from quadpred_plugin.evaluation.curves import Curve, across_files, within_files
from quadpred_plugin.quadrants import DIMENSIONS, QUADRANTS
from quadpred_plugin.training.datasets.ratings import Ratings
from quadpred_plugin.training.emotion.track_outputs import TrackOutputs

SMOOTHING = 5.0
"""Seconds of the moving average of a curve that is compared with ratings."""
EXTREME = 0.9
"""Degrees beyond this on either side are extreme."""


@dataclass(frozen=True)
class LabelScores:
    """Scores of tracks with labels, each by its mean over patches.

    Attributes
    ----------
    quadrants, arousal, valence : float
        Macro F1, 0..1; of arousal and valence by the sign of the degree.
    arousal_accuracy : float
    calibration : float
        Expected calibration error of the quadrants, 0..1.
    recalls : list of float
        Of Q1 to Q4.
    extreme_arousal : float
        Share of tracks with arousal beyond 0.9 on either side.
    """

    quadrants: float
    arousal: float
    valence: float
    arousal_accuracy: float
    calibration: float
    recalls: list[float]
    extreme_arousal: float


@dataclass(frozen=True)
class RatingScores:
    """Agreement with listeners, arousal and valence.

    Attributes
    ----------
    across : list of float
        Correlation of the pieces' means.
    within : list of float
        Mean over pieces of the correlation of the curves.
    error : list of float
        Root mean square of the pieces' means, on the scale of the ratings.
    calibration : float
        Expected calibration error of the quadrants, against those of the mean ratings.
    accuracy : float
        Of the quadrants.
    """

    across: list[float]
    within: list[float]
    error: list[float]
    calibration: float
    accuracy: float


def score_labels(outputs: Sequence[TrackOutputs], quadrants: Sequence[int]) -> LabelScores:
    """Score tracks of known quadrants, 0 to 3."""
    means = {
        head: np.stack([one.heads[head].mean(axis=0) for one in outputs])
        for head in outputs[0].heads
    }
    truth = np.array(quadrants)
    scores = score_heads(truth, means)
    predicted = means["quadrants"].argmax(axis=1)
    return LabelScores(
        scores["quadrants"]["f1"],
        scores["arousal"]["f1"],
        scores["valence"]["f1"],
        arousal_accuracy=scores["arousal"]["accuracy"],
        calibration=scores["quadrants"]["calibration_error"],
        recalls=[float(np.mean(predicted[truth == one] == one)) for one in range(len(QUADRANTS))],
        extreme_arousal=float(np.mean(np.abs(means["arousal"]) > EXTREME)),
    )


def score_ratings(
    outputs: Mapping[str, TrackOutputs], ratings: Mapping[str, Ratings], lag: float
) -> RatingScores:
    """Score pieces that listeners rated.

    Parameters
    ----------
    outputs : dict of TrackOutputs
        By piece.
    ratings : dict of Ratings
        By piece, on the clock of the outputs.
    lag : float
        Seconds by which listeners react late.
    """
    across, within, error = [], [], []
    for name in DIMENSIONS:
        rated = [Curve(ratings[one].times, getattr(ratings[one], name)) for one in outputs]
        predicted = [Curve(one.times, one.heads[name]) for one in outputs.values()]
        whole = across_files(rated, predicted)
        across.append(whole["pearson"])
        error.append(whole["rmse"])
        curves = within_files(rated, predicted, lag, SMOOTHING)
        within.append(float(np.nanmean(curves["pearson"])))
    means = np.array(
        [[np.nanmean(ratings[one].arousal), np.nanmean(ratings[one].valence)] for one in outputs]
    )
    truth = np.array([quadrant_of_degrees(*one) for one in means])
    quadrants = np.stack([one.heads["quadrants"].mean(axis=0) for one in outputs.values()])
    scores = score_heads(
        truth,
        {
            "quadrants": quadrants,
            **{
                name: np.array([one.heads[name].mean() for one in outputs.values()])
                for name in DIMENSIONS
            },
        },
    )["quadrants"]
    return RatingScores(across, within, error, scores["calibration_error"], scores["accuracy"])


def quadrant_of_degrees(arousal: float, valence: float) -> int:
    """Return the quadrant, 0 to 3, of a point of the plane; 0 counts as positive."""
    high, positive = arousal >= 0, valence >= 0
    return [(one.arousal > 0, one.valence > 0) for one in QUADRANTS].index((high, positive))


def as_rows(scores: Mapping[str, LabelScores | RatingScores]) -> list[str]:
    """Return a line of text for each test set."""
    return [
        f"{name}: "
        + ", ".join(
            f"{key.replace('_', ' ')} "
            + (" ".join(f"{x:.3f}" for x in value) if isinstance(value, list) else f"{value:.3f}")
            for key, value in asdict(one).items()
        )
        for name, one in scores.items()
    ]
