"""Write the tables that are computed from the shipped models into the documentation."""

from pathlib import Path

import click
import numpy as np
from markers import MarkerError, replace_between_markers

# Before Essentia, whose start-up messages it suppresses.
from quadpred_plugin.inference import load_model
from quadpred_plugin.model.card import LANGUAGES
from quadpred_plugin.model.registry import DEFAULT_MODEL, installed_models
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.standard import TensorflowPredictQuad

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples" / "audio").glob("*.ogg"))
MODELS_PAGE = ROOT / "docs" / "shipped_models.md"
ESSENTIA_PAGE = ROOT / "docs" / "reference" / "essentia.md"

# Values of MonoLoader's resampleQuality: 0 is the best, 4 linear interpolation.
QUALITIES = range(5)


def models_table() -> str:
    """Return a table of the shipped models with the figures of their cards."""
    cards = installed_models().shipped
    lines = [
        "| model | speech, music | clip-level F1: quadrants, arousal, valence | patch-level F1 "
        "| licence |",
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
    lines += ["", *(f"- `{card.name}`: {card.metrics['protocol']}." for card in cards)]
    return "\n".join(lines)


def examples_table() -> str:
    """Return a table of the default model's predictions for the example pieces."""
    model = load_model()
    names = " | ".join(quadrant.name.lower() for quadrant in QUADRANTS)
    lines = [
        f"| piece | composed as | predicted | {names} | arousal | valence |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for path in EXAMPLES:
        summary = model.predict(path).summary()
        assert summary is not None
        numbers = " | ".join(
            f"{value:.2f}" for value in (*summary.quadrants, summary.arousal, summary.valence)
        )
        intended = path.stem.split("_")[0].upper()
        lines.append(f"| `{path.name}` | {intended} | {summary.quadrant} | {numbers} |")
    return "\n".join(lines)


def resampling_table() -> str:
    """Return a table of patches whose most probable quadrant depends on the resampler.

    Compared are MonoLoader at each quality, and the default model's decoding, which resamples by
    soxr.
    """
    from essentia.standard import MonoLoader

    model = load_model()
    predict = TensorflowPredictQuad()
    lines = [
        f"| piece | patches | {' | '.join(map(str, QUALITIES))} |",
        f"|---|---:|{'---:|' * len(QUALITIES)}",
    ]
    for path in EXAMPLES:
        expected = model.predict(path).quadrants.argmax(axis=1)
        shares = []
        for quality in QUALITIES:
            samples = MonoLoader(filename=str(path), sampleRate=16000, resampleQuality=quality)()
            found = predict(samples)[0].argmax(axis=1)
            # MonoLoader may lose the last samples.
            shared = min(len(found), len(expected))
            shares.append(np.mean(found[:shared] != expected[:shared]))
        cells = " | ".join(f"{share:.0%}".replace("%", " %") for share in shares)
        lines.append(f"| `{path.name}` | {len(expected)} | {cells} |")
    return "\n".join(lines)


@click.command(help=__doc__)
def main() -> None:
    """Replace all tables."""
    try:
        replace_between_markers(MODELS_PAGE, models_table(), "models")
        replace_between_markers(MODELS_PAGE, examples_table(), "examples")
        replace_between_markers(ESSENTIA_PAGE, resampling_table(), "resampling")
    except MarkerError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
