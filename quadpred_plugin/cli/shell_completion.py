"""Completion of models' names in shells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_models(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the installed models' names that fit, or files if none does."""
    from click.shell_completion import CompletionItem

    from quadpred_plugin.errors import ModelError
    from quadpred_plugin.model.registry import list_models

    try:
        names = ["default", *(card.name for card in list_models())]
    except ModelError:
        names = ["default"]
    fitting = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return fitting or [CompletionItem(incomplete, type="file")]
