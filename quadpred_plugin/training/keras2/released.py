"""Facts about the original weights for model cards: authors, data, published scores.

References
----------
https://github.com/juansgomez87/quad-pred, commit 8aad3b3 of 26 March 2020: four files, each
with the log of its training.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.model.card import LANGUAGES
from quadpred_plugin.training.packaging.card_facts import CITATION, NETWORK_LIMITS, UNCALIBRATED

LINK = "https://github.com/juansgomez87/quad-pred"
LICENCE = "Apache-2.0 (quad-pred's)"
UNKNOWN_LICENCE = "that of its source"
AUTHOR = "J. S. Gómez-Cañón, E. Cano, P. Herrera, E. Gómez"
EUSIPCO = (
    "J. S. Gómez-Cañón, E. Cano, P. Herrera, E. Gómez, Transfer learning from speech to music: "
    "towards language-sensitive emotion recognition models, EUSIPCO 2020, pp. 136-140"
)
FIGURES_SOURCE = (
    "published, not measured here: macro averages by patch, from the training log of the released "
    "weights; 30 % of the clips held out by class, not by artist. The log swaps the figures of "
    "arousal and valence, as its accuracies and confusion matrices show; here the swap is undone. "
    "The log is of the last epoch, the weights are of the best epoch."
)

_SPEECH = {"e": "LibriSpeech", "m": "AISHELL", "x": "LibriSpeech and AISHELL"}
_MUSIC = {"e": "4Q audio emotion data set", "m": "CH-818 (not public)"}
_MUSIC_LIMITS = {
    "e": "Trained on 30 s excerpts of Western popular recordings of one collection.",
    "m": "Trained on Chinese popular recordings of one collection, whose raters hardly agreed on "
    "the emotions, as the authors found in 2021.",
}


@dataclass(frozen=True)
class ReleasedWeights:
    """One of the four released files.

    Attributes
    ----------
    blob : str
        Git blob identifier of its content (SHA-1), hexadecimal.
    speech, music : str
        Languages, keys of `card.LANGUAGES`.
    figures : dict
        Published precision, recall and F1 of each head, 0..1.
    remark : str
        A limit that its training log shows, for the card; may be empty.
    """

    blob: str
    speech: str
    music: str
    figures: dict[str, tuple[float, float, float]]
    remark: str = ""


RELEASES = (
    ReleasedWeights(
        "75f33a6d53c27eae717259845e4a7de16dd89597",
        "e",
        "e",
        {
            "quadrants": (0.61, 0.58, 0.58),
            "arousal": (0.83, 0.83, 0.83),
            "valence": (0.69, 0.67, 0.66),
        },
    ),
    ReleasedWeights(
        "34c36344fb62e3481bfc7e8258d94307200af625",
        "e",
        "m",
        {
            "quadrants": (0.12, 0.25, 0.16),
            "arousal": (0.32, 0.50, 0.39),
            "valence": (0.29, 0.50, 0.37),
        },
        "Its log shows that it predicts Q1, positive arousal and valence, for every patch.",
    ),
    ReleasedWeights(
        "4f5c44aa359d97c0747c081c49b6303514015758",
        "m",
        "e",
        {
            "quadrants": (0.59, 0.57, 0.56),
            "arousal": (0.82, 0.81, 0.81),
            "valence": (0.70, 0.67, 0.66),
        },
    ),
    ReleasedWeights(
        "f75021041fb7a40c5d35f1c72f85e05c2ec5e6dd",
        "m",
        "m",
        {
            "quadrants": (0.42, 0.40, 0.36),
            "arousal": (0.77, 0.78, 0.78),
            "valence": (0.63, 0.64, 0.63),
        },
        "Its log shows that it hardly ever predicts Q2 or Q4 (recall 0.04 and 0.03).",
    ),
)


def git_blob(content: bytes) -> str:
    """Return the Git blob identifier of a file's content, hexadecimal."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def find_release(content: bytes) -> ReleasedWeights | None:
    """Return the released file with this content, or None."""
    blob = git_blob(content)
    return next((release for release in RELEASES if release.blob == blob), None)


def card_sections(
    path: Path, speech: str, music: str, release: ReleasedWeights | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the facts about an imported model for its card.

    Parameters
    ----------
    path : Path
        The .hdf5.
    speech : {'e', 'm', 'x'}
    music : {'e', 'm'}
    release : ReleasedWeights or None
        The released file with the same content, if any.

    Returns
    -------
    zoo, own : dict
        Arguments of `export.write_model`: entries of Essentia's model zoo, and our own.
    """
    languages = (
        f"pre-trained on speech in {LANGUAGES[speech]}, trained on music with lyrics in "
        f"{LANGUAGES[music]}"
    )
    limits = [
        _MUSIC_LIMITS[music],
        "Frames at the edges of a file are padded with zeros here; the published scripts "
        "reflected the signal, so the first frame and the last two differ.",
        *NETWORK_LIMITS,
        UNCALIBRATED,
    ]
    if release:
        origin = "These weights were made by the authors of quad-pred, not by this project."
    else:
        origin = "This file is none of the four in quad-pred's repository; its author is unknown."
        limits.insert(0, "No scores of these weights have been published or measured.")
    if release and release.remark:
        limits.insert(0, release.remark)
    zoo = {
        "link": LINK if release else "",
        "description": (
            "Quadrants, arousal and valence of each second of music: the multi-task network of "
            f"quad-pred, {languages}. Imported from {path.name}. {origin}"
        ),
        "author": AUTHOR if release else "unknown",
        "release_date": "2020-03-26" if release else "unknown",
        "dataset": {
            "name": f"{_MUSIC[music]}; speech: {_SPEECH[speech]}",
            "citation": EUSIPCO,
            "licence": "see its authors",
        },
        "citation": f"{EUSIPCO}; {CITATION}",
    }
    own: dict[str, Any] = {
        "speech": speech,
        "music": music,
        "limits": limits,
        "licence": LICENCE if release else UNKNOWN_LICENCE,
    }
    if release:
        names = ("precision", "recall", "f1")
        own["published"] = {
            "source": FIGURES_SOURCE,
            "patch": {
                head: dict(zip(names, values, strict=True))
                for head, values in release.figures.items()
            },
        }
    return zoo, own
