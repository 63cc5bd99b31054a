"""The facts of a card that follow from how a model was trained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from quadpred_plugin.chain.heads import REQUIRED_HEADS
from quadpred_plugin.model.card import LANGUAGES
from quadpred_plugin.training.datasets.fourq import FOUR_Q
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.datasets.track import Dataset
from quadpred_plugin.training.evaluation.scoring import HeadPooling
from quadpred_plugin.training.packaging.provenance import corpora_of, networks_of, uses_piano
from quadpred_plugin.training.recipes.config import to_dict
from quadpred_plugin.training.recipes.contextual_model import ContextualModel
from quadpred_plugin.training.recipes.kinds import (
    Ensemble,
    LanguageStudy,
    MusicOnly,
    Pretraining,
    Student,
    Transfer,
)
from quadpred_plugin.training.recipes.large_model import LargeModel
from quadpred_plugin.training.recipes.recipe import Recipe

ModelRecipe: TypeAlias = (
    MusicOnly | Student | Ensemble | LanguageStudy | LargeModel | ContextualModel
)
"""Recipes that end in a model."""

CITATION = (
    "J. S. Gómez-Cañón, E. Cano, A. G. Pandrea, P. Herrera, E. Gómez, Language-sensitive music "
    "emotion recognition models: are we really there yet?, ICASSP 2021"
)
LICENCE = "CC BY-NC-SA 4.0"
NETWORK_LIMITS = (
    "Each second is analysed by itself; form, lyrics and expectation are not considered.",
    "Heads are trained together but not tied: arousal and valence may contradict the quadrant.",
)
UNCALIBRATED = "Probabilities are not calibrated."
_SUMMARY = "Quadrants, arousal and valence of each second of music: "
_POP_AND_PIANO = (
    "Trained on 30 s excerpts of Western popular recordings of one collection and on synthesised "
    "piano; other styles and solo instruments are outside of its training data. Of synthesised "
    "piano about six clips of ten are predicted correctly."
)
_STUDENT = "a small network trained on clips' labels and on a teacher's soft labels."
_ENSEMBLE = (
    "a gated ensemble of two small networks. The valence of the convolutional network is combined "
    "with that of a harmony network, which estimates the notes of a second, where a gate detects "
    "solo piano. Both were trained on clips' labels and on soft labels of two teachers: for pop, "
    "logistic regression on embeddings of networks that were trained to tag music (musicnn, "
    "vibenet); for piano, gradient-boosted trees on note features."
)
_LARGE = (
    "dense layers on the convolutions of musicnn, a network that was trained to tag a hundred "
    "thousand songs, trained on clips' labels and on listeners' ratings over time."
)
_CONTEXTUAL = (
    "a small network that analyses three seconds at a time, trained on clips' labels, on "
    "listeners' ratings over time, and on the outputs of a larger one (dense layers on the "
    "convolutions of musicnn, a network that was trained to tag a hundred thousand songs). First "
    "it was trained to estimate musicnn's features and the notes of piano."
)
_ALL_CORPORA_LIMITS = (
    "Trained on 30 s excerpts of Western popular recordings of one collection, on synthesised "
    "piano and on synthesised arrangements of game music; other music is outside of its training "
    "data.",
    "The model analyses three seconds at a time; it doesn't consider form, lyrics or expectation.",
    "Heads are trained together but not tied: arousal and valence may contradict the quadrant.",
)
_DEGREE = (
    "degree of {} as listeners would rate it, -1 {} to 1 {}: fitted to mean ratings of VGMIDI's "
    "pieces, on their scale, and to the side of zero that other corpora's labels name"
)
_DEGREES = {
    "arousal": _DEGREE.format("arousal", "(low)", "(high)"),
    "valence": _DEGREE.format("valence", "(negative)", "(positive)"),
}
_METHODS = {
    "scae": "a denoising autoencoder (SCAE)",
    "cpc": "contrastive predictive coding (CPC)",
}
_SPEECH_CORPORA = (
    "The speech corpora differ in speakers, recording and style as well as in language: "
    "differences between their models need not be due to language."
)


@dataclass(frozen=True)
class Release:
    """Facts of a card that don't follow from the graph.

    Attributes
    ----------
    description : str
    recipes : sequence of Recipe
        Of all steps; recipes that others build on are part of these.
    corpora, networks : list of dict of str
        Datasets and published networks that any step learned from, as
        `provenance.corpora_of` and `networks_of` list them.
    limits : sequence of str
    speech : {'e', 'm', 'x', None}
        Language of the speech in pre-training; None without.
    music : {'e', 'm'}
        Language of the music.
    pooling : dict of Pooling
        By head, of the mean over a file (`pooling.pool`); empty for none.
    metrics : dict
        Scores with their ``protocol``; empty until they are measured.
    meanings : dict of str
        By output, where it isn't that of `heads.HEADS`.
    """

    description: str
    recipes: Sequence[Recipe]
    corpora: list[dict[str, str]]
    networks: list[dict[str, str]]
    limits: Sequence[str]
    speech: str | None
    music: str
    pooling: HeadPooling = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """The recipes whole, by kind."""
        return {"recipes": {recipe.kind: to_dict(recipe) for recipe in self.recipes}}


def dataset_name(recipe: ModelRecipe) -> str:
    """Return the name of the music dataset that a recipe's model is scored on."""
    if isinstance(recipe, LanguageStudy):
        return recipe.transfer.dataset
    return recipe.dataset if isinstance(recipe, MusicOnly) else POP


def release_of(
    recipe: ModelRecipe,
    encoder: tuple[str, str] | None,
    find: Callable[[str], Dataset],
    pooling: HeadPooling,
    metrics: dict[str, Any],
) -> Release:
    """Return the facts of a model that was trained by a recipe.

    Parameters
    ----------
    recipe : MusicOnly, Student, Ensemble, LanguageStudy, LargeModel or ContextualModel
    encoder : (method, speech) or None
        Which of a language study's encoders the model started from.
    find : callable
        Returns a dataset by its name.
    pooling : dict of Pooling
        By head; ignored for music alone, which isn't calibrated.
    metrics : dict
        Its ``protocol`` is written anew; empty where the model hasn't been scored.
    """
    if metrics:
        metrics = {**metrics, "protocol": protocol_of(recipe, metrics, find(dataset_name(recipe)))}
    if isinstance(recipe, MusicOnly):
        return release_of_music_only(recipe, find, metrics)
    if isinstance(recipe, LanguageStudy):
        assert encoder is not None, "a model of a language study has an encoder"
        method, speech = encoder
        pretraining = recipe.pretraining[method]
        return release_of_study(pretraining, speech, recipe.transfer, find, pooling, metrics)
    if isinstance(recipe, LargeModel | ContextualModel):
        return release_of_all_corpora(recipe, find, pooling, metrics)
    return release_of_student(recipe, find, pooling, metrics)


def release_of_music_only(
    recipe: MusicOnly, find: Callable[[str], Dataset], metrics: dict[str, Any] | None = None
) -> Release:
    """Return the facts of a network trained on music alone."""
    dataset = find(recipe.dataset)
    return Release(
        f"{_SUMMARY}the multi-task network of quad-pred with {_filters(recipe.filters)}, trained "
        "on music alone, without pre-training on speech.",
        [recipe],
        corpora_of([recipe], find),
        networks_of([recipe]),
        [*dataset.limits, *NETWORK_LIMITS, UNCALIBRATED],
        None,
        dataset.language,
        metrics=metrics or {},
    )


def release_of_student(
    recipe: Student | Ensemble,
    find: Callable[[str], Dataset],
    pooling: HeadPooling,
    metrics: dict[str, Any],
) -> Release:
    """Return the facts of a student or an ensemble that was trained on all clips."""
    first, labels = FOUR_Q.limits
    return Release(
        _SUMMARY + (_ENSEMBLE if isinstance(recipe, Ensemble) else _STUDENT),
        [recipe],
        corpora_of([recipe], find),
        networks_of([recipe]),
        [
            _POP_AND_PIANO if uses_piano(recipe) else first,
            labels,
            *NETWORK_LIMITS,
            _calibration(FOUR_Q, pooling),
        ],
        None,
        FOUR_Q.language,
        pooling,
        metrics,
    )


def release_of_all_corpora(
    recipe: LargeModel | ContextualModel,
    find: Callable[[str], Dataset],
    pooling: HeadPooling,
    metrics: dict[str, Any],
) -> Release:
    """Return the facts of a network that was trained on all corpora."""
    limits = [limit for name in recipe.corpora for limit in find(name).limits[-1:]]
    return Release(
        _SUMMARY + (_LARGE if isinstance(recipe, LargeModel) else _CONTEXTUAL),
        [recipe],
        corpora_of([recipe], find),
        networks_of([recipe]),
        [*_ALL_CORPORA_LIMITS, *limits, _calibration(FOUR_Q, pooling)],
        None,
        FOUR_Q.language,
        pooling,
        metrics,
        _DEGREES,
    )


def release_of_study(
    pretraining: Pretraining,
    speech: str,
    transfer: Transfer,
    find: Callable[[str], Dataset],
    pooling: HeadPooling,
    metrics: dict[str, Any],
) -> Release:
    """Return the facts of a network pre-trained on speech and transferred to all of the music."""
    dataset = find(transfer.dataset)
    recipes = [transfer, pretraining]
    return Release(
        f"{_SUMMARY}the multi-task network of quad-pred with {_filters(transfer.filters)}, "
        f"pre-trained by {_METHODS[pretraining.method]} on speech ({LANGUAGES[speech]}), then "
        "trained on music in all its layers.",
        recipes,
        corpora_of(recipes, find),
        networks_of(recipes),
        [*dataset.limits, _SPEECH_CORPORA, *NETWORK_LIMITS, _calibration(dataset, pooling)],
        speech,
        dataset.language,
        pooling,
        metrics,
    )


def cross_validation_protocol(scores: dict[str, Any], dataset: Dataset) -> str:
    """Describe the protocol behind the scores of `scoring.score_folds`."""
    folds = len(scores["folds"]["clip"]["quadrants"])
    tests = f"cross-validation on {dataset.title}" if folds > 1 else f"test on {dataset.title}"
    count = f"{folds} folds" if folds > 1 else "one fold"
    pooled = ", calibrated on the other folds" if folds > 1 else ""
    return (
        f"{tests}: macro averages over the {scores['clips']} clips ({scores['patches']} patches) "
        f"of {count} by artist, each predicted by a network of the same recipe that was not "
        f"trained on its artists; clip: mean over the patches{pooled}; the model itself was "
        "trained on all folds"
    )


def protocol_of(recipe: Recipe, scores: dict[str, Any], dataset: Dataset) -> str:
    """Describe the protocol behind the scores of a model that a recipe trained."""
    if isinstance(recipe, MusicOnly):
        return test_fold_protocol(scores, dataset, recipe.test_fold)
    return cross_validation_protocol(scores, dataset)


def test_fold_protocol(scores: dict[str, Any], dataset: Dataset, fold: int) -> str:
    """Describe the protocol behind the scores of one test fold."""
    return (
        f"macro averages on fold {fold} of {dataset.title} ({scores['clips']} clips by artists "
        f"outside of the training data, {scores['patches']} patches); clip: mean over the patches"
    )


def _calibration(dataset: Dataset, pooling: HeadPooling) -> str:
    if not pooling:
        return UNCALIBRATED
    shifted = [head for head, one in pooling.items() if one.offset]
    offsets = "and an offset per head" if len(shifted) == len(pooling) else "per head"
    if 0 < len(shifted) < len(pooling):
        offsets += f", and an offset for {' and '.join(shifted)}"
    if set(pooling) < set(REQUIRED_HEADS):
        offsets = f"and an offset for {' and '.join(pooling)} alone"
    return (
        f"Probabilities of whole files are calibrated on clips of {dataset.title}, by a "
        f"temperature {offsets}; those of single seconds are the network's own."
    )


def _filters(filters: Sequence[int]) -> str:
    numbers = ", ".join(map(str, filters))
    return f"{numbers} filters in its convolution blocks (published: 32, 64, 128)"
