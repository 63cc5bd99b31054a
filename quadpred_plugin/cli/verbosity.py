"""Options that say how much is told on standard error, and whether in colours."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quadpred_plugin.model.card import ModelCard


def color_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --no-color to a command that draws on terminals."""
    return click.option(
        "--no-color",
        is_flag=True,
        expose_value=False,
        callback=_without_color,
        help="No colours on a terminal; the variable NO_COLOR asks for the same.",
    )(command)


def verbose_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -v to a command that hears files."""
    return click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Tell of the model and of each file.",
    )(command)


def check_telling(quiet: bool, verbose: bool) -> None:
    """Refuse -q with -v.

    Raises
    ------
    click.UsageError
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other.")


def explain_model(card: ModelCard, hop: float | None) -> str:
    """Return a sentence on what hears, and how.

    Parameters
    ----------
    card : ModelCard
    hop : float or None
        s.
    """
    from quadpred_plugin.inference import provenance_of

    facts = provenance_of(card, hop)
    return f"{card.graph}: " + ", ".join(f"{name} {value}" for name, value in facts.items()) + "."


def _without_color(context: click.Context, parameter: click.Parameter, wished: bool) -> None:
    # What draws asks for this variable, in every program that https://no-color.org tells of.
    if wished:
        os.environ["NO_COLOR"] = "1"
