"""Datasets and published networks that a model was trained with, derived from its recipes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from quadpred_plugin.training.datasets.emopia import NAME as PIANO
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.datasets.speech import NAME as SPEECH
from quadpred_plugin.training.datasets.track import Dataset
from quadpred_plugin.training.datasets.vgmidi import NAME as RATED
from quadpred_plugin.training.recipes.contextual_model import ContextualModel
from quadpred_plugin.training.recipes.kinds import (
    Ensemble,
    MusicOnly,
    Pretext,
    Pretraining,
    Student,
    Transfer,
)
from quadpred_plugin.training.recipes.large_model import LargeModel
from quadpred_plugin.training.recipes.recipe import Recipe
from quadpred_plugin.training.teachers.sources import MUSICNN, VIBENET, PublishedNetwork

LABELS = "labels"
RATINGS = "listeners' ratings"
SOFT_LABELS = "teacher's soft labels"
PRETEXT = "pretext training, without emotion labels"
SPEECH_PRETRAINING = "pre-training, without labels"


@dataclass(frozen=True)
class Use:
    """One dataset or network, and what it was used for.

    Attributes
    ----------
    source : str
        Name of the dataset, or of the published network.
    purpose : str
    """

    source: str
    purpose: str


def dataset_uses(recipe: Recipe) -> list[Use]:
    """Return every dataset that any step of a recipe learns from."""
    return list(dict.fromkeys(_dataset_uses(recipe)))


def _dataset_uses(recipe: Recipe) -> Iterator[Use]:
    if isinstance(recipe, MusicOnly | Transfer):
        yield Use(recipe.dataset, LABELS)
    elif isinstance(recipe, Pretraining):
        yield Use(SPEECH, SPEECH_PRETRAINING)
    elif isinstance(recipe, Pretext):
        for name in recipe.datasets:
            yield Use(name, PRETEXT)
    elif isinstance(recipe, Student):
        for name, one in recipe.datasets.items():
            if one.teacher_share < 1:
                yield Use(name, LABELS)
            if one.teacher_share > 0:
                yield Use(name, SOFT_LABELS)
        if recipe.initial_weights is not None:
            yield from _dataset_uses(recipe.initial_weights)
    elif isinstance(recipe, LargeModel | ContextualModel):
        for name in recipe.corpora:
            yield Use(name, RATINGS if name == RATED else LABELS)
        if isinstance(recipe, ContextualModel):
            for name in recipe.teaching:
                yield Use(name, SOFT_LABELS)
            for name in recipe.initial_weights.corpora:
                yield Use(name, PRETEXT)
    elif isinstance(recipe, Ensemble):
        yield from _dataset_uses(recipe.convolutional)
        yield from _dataset_uses(recipe.harmony)


def network_uses(recipe: Recipe) -> list[tuple[PublishedNetwork, str]]:
    """Return every published network whose outputs any step of a recipe learns from."""
    return list(dict.fromkeys(_network_uses(recipe)))


def _network_uses(recipe: Recipe) -> Iterator[tuple[PublishedNetwork, str]]:
    if isinstance(recipe, Pretext) and recipe.task == "embeddings":
        yield MUSICNN, "targets of the pretext training"
    elif isinstance(recipe, Student):
        if POP in recipe.datasets and recipe.datasets[POP].teacher_share > 0:
            yield MUSICNN, "features of the teacher"
            yield VIBENET, "features of the teacher"
        if recipe.initial_weights is not None:
            yield from _network_uses(recipe.initial_weights)
    elif isinstance(recipe, LargeModel):
        yield MUSICNN, "convolutions of the model, unchanged"
    elif isinstance(recipe, ContextualModel):
        yield MUSICNN, "targets of the pretext training"
        yield MUSICNN, "features of the teacher"
    elif isinstance(recipe, Ensemble):
        yield from _network_uses(recipe.convolutional)
        yield from _network_uses(recipe.harmony)


def corpora_of(recipes: Sequence[Recipe], find: Callable[[str], Dataset]) -> list[dict[str, str]]:
    """Return the datasets of recipes as a card lists them.

    Parameters
    ----------
    recipes : sequence of Recipe
    find : callable
        Returns the dataset of a name.

    Returns
    -------
    corpora : list of dict of str
        ``name``, ``title``, ``use``, ``citation`` and ``licence``.
    """
    purposes: dict[str, list[str]] = {}
    for recipe in recipes:
        for use in dataset_uses(recipe):
            purposes.setdefault(use.source, []).append(use.purpose)
    return [
        {
            "name": name,
            "title": find(name).title,
            "use": "; ".join(dict.fromkeys(several)),
            "citation": find(name).citation,
            "licence": find(name).licence,
        }
        for name, several in purposes.items()
    ]


def networks_of(recipes: Sequence[Recipe]) -> list[dict[str, str]]:
    """Return the published networks of recipes as a card lists them.

    Returns
    -------
    networks : list of dict of str
        ``name``, ``use``, ``citation`` and ``licence``.
    """
    purposes: dict[PublishedNetwork, list[str]] = {}
    for recipe in recipes:
        for network, purpose in network_uses(recipe):
            purposes.setdefault(network, []).append(purpose)
    return [
        {
            "name": network.name,
            "use": "; ".join(dict.fromkeys(several)),
            "citation": network.citation,
            "licence": network.licence,
        }
        for network, several in purposes.items()
    ]


def uses_piano(recipe: Recipe) -> bool:
    """Return whether a recipe learns from EMOPIA's labels."""
    return Use(PIANO, LABELS) in dataset_uses(recipe)
