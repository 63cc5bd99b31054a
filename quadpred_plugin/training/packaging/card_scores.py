"""Scores of a frozen model on its recipe's test fold, and in its card."""

from typing import Any

from quadpred_plugin.inference import Model
from quadpred_plugin.model.card import ModelCard, write_card
from quadpred_plugin.training.evaluation.model_scores import evaluate
from quadpred_plugin.training.packaging.card_facts import protocol_of
from quadpred_plugin.training.recipes.kinds import MusicOnly
from quadpred_plugin.training.runs.workspace import Workspace
from quadpred_plugin.training.splits import test_tracks


def score_test_fold(
    workspace: Workspace, recipe: MusicOnly, card: ModelCard, jobs: int
) -> dict[str, Any]:
    """Score a model on the clips that its recipe keeps outside of the training data.

    In a process that hasn't imported TensorFlow, as `model_scores.evaluate`.

    Parameters
    ----------
    workspace : Workspace
        With the recipe's dataset.
    recipe : MusicOnly
        By which the model was trained.
    card : ModelCard
    jobs : int
        Processes.

    Returns
    -------
    scores : dict
        As `scoring.score_clips` returns them, with their ``protocol``.

    Raises
    ------
    QuadpredError
        If the dataset can't be read or a clip can't be decoded.
    """
    dataset = workspace.dataset(recipe.dataset)
    tracks = test_tracks(workspace.tracks(recipe.dataset), dataset, recipe.test_fold)
    scores = evaluate(Model(card), tracks, jobs)
    return {**scores, "protocol": protocol_of(recipe, scores, dataset)}


def write_scores(card: ModelCard, scores: dict[str, Any]) -> None:
    """Write scores into a model's card; everything else in it stays."""
    content = {**card.content, "quadpred": {**card.content["quadpred"], "metrics": scores}}
    write_card(card.graph.with_suffix(".json"), content)
