"""Models: cards, hashes, and a prediction that must come out as it did when they were made."""

from collections.abc import Iterator
from pathlib import Path

from quadpred_plugin.doctor.children import probe
from quadpred_plugin.doctor.findings import NOTE, OK, PROBLEM, Finding
from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.card import ModelCard, read_card
from quadpred_plugin.model.registry import (
    DEFAULT_MODEL,
    installed_models,
    shipped_folder,
    user_folder,
)

_REINSTALL = "pip install --force-reinstall --no-deps quadpred-plugin"


def models() -> Iterator[Finding]:
    """Look at the models that come with the package, then at the user's own."""
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
    yield from _verified(cards, _REINSTALL)
    yield from _own_models()


def _own_models() -> Iterator[Finding]:
    folder = user_folder()
    remedy = f"Import the model again with --force, or remove its files from {folder}."
    try:
        installed = installed_models()
    except ModelError:
        # A shipped card is damaged, which was told above.
        return
    for error in installed.unusable:
        yield Finding("models", "own model", PROBLEM, str(error), remedy)
    yield from _verified(installed.own, remedy)
    if not installed.own and not installed.unusable:
        yield Finding("models", "own models", OK, f"none in {folder}.")


def _verified(cards: list[ModelCard], remedy: str) -> Iterator[Finding]:
    whole = []
    for card in cards:
        try:
            card.verify()
            whole.append(card)
        except ModelError as error:
            yield Finding("models", card.name, PROBLEM, str(error), remedy)
    testable = [card for card in whole if _golden(card).is_file()]
    for card in whole:
        if card not in testable:
            detail = f"is whole, but can't be tested: {_golden(card)} is missing."
            state = PROBLEM if card.graph.parent == shipped_folder() else NOTE
            yield Finding("models", card.name, state, detail, remedy)
    answers = probe("golden", [str(card.graph) for card in testable])
    for card, answer in zip(testable, answers):
        if answer.problem:
            detail = f"is whole, but its self-test fails: {answer.problem}"
            yield Finding(
                "models", card.name, PROBLEM, detail, "Repair what is told of packages first."
            )
            continue
        detail = (
            f"SHA-256 {card.sha256[:12]} as its card says; self-test within "
            f"{answer.facts['difference']:.1g}."
        )
        yield Finding("models", card.name, OK, detail)


def _golden(card: ModelCard) -> Path:
    return card.graph.with_suffix(".golden.npz")
