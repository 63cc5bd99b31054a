"""Check models: cards, hashes, and predictions for the golden vectors."""

from collections.abc import Iterator
from pathlib import Path

from quadpred_plugin.doctor.findings import NOTE, OK, PROBLEM, Finding
from quadpred_plugin.doctor.subprocess_probes import run_probe
from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.card import ModelCard, read_card
from quadpred_plugin.model.registry import (
    DEFAULT_MODEL,
    installed_models,
    shipped_folder,
    user_folder,
)

_REINSTALL = "pip install --force-reinstall --no-deps quadpred-plugin"


def check_models() -> Iterator[Finding]:
    """Check the shipped models, then the user's own."""
    folder = shipped_folder()
    paths = sorted(folder.glob("*.json"))
    if folder / f"{DEFAULT_MODEL}.json" not in paths:
        detail = f"the default model is missing in {folder}."
        yield Finding("models", DEFAULT_MODEL, PROBLEM, detail, _REINSTALL)
    cards = []
    for path in paths:
        try:
            cards.append(read_card(path))
        except ModelError as error:
            yield Finding("models", path.stem, PROBLEM, str(error), _REINSTALL)
    yield from _check_graphs(cards, _REINSTALL)
    yield from _check_own_models()


def _check_own_models() -> Iterator[Finding]:
    folder = user_folder()
    remedy = f"Import the model again with --force, or remove its files from {folder}."
    try:
        installed = installed_models()
    except ModelError:
        # A shipped card is damaged, which is reported above.
        return
    for error in installed.unusable:
        yield Finding("models", "own model", PROBLEM, str(error), remedy)
    yield from _check_graphs(installed.own, remedy)
    if not installed.own and not installed.unusable:
        yield Finding("models", "own models", OK, f"none in {folder}.")


def _check_graphs(cards: list[ModelCard], remedy: str) -> Iterator[Finding]:
    verified = []
    for card in cards:
        try:
            card.verify()
            verified.append(card)
        except ModelError as error:
            yield Finding("models", card.name, PROBLEM, str(error), remedy)
    testable = [card for card in verified if _golden_file(card).is_file()]
    for card in verified:
        if card not in testable:
            detail = f"is complete, but can't be tested: {_golden_file(card)} is missing."
            state = PROBLEM if card.graph.parent == shipped_folder() else NOTE
            yield Finding("models", card.name, state, detail, remedy)
    results = run_probe("golden", [str(card.graph) for card in testable])
    for card, result in zip(testable, results):
        if result.problem:
            detail = f"is complete, but its self-test fails: {result.problem}"
            advice = "Fix the package problems listed above first."
            yield Finding("models", card.name, PROBLEM, detail, advice)
            continue
        detail = (
            f"SHA-256 {card.sha256[:12]} matches its card; self-test within "
            f"{result.facts['difference']:.1g}."
        )
        yield Finding("models", card.name, OK, detail)


def _golden_file(card: ModelCard) -> Path:
    return card.graph.with_suffix(".golden.npz")
