"""The recipes of the small model with context: its pretext training, and its training."""

from dataclasses import dataclass

from quadpred_plugin.training.augmentation import Augmentation
from quadpred_plugin.training.recipes.large_model import Corpus, Degrees
from quadpred_plugin.training.recipes.recipe import Recipe
from quadpred_plugin.training.recipes.schedule import Schedule


@dataclass(frozen=True)
class ContextualPretext(Recipe):
    """Training on musicnn's features, without labels of emotion.

    Attributes
    ----------
    corpora : dict of Corpus
        By name.
    augmentation : Augmentation
    dropout : float
    patches : int
        Random patches in one epoch.
    schedule : Schedule
    """

    kind = "contextual-pretext"

    corpora: dict[str, Corpus]
    augmentation: Augmentation
    dropout: float
    patches: int
    schedule: Schedule


@dataclass(frozen=True)
class ContextualModel(Recipe):
    """Training on labels, ratings, the large model's outputs and musicnn's features.

    Attributes
    ----------
    initial_weights : ContextualPretext
        The training that it starts from.
    teacher : str
        Name of the recipe of the large model, whose run of the same fold teaches.
    teacher_share : float
        Weight of the teacher's quadrants against a label, 0..1.
    teacher_rating_weight : float
        Weight of the teacher's degrees against a listener's.
    auxiliary_weight : float
        Weight of the loss of musicnn's features.
    corpora : dict of Corpus
        By name.
    augmentation : Augmentation
    dropout : float
    patches : int
        Random patches in one epoch.
    label_smoothing : float
    loss_weights : dict
        Weight of each head's loss.
    degrees : Degrees
    schedule : Schedule
    """

    kind = "contextual"

    initial_weights: ContextualPretext
    teacher: str
    teacher_share: float
    teacher_rating_weight: float
    auxiliary_weight: float
    corpora: dict[str, Corpus]
    augmentation: Augmentation
    dropout: float
    patches: int
    label_smoothing: float
    loss_weights: dict[str, float]
    degrees: Degrees
    schedule: Schedule
