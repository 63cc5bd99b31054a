"""Generate a page for each shipped model from its card."""

import json
from pathlib import Path

from quadpred_plugin.chain.heads import REQUIRED_HEADS
from quadpred_plugin.model.card import LANGUAGES, ModelCard
from quadpred_plugin.model.registry import installed_models


def write_model_pages(folder: Path) -> None:
    """Write NAME.md for each shipped model, and an index.

    Parameters
    ----------
    folder : Path
        Created if missing; pages of models that no longer exist are removed.
    """
    folder.mkdir(exist_ok=True)
    cards = installed_models().shipped
    pages = {f"{card.name}.md": page(card) for card in cards}
    pages["index.md"] = index(cards)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        # An unchanged page isn't rebuilt.
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def index(cards: list[ModelCard]) -> str:
    """Return the index of all models."""
    lines = [
        "# Model cards",
        "",
        "Generated from the models' cards. `--model NAME` chooses a model, `-s e|m|x` one by the "
        "language of the speech that it was pre-trained on. The first is the default. "
        "[Shipped models](../shipped_models.md) compares them.",
        "",
        "| model | speech | clip-level F1: quadrants, arousal, valence | patch-level F1 |",
        "|---|---|---|---|",
    ]
    for card in cards:
        figures = [
            ", ".join(f"{card.metrics[level][head]['f1']:.2f}" for head in REQUIRED_HEADS)
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
        f"Training data: {content['dataset']['name']}. Pre-trained on speech: {_speech(card)}.",
        "## Figures",
        _figures(card),
        "## Limits",
        "\n".join(f"- {limit}" for limit in card.limits),
        "## Training data",
        _sources(card),
        "## Training",
        _json(own["training"]) if "training" in own else "Not in the card.",
        "## Preprocessing",
        _json(card.preprocessing.to_dict()),
        f"Pooling of a file's patches: {_pooling(card)}. SHA-256 of the graph: `{card.sha256}`.",
        "## Citation",
        f"{content['citation']}.",
    ]
    return "\n\n".join(parts) + "\n"


def _sources(card: ModelCard) -> str:
    lines = ["| source | use | licence | citation |", "|---|---|---|---|"]
    for one in [*card.corpora, *card.networks]:
        cells = (one.get("title", one["name"]), one["use"], one["licence"], one["citation"])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _pooling(card: ModelCard) -> str:
    heads = [
        f"{head} with a temperature of {one.temperature:g}"
        + (f" and an offset of {one.offset:g}" if one.offset else "")
        for head, one in card.pooling.items()
    ]
    return ", ".join(heads) or "their mean"


def _figures(card: ModelCard) -> str:
    if "clip" not in card.metrics:
        return "Not measured."
    lines = [
        "| level | head | precision | recall | F1 | calibration error |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for level in ("clip", "patch"):
        for head in REQUIRED_HEADS:
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
