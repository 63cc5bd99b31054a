"""Writes the README's tables of models and of the example pieces from what is installed."""

from pathlib import Path

import click
from readme import replace_between_markers

from quadpred_plugin.inference import load_model
from quadpred_plugin.model.card import LANGUAGES
from quadpred_plugin.model.registry import DEFAULT_MODEL, installed_models

EXAMPLES = Path(__file__).parent.parent / "examples" / "audio"


def models_table() -> str:
    """Return the table of the models that are shipped, with the figures of their cards."""
    cards = installed_models().shipped
    lines = [
        "| model | speech, music | F1 by clip: quadrants, arousal, valence | by patch | licence |",
        "|---|---|---|---|---|",
    ]
    for card in cards:
        name = f"`{card.name}`" + (" (default)" if card.name == DEFAULT_MODEL else "")
        languages = f"{LANGUAGES.get(card.speech or '', 'none')}, {LANGUAGES[card.music]}"
        figures = [
            ", ".join(f"{scores['f1']:.2f}" for scores in card.metrics[level].values())
            for level in ("clip", "patch")
        ]
        lines.append(f"| {name} | {languages} | {figures[0]} | {figures[1]} | {card.licence} |")
    lines += ["", *(f"`{card.name}`: {card.metrics['protocol']}." for card in cards)]
    return "\n".join(lines)


def examples_table() -> str:
    """Return what the default model says of the example pieces."""
    model = load_model()
    lines = [
        "| piece | composed as | heard as | q1 | q2 | q3 | q4 | arousal | valence |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for path in sorted(EXAMPLES.glob("*.ogg")):
        summary = model.predict(path).summary()
        assert summary is not None
        meant = path.stem.split("_")[0].upper()
        numbers = " | ".join(
            f"{value:.2f}" for value in (*summary.quadrants, summary.arousal, summary.valence)
        )
        lines.append(f"| `{path.name}` | {meant} | {summary.quadrant} | {numbers} |")
    return "\n".join(lines)


@click.command()
@click.argument("readme", type=click.Path(exists=True, path_type=Path))
def main(readme: Path) -> None:
    """Replace the tables in README."""
    for name, table in (("models", models_table()), ("examples", examples_table())):
        replace_between_markers(readme, table, name)


if __name__ == "__main__":
    main()
