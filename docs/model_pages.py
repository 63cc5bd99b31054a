"""Writes a page for each shipped model, from its card and nothing else."""

import json
from pathlib import Path

from quadpred_plugin.model.card import LANGUAGES, ModelCard
from quadpred_plugin.model.registry import installed_models

HEADS = ("quadrants", "arousal", "valence")


def write_model_pages(folder: Path) -> None:
    """Write NAME.md for each shipped model, and an index of them.

    Parameters
    ----------
    folder : Path
        Made if it isn't there; pages of models that are gone are removed.
    """
    folder.mkdir(exist_ok=True)
    cards = installed_models().shipped
    pages = {f"{card.name}.md": page(card) for card in cards}
    pages["index.md"] = index(cards)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        # An unchanged page isn't built again.
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def index(cards: list[ModelCard]) -> str:
    """Return the page that lists all models."""
    lines = [
        "# Models",
        "",
        "Written from the models' cards. `--model NAME` chooses one, `-s e|m|x` one by the "
        "language of the speech that it learned from first; the first is the default.",
        "",
        "| model | speech | F1 by clip: quadrants, arousal, valence | by patch |",
        "|---|---|---|---|",
    ]
    for card in cards:
        figures = [
            ", ".join(f"{card.metrics[level][head]['f1']:.2f}" for head in HEADS)
            if level in card.metrics
            else "–"
            for level in ("clip", "patch")
        ]
        lines.append(f"| [{card.name}]({card.name}.md) | {_speech(card)} | {' | '.join(figures)} |")
    names = "\n".join(card.name for card in cards)
    return "\n".join(lines) + f"\n\n```{{toctree}}\n:hidden:\n\n{names}\n```\n"


def page(card: ModelCard) -> str:
    """Return the page of one model."""
    content = card.content
    own = content["quadpred"]
    parts = [
        f"# {card.name}",
        content["description"],
        f"Version {content['version']}, {content['release_date']}, {card.licence}. "
        f"Learned from: {content['dataset']['name']}. Speech that it learned from first: "
        f"{_speech(card)}.",
        "## Figures",
        _figures(card),
        "## What it can't do",
        "\n".join(f"- {limit}" for limit in card.limits),
        "## How it was trained",
        _json(own["training"]) if "training" in own else "The card doesn't say.",
        "## What it hears by",
        _json(card.preprocessing.to_dict()),
        f"Pooling of a file's patches: {_pooling(card)}. SHA-256 of the graph: `{card.sha256}`.",
        "## Citation",
        f"{content['citation']}.",
        f"Data: {content['dataset']['citation']}.",
    ]
    return "\n\n".join(parts) + "\n"


def _pooling(card: ModelCard) -> str:
    heads = [
        f"{head} with a temperature of {one.temperature:g}"
        + (f" and an offset of {one.offset:g}" if one.offset else "")
        for head, one in card.pooling.items()
    ]
    return ", ".join(heads) or "their mean"


def _figures(card: ModelCard) -> str:
    if "clip" not in card.metrics:
        return "None were measured."
    lines = [
        "| level | head | precision | recall | F1 | calibration error |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for level in ("clip", "patch"):
        for head in HEADS:
            scores = card.metrics[level][head]
            error = scores.get("calibration_error")
            cells = [f"{scores[name]:.3f}" for name in ("precision", "recall", "f1")]
            cells.append("–" if error is None else f"{error:.3f}")
            lines.append(f"| {level} | {head} | {' | '.join(cells)} |")
    protocol = card.metrics["protocol"]
    return f"{protocol[0].upper()}{protocol[1:]}.\n\n" + "\n".join(lines)


def _speech(card: ModelCard) -> str:
    return LANGUAGES[card.speech] if card.speech else "none"


def _json(value: object) -> str:
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```"
