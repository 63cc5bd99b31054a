"""Render templates, style sheet, script and data into one page."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.model.card import LANGUAGES, ModelCard
from quadpred_plugin.quadrants import DIMENSIONS, QUADRANT_NAMES, QUADRANTS, Quadrant
from quadpred_plugin.report import drawing, formatting, track
from quadpred_plugin.report.together import COLOURS, Together
from quadpred_plugin.report.track import Track
from quadpred_plugin.version import VERSION

ASSETS = Path(__file__).parent / "assets"


def load_templates() -> Any:
    """Return the Jinja environment of the templates.

    Raises
    ------
    QuadpredError
        If Jinja isn't installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise QuadpredError(
            "Reports need one more package: pip install 'quadpred-plugin[report]'."
        ) from error
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS),
        # File names are untrusted.
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        clock=formatting.clock,
        percent=formatting.percent,
        signed=formatting.signed,
        data=_track_data,
    )
    environment.globals.update(
        dimensions=DIMENSIONS,
        drawing=drawing,
        ink=readable_ink,
        languages=LANGUAGES,
        line_colours=COLOURS,
        quadrants=QUADRANTS,
        settings=track,
        zip=zip,
    )
    return environment


def make_page(tracks: Sequence[Track], card: ModelCard, together: Together | None = None) -> str:
    """Return the page of one or more tracks.

    Parameters
    ----------
    tracks : sequence of Track
        Several tracks are compared.
    card : ModelCard
        Card of the model that made the predictions.
    together : Together, optional
        Curves of the tracks on one axis, which the page then shows too.

    Raises
    ------
    QuadpredError
        If Jinja isn't installed.
    """
    from markupsafe import Markup

    templates = load_templates()
    style = templates.get_template("page.css").render()
    script = (ASSETS / "page.js").read_text(encoding="utf-8")
    return templates.get_template("page.html").render(
        card=card,
        policy=_content_policy(style, script),
        # Files that can't be read may have no provenance.
        provenance=next(
            (one.prediction.provenance for one in tracks if one.prediction.provenance), {}
        ),
        script=Markup(script),
        style=Markup(style),
        together=together,
        tracks=tracks,
        version=VERSION,
    )


def readable_ink(quadrant: Quadrant) -> str:
    """Return the text colour on a quadrant's colour, black or white.

    The result has the higher contrast by the Web Content Accessibility Guidelines 2.
    """
    channels = (value / 255 for value in bytes.fromhex(quadrant.colour[1:]))
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#fff"


def _content_policy(style: str, script: str) -> str:
    """Return a policy that allows the page's own content only, so that injected markup is inert."""

    def source(content: str) -> str:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        return f"'sha256-{digest}'"

    return (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; "
        "img-src data:; media-src data:; base-uri 'none'; form-action 'none'"
    )


def _track_data(shown: Track) -> Any:
    """Return the data of a track for the script, as JSON that is safe within HTML."""
    from markupsafe import Markup

    prediction = shown.shown
    content = {
        "name": shown.name,
        "duration": prediction.duration,
        "start": drawing.cells_start(prediction),
        "hop": prediction.hop,
        "names": QUADRANT_NAMES,
        "quadrants": prediction.quadrants.astype(float).round(4).tolist(),
        "arousal": prediction.arousal.astype(float).round(4).tolist(),
        "valence": prediction.valence.astype(float).round(4).tolist(),
        "segments": [segment.start for segment in shown.segments],
    }
    # A browser ends a script element at the first "</script", even within a JSON string.
    return Markup(json.dumps(content, allow_nan=False).replace("<", "\\u003c"))
