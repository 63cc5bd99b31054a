"""Loss of a degree, -1..1: towards ratings where there are some, else towards a label's sign."""

from functools import cache
from typing import Any

_LEAST = 1e-6


def degree_loss(margin: float, softness: float, rating_weight: float) -> Any:
    """Return the loss of a degree.

    It is the squared error from a rating, or how far a degree is from the right side of a
    margin. A label says which side of zero a degree is on, and not how far from it: its loss
    falls to nothing beyond the margin, so that ratings alone decide about larger degrees. A
    cross-entropy would drive every degree to the end of its range.

    Parameters
    ----------
    margin : float
        Log odds beyond which a degree counts as being on its label's side.
    softness : float
        Log odds over which the loss of a label sets in.
    rating_weight : float
        Weight of ratings against labels.

    Returns
    -------
    loss : keras.losses.Loss
        Of targets by `emotion_targets.COLUMNS`, shape (examples, 3), and softmaxes of negative
        and positive, shape (examples, 2).
    """
    return degree_loss_type()(margin, softness, rating_weight)


@cache
def degree_loss_type() -> Any:
    """Return the class of the loss; networks saved with it can be loaded after this call."""
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable("quadpred")
    class DegreeLoss(keras.losses.Loss):  # type: ignore[misc]
        def __init__(self, margin: float, softness: float, rating_weight: float) -> None:
            super().__init__(name="degree")
            self.margin, self.softness, self.rating_weight = margin, softness, rating_weight

        def call(self, truth: Any, predicted: Any) -> Any:
            sign, rating, rated = truth[:, 0], truth[:, 1], truth[:, 2]
            logarithms = ops.log(ops.clip(predicted, _LEAST, 1.0))
            odds = logarithms[:, 1] - logarithms[:, 0]
            degree = predicted[:, 1] - predicted[:, 0]
            beyond = self.softness * ops.softplus((self.margin - sign * odds) / self.softness)
            labelled = ops.abs(sign) * beyond
            return labelled + self.rating_weight * rated * ops.square(degree - rating)

        def get_config(self) -> dict[str, float]:
            return {
                "margin": self.margin,
                "softness": self.softness,
                "rating_weight": self.rating_weight,
            }

    return DegreeLoss
