"""What the shell offers for an argument, while a line is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Names of files for the shell's completion, and nothing more: each is looked at when its turn
# comes, so that one that can't be read is one error of many.
FILES = click.Path(readable=False)


def complete_models(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the installed models' names, and files where none of them fits."""
    from click.shell_completion import CompletionItem

    from quadpred_plugin.errors import ModelError
    from quadpred_plugin.model.registry import list_models

    try:
        names = ["default", *(card.name for card in list_models())]
    except ModelError:
        names = ["default"]
    fitting = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return fitting or [CompletionItem(incomplete, type="file")]
