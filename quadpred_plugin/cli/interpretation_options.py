"""Options that say how numbers are read: what a name, a segment and an excerpt take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import FORMATS
from quadpred_plugin.quadrants import QUADRANT_NAMES

if TYPE_CHECKING:
    from quadpred_plugin.exports import Export
    from quadpred_plugin.interpretation import Interpretation

_OPTIONS = (
    click.option(
        "--min-confidence",
        type=click.FloatRange(0, 1),
        default=0.0,
        metavar="PROBABILITY",
        help="Call neutral what is less sure.",
    ),
    click.option(
        "--min-segment",
        type=click.FloatRange(min=0),
        default=2.0,
        metavar="SECONDS",
        help="Length of the shortest segment. Default: 2.",
    ),
    click.option(
        "--hysteresis",
        type=click.FloatRange(min=0),
        default=0.0,
        metavar="SECONDS",
        help="Of certainty, that a change of segment must gain. Default: 0.",
    ),
)
_TOP = (
    click.option(
        "--top",
        type=click.Choice(QUADRANT_NAMES),
        help="Say where each file is the most of this quadrant, instead of all else.",
    ),
    click.option(
        "--seconds",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="Length of the stretch that --top looks for. Default: 30.",
    ),
)


def interpretation_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `interpretation_of` to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def excerpt_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `excerpt_of` to a command."""
    for option in reversed(_TOP):
        command = option(command)
    return command


def interpretation_of(
    min_confidence: float, min_segment: float, hysteresis: float
) -> Interpretation:
    """Return what the options say together."""
    from quadpred_plugin.interpretation import Interpretation

    try:
        return Interpretation(min_confidence, min_segment, hysteresis)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def choose_export(
    format_name: str, level: str | None, top: str | None, seconds: float | None
) -> tuple[Export, str | None]:
    """Return what writes the results, and what its rows stand for.

    Raises
    ------
    click.UsageError
        If the options don't go together, or a package is missing.
    """
    if seconds is not None and not top:
        raise click.UsageError("--seconds is the length of what --top looks for: give it too.")
    if top:
        from quadpred_plugin.exports.excerpts import FORMATS_OF_ROWS, excerpt_export

        if format_name not in FORMATS_OF_ROWS:
            raise click.UsageError(f"--top gives rows: as {', '.join(FORMATS_OF_ROWS)}.")
        if level:
            raise click.UsageError("--top gives a row a file: --level has no meaning with it.")
        return excerpt_export(format_name, top, seconds or 30.0), None
    export = FORMATS[format_name]
    try:
        level = export.choose_level(level)
        export.require()
    except OutputError as error:
        raise click.UsageError(str(error)) from error
    return export, level
