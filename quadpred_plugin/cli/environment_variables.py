"""Environment variables of the options, and those that are set without effect."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from quadpred_plugin.doctor.findings import Finding

PREFIX = "QUADPRED"


def name_variables(command: click.Command, prefix: str) -> list[str]:
    """Set the environment variable of each option of a command and its subcommands.

    Names are those of the options; click's own would be those of parameters in the code.

    Parameters
    ----------
    command : click.Command
    prefix : str
        The program and the command in capitals, such as ``QUADPRED_MODELS_SHOW``.

    Returns
    -------
    names : list of str
        All variables.
    """
    names = []
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            longest = max((*parameter.opts, *parameter.secondary_opts), key=len)
            parameter.envvar = f"{prefix}_{_capitals(longest.lstrip('-'))}"
            names.append(parameter.envvar)
    if isinstance(command, click.Group):
        for name in command.commands:
            names += name_variables(command.commands[name], f"{prefix}_{_capitals(name)}")
    return names


def _capitals(word: str) -> str:
    return word.upper().replace("-", "_")


def examine_environment(root: click.Command) -> Iterator[Finding]:
    """Yield a finding for each variable of the program that is set."""
    from quadpred_plugin.doctor.findings import NOTE, OK, Finding
    from quadpred_plugin.model.registry import FOLDER_VARIABLE
    from quadpred_plugin.system.failures import DEBUG_VARIABLE

    known = {FOLDER_VARIABLE, DEBUG_VARIABLE}
    if isinstance(root, click.Group):
        context = click.Context(root)
        for word in root.list_commands(context):
            command = root.get_command(context, word)
            if command is not None:
                known.update(name_variables(command, f"{PREFIX}_{_capitals(word)}"))
    for name, value in sorted(os.environ.items()):
        if not name.startswith(f"{PREFIX}_"):
            continue
        if name in known:
            yield Finding("environment", name, OK, f"is '{value}'")
        else:
            detail = f"is set to '{value}' without effect: no option has that variable."
            yield Finding("environment", name, NOTE, detail, f"unset {name}")
