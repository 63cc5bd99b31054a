"""Shared --model and --hop options and their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.cli.shell_completion import complete_models

if TYPE_CHECKING:
    from quadpred_plugin.model.card import ModelCard


def model_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --model, which is ``default`` if not given."""
    return click.option(
        "--model",
        default="default",
        show_default=True,
        metavar="NAME|PATH",
        shell_complete=complete_models,
        help="An installed model, or a .pb with its card.",
    )(command)


def hop_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --hop, in seconds; None if not given."""
    return click.option(
        "--hop",
        type=float,
        metavar="SECONDS",
        help="Time from one patch to the next, rounded to the model's frames (0.032 s). "
        "Default: the patch, without overlap.",
    )(command)


def choose_model(name: str, hop: float | None = None) -> ModelCard:
    """Return the card of a model, after a check of the hop.

    Parameters
    ----------
    name : str
        Name or path.
    hop : float or None
        Seconds, as for `Model.predict`.

    Raises
    ------
    click.UsageError
        If there is no such model, or the hop is shorter than a frame.
    """
    from quadpred_plugin.errors import ModelError
    from quadpred_plugin.model.registry import find_model

    try:
        card = find_model(name)
    except ModelError as error:
        raise click.UsageError(str(error)) from error
    check_hop(card, hop)
    return card


def check_hop(card: ModelCard, hop: float | None) -> None:
    """Refuse a hop that is shorter than a frame.

    Parameters
    ----------
    card : ModelCard
    hop : float or None
        Seconds, as for `Model.predict`.

    Raises
    ------
    click.BadParameter
    """
    try:
        card.preprocessing.hop_frames(hop)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--hop") from error
