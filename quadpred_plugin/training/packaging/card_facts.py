"""What a card says of a model that was trained here, by the way in which it was trained."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from quadpred_plugin.model.card import LANGUAGES
from quadpred_plugin.training.datasets import CORPORA
from quadpred_plugin.training.datasets.emopia import EMOPIA
from quadpred_plugin.training.datasets.fourq import FOUR_Q
from quadpred_plugin.training.datasets.speech import SPEECH
from quadpred_plugin.training.datasets.table import Corpus
from quadpred_plugin.training.distillation.student import Student
from quadpred_plugin.training.evaluation.scoring import HeadPooling
from quadpred_plugin.training.language_study.pretraining import Pretraining
from quadpred_plugin.training.language_study.transfer import Transfer
from quadpred_plugin.training.recipes.config import Recipe

CITATION = (
    "J. S. Gómez-Cañón, E. Cano, A. G. Pandrea, P. Herrera, E. Gómez, Language-sensitive music "
    "emotion recognition models: are we really there yet?, ICASSP 2021"
)
LICENCE = "CC BY-NC-SA 4.0"
NETWORK_LIMITS = (
    "Each second is judged by itself; form, lyrics and expectation are not heard.",
    "Heads are trained together but not tied: arousal and valence may contradict the quadrant.",
)
UNCALIBRATED = "Probabilities are not calibrated."
_POP_AND_PIANO = (
    "Trained on 30 s excerpts of Western popular recordings of one collection and on synthesised "
    "piano; other styles and solo instruments are outside of what it knows. Of synthesised piano "
    "it is right about six clips of ten."
)
_LEARNED = {
    False: "a small network that learned clips' labels and, second by second, a teacher's word.",
    True: (
        "two small networks, of which one hears how a second moves and one guesses which notes "
        "it has, and a gate that tells solo piano from pop. They learned clips' labels and, second "
        "by second, the word of two teachers: of pop, one that hears by the features of networks "
        "that were trained to tag music (musicnn, vibenet); of piano, one that reads the notes."
    ),
}
_SPEECH_CORPORA = (
    "The speech corpora differ in speakers, recording and style as well as in language: what "
    "their models differ in needn't be due to language."
)


@dataclass(frozen=True)
class Release:
    """Facts of a card that don't follow from the graph.

    Attributes
    ----------
    description : str
    corpora : list of Corpus
        What it was trained on.
    limits : list of str
    speech : {'e', 'm', 'x', None}
        Language of the speech in pre-training; None without.
    music : {'e', 'm'}
        Language of the music.
    settings : dict
        Everything that decided the training.
    pooling : dict of Pooling
        By head, of the mean over a file (`pooling.pool`); empty for none.
    metrics : dict
        Scores with their ``protocol``; empty until they are measured.
    """

    description: str
    corpora: Sequence[Corpus]
    limits: Sequence[str]
    speech: str | None
    music: str
    settings: dict[str, Any]
    pooling: HeadPooling = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)


def of_music_alone(recipe: Recipe, corpus: Corpus) -> Release:
    """Describe a network that `scratch.train` made."""
    return Release(
        "Quadrants, arousal and valence of each second of music: the multi-task network of "
        f"quad-pred with {_filters(recipe.filters)}, trained on music alone, without "
        "pre-training on speech.",
        [corpus],
        [*corpus.limits, *NETWORK_LIMITS, UNCALIBRATED],
        None,
        corpus.language,
        recipe.to_dict(),
    )


def of_students(
    students: Mapping[str, Student], pooling: HeadPooling, metrics: dict[str, Any]
) -> Release:
    """Describe a network of one or more students, by name, that learned from all clips."""
    known = {**CORPORA, EMOPIA.name: EMOPIA}
    subjects = dict.fromkeys(name for one in students.values() for name in one.subjects)
    corpora = [known[name] for name in subjects if name in known]
    first, labels = FOUR_Q.limits
    if EMOPIA.name in subjects:
        first = _POP_AND_PIANO
    return Release(
        f"Quadrants, arousal and valence of each second of music: {_LEARNED[len(students) > 1]}",
        corpora,
        [first, labels, *NETWORK_LIMITS, _calibrated(FOUR_Q)],
        None,
        FOUR_Q.language,
        {name: asdict(one) for name, one in students.items()},
        pooling,
        metrics,
    )


def of_study(
    pretraining: Pretraining,
    speech: str,
    transfer: Transfer,
    corpus: Corpus,
    pooling: HeadPooling,
    metrics: dict[str, Any],
) -> Release:
    """Describe a network that was pre-trained on speech and taken over to all of the music."""
    methods = {
        "scae": "a denoising autoencoder (SCAE)",
        "cpc": "contrastive predictive coding (CPC)",
    }
    return Release(
        "Quadrants, arousal and valence of each second of music: the multi-task network of "
        f"quad-pred with {_filters(transfer.filters)}, pre-trained by "
        f"{methods[pretraining.method]} on speech ({LANGUAGES[speech]}), then trained on music "
        "in all its layers.",
        [corpus, SPEECH],
        [*corpus.limits, _SPEECH_CORPORA, *NETWORK_LIMITS, _calibrated(corpus)],
        speech,
        corpus.language,
        {"pretraining": asdict(pretraining), "transfer": asdict(transfer)},
        pooling,
        metrics,
    )


def cross_validation(scores: dict[str, Any], corpus: Corpus) -> str:
    """Say how the scores of `scoring.score_folds` came about."""
    folds = len(scores["folds"]["clip"]["quadrants"])
    tests = f"cross-validation on {corpus.title}" if folds > 1 else f"test on {corpus.title}"
    count = f"{folds} folds" if folds > 1 else "one fold"
    pooled = ", calibrated on the other folds" if folds > 1 else ""
    return (
        f"{tests}: macro averages over the {scores['clips']} clips ({scores['patches']} patches) "
        f"of {count} by artist, each judged by a network of the same recipe that never saw its "
        f"artists; clip: mean over the patches{pooled}; the model itself learned from all folds"
    )


def _calibrated(corpus: Corpus) -> str:
    return (
        f"Probabilities of whole files are calibrated on clips of {corpus.title}, by a "
        "temperature and an offset a head; those of single seconds are the network's own."
    )


def _filters(filters: Sequence[int]) -> str:
    numbers = ", ".join(map(str, filters))
    return f"{numbers} filters in its convolution blocks (published: 32, 64, 128)"
