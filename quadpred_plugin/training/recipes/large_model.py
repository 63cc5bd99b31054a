"""The recipe of the large model: corpora with labels and ratings, degrees, schedule."""

from dataclasses import dataclass

from quadpred_plugin.training.recipes.recipe import Recipe
from quadpred_plugin.training.recipes.schedule import Schedule


@dataclass(frozen=True)
class Corpus:
    """One corpus of a training on labels and ratings.

    Attributes
    ----------
    share : float
        Of an epoch's patches.
    degraded_share : float
        Of these, the share that is drawn from degraded versions, 0..1.
    """

    share: float
    degraded_share: float


@dataclass(frozen=True)
class Degrees:
    """How degrees of arousal and valence are learned (`emotion.degree_loss`).

    Attributes
    ----------
    margin : float
        Log odds beyond which a degree counts as being on its label's side.
    softness : float
        Log odds over which the loss of a label sets in.
    rating_weight : float
        Weight of ratings against labels.
    lag : float
        Seconds by which listeners react late.
    """

    margin: float
    softness: float
    rating_weight: float
    lag: float


@dataclass(frozen=True)
class LargeModel(Recipe):
    """Emotion heads on the trunk of musicnn, trained on labels and on ratings.

    Attributes
    ----------
    corpora : dict of Corpus
        By name.
    dropout : float
    patches : int
        Random patches in one epoch.
    label_smoothing : float
    loss_weights : dict
        Weight of each head's loss.
    degrees : Degrees
    schedule : Schedule
    """

    kind = "large"

    corpora: dict[str, Corpus]
    dropout: float
    patches: int
    label_smoothing: float
    loss_weights: dict[str, float]
    degrees: Degrees
    schedule: Schedule
