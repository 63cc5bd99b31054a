"""Shared --model and --hop options and their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.cli.shell_completion import complete_models

if TYPE_CHECKING:
    from quadpred_plugin.model.card import ModelCard


# s.
_SMALLEST_ROUNDING = 1e-6


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
    """Refuse a hop that is shorter than a frame, and say if it is rounded, unless -q is given.

    Parameters
    ----------
    card : ModelCard
    hop : float or None
        Seconds, as for `Model.predict`.

    Raises
    ------
    click.BadParameter
    """
    preprocessing = card.preprocessing
    try:
        rounded = preprocessing.hop_frames(hop) * preprocessing.frame_seconds
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--hop") from error
    if hop is None or abs(rounded - hop) < _SMALLEST_ROUNDING:
        return
    sentence = (
        f"the hop of {hop:g} s is rounded to {rounded:g} s, a whole number of the model's frames."
    )
    context = click.get_current_context(silent=True)
    # Once for several models with the same frames.
    if context is not None and not context.params.get("quiet") and sentence not in context.meta:
        context.meta[sentence] = True
        print_message(sentence)
