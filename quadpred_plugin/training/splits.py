"""Who trains, who decides when to stop, who is only tested."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Clip, Corpus


@dataclass(frozen=True)
class Split:
    """Three parts of a corpus without a common artist or recording."""

    train: list[Clip]
    validation: list[Clip]
    test: list[Clip]


def split_clips(
    clips: Sequence[Clip], corpus: Corpus, test_fold: int, validation_share: float, seed: int
) -> Split:
    """Split by fold, and the training folds by artist.

    A test clip whose recording also stands in another fold under another name is
    dropped; so is one of a pair that would stand in both training and validation.

    Parameters
    ----------
    clips : sequence of Clip
    corpus : Corpus
        Names the clips that are one recording.
    test_fold : int
    validation_share : float
        Share of the artists of the other folds, 0..1.
    seed : int

    Raises
    ------
    QuadpredError
        If there are too few artists to learn from and to hold out.
    """
    rest = [clip for clip in clips if clip.fold != test_fold]
    artists = sorted({clip.artist for clip in rest})
    order = np.random.default_rng(seed).permutation(len(artists))
    chosen = {artists[index] for index in order[: round(validation_share * len(artists))]}
    train = [clip for clip in rest if clip.artist not in chosen]
    validation = [clip for clip in rest if clip.artist in chosen]
    test = [clip for clip in clips if clip.fold == test_fold]
    partners = {a: b for a, b in corpus.same_recordings}
    partners |= {b: a for a, b in corpus.same_recordings}
    trained_on = {clip.name for clip in train}
    validation = [clip for clip in validation if partners.get(clip.name) not in trained_on]
    known = {clip.name for clip in rest}
    test = [clip for clip in test if partners.get(clip.name) not in known]
    parts = [("learn from", train)]
    if validation_share > 0:
        parts.append(("decide when to stop", validation))
    for part, found in parts:
        if not found:
            raise QuadpredError(
                f"No clip is left to {part}: beside fold {test_fold} there are clips of "
                f"{len(artists)} artists, of which {validation_share:.0%} are held out. Artists in "
                "more folds, or another validation_share, help."
            )
    return Split(train, validation, test)
