"""Options that interpret predictions: neutral zone, segments, excerpts; the choice of a format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from quadpred_plugin.errors import OutputError, QuadpredError
from quadpred_plugin.exports import FORMATS
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.scales import SCALES

if TYPE_CHECKING:
    from quadpred_plugin.exports import Export

confidence_option = click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Name predictions of a lower probability neutral. Default: 0.",
)
_OPTIONS = (
    confidence_option,
    click.option(
        "--min-segment",
        type=click.FloatRange(min=0),
        default=Interpretation.minimum_segment,
        metavar="SECONDS",
        help=f"Minimum length of a segment. Default: {Interpretation.minimum_segment:g}.",
    ),
    click.option(
        "--hysteresis",
        type=click.FloatRange(min=0),
        default=Interpretation.hysteresis,
        metavar="SECONDS",
        help="Cost of a change of quadrant, in seconds of full confidence. "
        f"Default: {Interpretation.hysteresis:g}.",
    ),
    click.option(
        "--segment-confidence",
        type=click.FloatRange(0, 1),
        default=Interpretation.segment_confidence,
        metavar="P",
        help="Leave out segments of a lower mean probability. "
        f"Default: {Interpretation.segment_confidence:g}.",
    ),
    click.option(
        "--columns",
        "measures",
        metavar="NAMES",
        help="Add columns, comma-separated: confidence (the largest probability) and consistency "
        "(of the heads with each other).",
    ),
    click.option(
        "--scale",
        "scales",
        type=click.Choice(list(SCALES)),
        multiple=True,
        metavar="NAME",
        help="Add columns of arousal and valence from 0 to 1 (unit), 1 to 9 (likert9) or 0 to 100 "
        "(percent); repeatable.",
    ),
    click.option(
        "--words",
        type=click.Path(),
        metavar="FILE",
        help="Add a column of the words that FILE, a csv, has for ranges of arousal and valence.",
    ),
)
# Options without effect on excerpts, by parameter.
_IGNORED_BY_TOP = {
    "min_confidence": "--min-confidence",
    "min_segment": "--min-segment",
    "hysteresis": "--hysteresis",
    "segment_confidence": "--segment-confidence",
    "against": "--against",
}
_TOP = (
    click.option(
        "--top",
        multiple=True,
        type=click.Choice(QUADRANT_NAMES, case_sensitive=False),
        help="Print only the excerpt of each file with the highest probability of this quadrant; "
        "repeatable.",
    ),
    click.option(
        "--seconds",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="Length of the excerpts of --top. Default: 30.",
    ),
)


def interpretation_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `interpretation_of` to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def excerpt_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --top and --seconds to a command."""
    for option in reversed(_TOP):
        command = option(command)
    return command


def interpretation_of(
    min_confidence: float,
    min_segment: float,
    hysteresis: float,
    segment_confidence: float,
    measures: str | None,
    scales: Sequence[str],
    words: str | None,
) -> Interpretation:
    """Return the interpretation of the options' values.

    Raises
    ------
    click.UsageError
        If a value is no number, or the file of words can't be read or has gaps or overlaps.
    """
    from quadpred_plugin.word_ranges import read_word_ranges

    try:
        return Interpretation(
            *(min_confidence, min_segment, hysteresis, segment_confidence),
            scales=tuple(dict.fromkeys(scales)),
            words=read_word_ranges(Path(words)) if words is not None else None,
            measures=tuple(dict.fromkeys(_names(measures))) if measures is not None else (),
        )
    except (ValueError, QuadpredError) as error:
        raise click.UsageError(str(error)) from error


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def check_columns(export: Export, top: Sequence[str], option: str) -> None:
    """Refuse an option that adds columns or rows to formats that have none.

    Raises
    ------
    click.UsageError
    """
    if top:
        raise click.UsageError(f"{option} has no effect on the excerpts of --top: leave one out.")
    if not export.has_columns:
        formats = ", ".join(name for name, one in FORMATS.items() if one.has_columns)
        raise click.UsageError(f"{option} needs a format of rows: {formats}.")


def choose_export(
    format_name: str, level: str | None, top: Sequence[str], seconds: float | None
) -> tuple[Export, str | None]:
    """Return the export and the level of its rows.

    Raises
    ------
    click.UsageError
        If the options exclude each other, or a package is missing.
    """
    if seconds is not None and not top:
        raise click.UsageError("--seconds is the length of the excerpt of --top: give --top too.")
    if top:
        from quadpred_plugin.exports.excerpts import EXCERPT_FORMATS, excerpt_export

        if format_name not in EXCERPT_FORMATS:
            raise click.UsageError(f"--top needs a format of rows: {', '.join(EXCERPT_FORMATS)}.")
        if level:
            raise click.UsageError("--top writes rows of excerpts: --level has no effect with it.")
        _refuse_ignored()
        return excerpt_export(format_name, tuple(dict.fromkeys(top)), seconds or 30.0), None
    export = FORMATS[format_name]
    try:
        level = export.choose_level(level)
        export.require()
    except OutputError as error:
        raise click.UsageError(str(error)) from error
    return export, level


def _refuse_ignored() -> None:
    """Refuse options of the command line that --top ignores; variables may stay set."""
    context = click.get_current_context()
    for parameter, option in _IGNORED_BY_TOP.items():
        if context.get_parameter_source(parameter) is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"{option} has no effect on the excerpts of --top: leave it out."
            )
