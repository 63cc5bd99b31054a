"""Messages on standard error: printing them, -q against -v, -v and --no-color."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    from collections import Counter

    from quadpred_plugin.model.card import ModelCard

# The most frequent ones.
_SUFFIXES_SHOWN = 5


def print_message(sentence: str) -> None:
    """Print a sentence on standard error."""
    # If standard error is closed, results must still be written.
    with suppress(OSError):
        click.echo(f"quadpred: {sentence}", err=True)


def print_left_out(left_out: Counter[str]) -> None:
    """Print how many files of folders don't count as audio, by suffix, if there are any."""
    if not left_out:
        return
    common = left_out.most_common(_SUFFIXES_SHOWN)
    parts = [f"{number} {suffix or 'without suffix'}" for suffix, number in common]
    others = left_out.total() - sum(number for _, number in common)
    parts += [f"{others} others"] if others else []
    print_message(printable(f"files left out by suffix: {left_out.total()} ({', '.join(parts)})."))


def print_not_searched(paths: Iterable[str], recursive: bool) -> None:
    """Print how many subfolders of the given folders are left out for want of -r."""
    from quadpred_plugin.audio.paths import count_subfolders

    if not recursive and (number := count_subfolders(paths)):
        folders = "subfolder is" if number == 1 else "subfolders are"
        print_message(f"{number} {folders} left out: -r searches them too.")


def color_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --no-color to a command that draws on terminals."""
    return click.option(
        "--no-color",
        is_flag=True,
        expose_value=False,
        callback=_disable_colours,
        help="No colours on a terminal; same as the variable NO_COLOR.",
    )(command)


def verbose_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -v to a command that analyses files."""
    return click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Print the model's settings and a line for each file.",
    )(command)


def check_verbosity(quiet: bool, verbose: bool) -> None:
    """Refuse -q with -v.

    Raises
    ------
    click.UsageError
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other.")


def describe_model(card: ModelCard, hop: float | None) -> str:
    """Return a sentence with a model's path and settings.

    Parameters
    ----------
    card : ModelCard
    hop : float or None
        Seconds, as for `Model.predict`.
    """
    from quadpred_plugin.inference import provenance_of

    facts = provenance_of(card, hop)
    return f"{card.graph}: " + ", ".join(f"{name} {value}" for name, value in facts.items()) + "."


def _disable_colours(context: click.Context, parameter: click.Parameter, chosen: bool) -> None:
    # rich and matplotlib read this variable, see https://no-color.org.
    if chosen:
        os.environ["NO_COLOR"] = "1"
