"""The steps of a training, each finding what the one before it left."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.model.card import read_card, write_card
from quadpred_plugin.training.datasets import Clip, Corpus, find_corpus, read_clips
from quadpred_plugin.training.recipes.config import Recipe
from quadpred_plugin.training.splits import Split, split_clips


@dataclass(frozen=True)
class Workplace:
    """Where data are and where work is kept.

    Attributes
    ----------
    data : Path
        Folder of the corpus, with its ``labels.csv``.
    work : Path
        Folder of caches and runs.
    """

    data: Path
    work: Path
    preprocessing: Preprocessing

    def run_folder(self, recipe: Recipe) -> Path:
        """Where a recipe's networks and log are."""
        return self.work / "runs" / recipe.name

    def corpus(self, recipe: Recipe) -> Corpus:
        """Return what is known of the recipe's corpus."""
        return find_corpus(recipe.corpus, self.data)

    def split(self, recipe: Recipe) -> Split:
        """Return the recipe's split of the corpus."""
        clips = read_clips(self.data / "labels.csv")
        share = recipe.validation_share
        return split_clips(clips, self.corpus(recipe), recipe.test_fold, share, recipe.seed)

    def features(self, recipe: Recipe, clips: Sequence[Clip]) -> list[Any]:
        """Return the features of clips, computing those that the cache lacks."""
        from quadpred_plugin.training.features import cache_features

        folder = self.work / "features" / recipe.corpus
        return [np.load(path) for path in cache_features(clips, self.preprocessing, folder)]


def train_from_scratch(
    workplace: Workplace, recipe: Recipe, report: Callable[[dict[str, float]], None]
) -> Path:
    """Train by a recipe, or go on where a run was interrupted; return the run's folder."""
    from quadpred_plugin.training.language_study.music_only import one_hot_labels, train

    split = workplace.split(recipe)
    train(
        recipe,
        workplace.preprocessing,
        workplace.features(recipe, split.train),
        one_hot_labels(split.train),
        workplace.features(recipe, split.validation),
        one_hot_labels(split.validation),
        workplace.run_folder(recipe),
        report,
    )
    return workplace.run_folder(recipe)


def export_run(
    workplace: Workplace, recipe: Recipe, name: str, folder: Path, release_date: str
) -> Path:
    """Freeze the best network of a run; return the graph's path.

    Raises
    ------
    QuadpredError
        If the run has no network yet.
    """
    best = workplace.run_folder(recipe) / "best.keras"
    if not best.exists():
        raise QuadpredError(
            f"There is no trained network {best}: run 'quadpred train scratch {recipe.name}'."
        )
    import keras

    from quadpred_plugin.training.packaging.card_facts import of_music_alone
    from quadpred_plugin.training.packaging.export import export

    network = keras.saving.load_model(best, compile=False)
    release = of_music_alone(recipe, workplace.corpus(recipe))
    return export(network, workplace.preprocessing, release, name, folder, release_date)


def evaluate_model(
    workplace: Workplace, recipe: Recipe, graph: Path, write: bool
) -> dict[str, Any]:
    """Score a frozen model on its recipe's test fold, and write the figures into its card.

    In a process that hasn't imported TensorFlow: Essentia brings its own, and the two end
    the process when they meet.
    """
    from quadpred_plugin.training.evaluation.model_scores import evaluate

    card = read_card(graph)
    clips = workplace.split(recipe).test
    scores = evaluate(Model(card), clips, jobs=os.cpu_count() or 1)
    scores["protocol"] = (
        f"macro averages on fold {recipe.test_fold} of {workplace.corpus(recipe).title} "
        f"({scores['clips']} clips by artists that training never saw, {scores['patches']} "
        "patches); clip: mean over the patches"
    )
    if write:
        content = card.content
        content["quadpred"]["metrics"] = scores
        write_card(graph.with_suffix(".json"), content)
    return scores
