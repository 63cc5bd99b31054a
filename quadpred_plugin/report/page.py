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
from quadpred_plugin.report.collection import COLUMNS, Collection
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
    return _render(
        "page",
        media="data:",
        card=card,
        # Files that can't be read may have no provenance.
        provenance=next(
            (one.prediction.provenance for one in tracks if one.prediction.provenance), {}
        ),
        together=together,
        tracks=tracks,
    )


def make_collection_page(collection: Collection, folder: str, card: ModelCard | None = None) -> str:
    """Return the page of a collection.

    Parameters
    ----------
    collection : Collection
    folder : str
        Folder of the page, from which tracks are addressed.
    card : ModelCard, optional
        Card of the model that made the predictions, if it is known.

    Raises
    ------
    QuadpredError
        If Jinja isn't installed.
    """
    return _render(
        "collection",
        # The tracks, opened from a disk or from the page's own server.
        media="'self' file:",
        card=card,
        provenance={},
        collection=collection,
        columns=COLUMNS,
        data=_safe_json(collection.page_data(folder)),
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


def _render(name: str, media: str, **content: Any) -> str:
    """Return the page of a template, with its style sheet and script."""
    from markupsafe import Markup

    templates = load_templates()
    sheets = ["page.css"] if name == "page" else ["page.css", f"{name}.css"]
    style = "".join(templates.get_template(sheet).render() for sheet in sheets)
    script = "".join(
        (ASSETS / file).read_text(encoding="utf-8") for file in ("common.js", f"{name}.js")
    )
    return templates.get_template(f"{name}.html").render(
        policy=_content_policy(style, script, media),
        script=Markup(script),
        style=Markup(style),
        version=VERSION,
        **content,
    )


def _content_policy(style: str, script: str, media: str) -> str:
    """Return a policy that allows the page's own content only, so that injected markup is inert."""

    def source(content: str) -> str:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        return f"'sha256-{digest}'"

    return (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; "
        f"img-src data:; media-src {media}; base-uri 'none'; form-action 'none'"
    )


def _track_data(shown: Track) -> Any:
    """Return the data of a track for the script."""
    prediction = shown.shown
    return _safe_json(
        {
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
    )


def _safe_json(content: dict[str, Any]) -> Any:
    """Return JSON that is safe within HTML."""
    from markupsafe import Markup

    # A browser ends a script element at the first "</script", even within a JSON string.
    return Markup(json.dumps(content, allow_nan=False).replace("<", "\\u003c"))
