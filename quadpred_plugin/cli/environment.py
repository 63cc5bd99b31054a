"""Environment variables of the options: which there are, and which are set in vain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from quadpred_plugin.models import FOLDER_VARIABLE

if TYPE_CHECKING:
    from quadpred_plugin.doctor.findings import Finding

PREFIX = "QUADPRED"


def option_variables(command: click.Command, prefix: str = PREFIX) -> Iterator[str]:
    """Yield the variable of each option of a command and of the commands below it."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name and parameter.expose_value:
            yield f"{prefix}_{parameter.name.upper()}"
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                word = name.upper().replace("-", "_")
                yield from option_variables(below, f"{prefix}_{word}")


def examine_environment(root: click.Command) -> Iterator[Finding]:
    """Look which variables of ours are set."""
    from quadpred_plugin.doctor.findings import NOTE, OK, Finding

    known = {FOLDER_VARIABLE, *option_variables(root)}
    for name, value in sorted(os.environ.items()):
        if not name.startswith(f"{PREFIX}_"):
            continue
        if name in known:
            yield Finding("environment", name, OK, f"is '{value}'")
        else:
            detail = f"is set to '{value}', but no option has that variable."
            yield Finding("environment", name, NOTE, detail, f"unset {name}")
