"""Loss of a degree, -1..1: towards ratings where there are some, else towards a label's sign."""

from typing import Any

import keras

_LEAST = 1e-6


@keras.saving.register_keras_serializable("quadpred")
class DegreeLoss(keras.losses.Loss):  # type: ignore[misc]
    """Squared error from a rating, or how far a degree is from the right side of a margin.

    A label says which side of zero a degree is on, and not how far from it. The loss of a
    label falls to nothing beyond the margin, so that ratings alone decide about larger
    degrees; a cross-entropy would drive every degree to the end of its range.

    Parameters
    ----------
    margin : float
        Log odds beyond which a degree counts as being on its label's side.
    softness : float
        Log odds over which the loss of a label sets in.
    rating_weight : float
        Weight of ratings against labels.
    """

    def __init__(self, margin: float, softness: float, rating_weight: float) -> None:
        super().__init__(name="degree")
        self.margin, self.softness, self.rating_weight = margin, softness, rating_weight

    def call(self, truth: Any, predicted: Any) -> Any:
        """Return the loss of each example.

        Parameters
        ----------
        truth : tensor, shape (examples, 3)
            By `targets.COLUMNS`.
        predicted : tensor, shape (examples, 2)
            Softmax of negative and positive.
        """
        from keras import ops

        sign, rating, rated = truth[:, 0], truth[:, 1], truth[:, 2]
        logarithms = ops.log(ops.clip(predicted, _LEAST, 1.0))
        odds = logarithms[:, 1] - logarithms[:, 0]
        degree = predicted[:, 1] - predicted[:, 0]
        beyond = self.softness * ops.softplus((self.margin - sign * odds) / self.softness)
        labelled = ops.abs(sign) * beyond
        return labelled + self.rating_weight * rated * ops.square(degree - rating)

    def get_config(self) -> dict[str, float]:
        """Return the parameters, for a saved network."""
        return {
            "margin": self.margin,
            "softness": self.softness,
            "rating_weight": self.rating_weight,
        }
