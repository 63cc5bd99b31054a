"""The recipes of the small model with context: its pretext training, and its training."""

from dataclasses import dataclass

from quadpred_plugin.training.augmentation import Augmentation
from quadpred_plugin.training.recipes.large_model import Corpus, Degrees
from quadpred_plugin.training.recipes.recipe import Recipe
from quadpred_plugin.training.recipes.schedule import Schedule


@dataclass(frozen=True)
class ContextualPretext(Recipe):
    """Training on musicnn's features and on notes, without labels of emotion.

    Attributes
    ----------
    corpora : dict of Corpus
        By name.
    auxiliary_weights : dict
        Weight of the loss of musicnn's features, ``auxiliary``, and of ``notes``.
    augmentation : Augmentation
    dropout : float
    patches : int
        Random patches in one epoch.
    schedule : Schedule
    """

    kind = "contextual-pretext"

    corpora: dict[str, Corpus]
    auxiliary_weights: dict[str, float]
    augmentation: Augmentation
    dropout: float
    patches: int
    schedule: Schedule


@dataclass(frozen=True)
class Teaching:
    """What a teacher says about one corpus.

    Attributes
    ----------
    teacher : {'large', 'notes'}
        The large model that ``ContextualModel.teacher`` names, or the trees on the notes of
        EMOPIA, which teach quadrants alone.
    share : float
        Weight of its quadrants against a label, 0..1.
    rating_weight : float
        Weight of its degrees against a listener's.
    """

    teacher: str
    share: float
    rating_weight: float


@dataclass(frozen=True)
class ContextualModel(Recipe):
    """Training on labels, ratings, the large model's outputs and musicnn's features.

    Attributes
    ----------
    initial_weights : ContextualPretext
        The training that it starts from.
    teacher : str
        Name of the recipe of the large model, whose run of the same fold teaches.
    teaching : dict of Teaching
        By corpus; of others, no teacher says anything.
    auxiliary_weights : dict
        Weight of the loss of musicnn's features, ``auxiliary``, and of ``notes``.
    corpora : dict of Corpus
        By name.
    augmentation : Augmentation
    dropout : float
    branch_dropout : float
        Share of patches of which a whole branch of the network is dropped, 0..1.
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
    teaching: dict[str, Teaching]
    auxiliary_weights: dict[str, float]
    corpora: dict[str, Corpus]
    augmentation: Augmentation
    dropout: float
    branch_dropout: float
    patches: int
    label_smoothing: float
    loss_weights: dict[str, float]
    degrees: Degrees
    schedule: Schedule
