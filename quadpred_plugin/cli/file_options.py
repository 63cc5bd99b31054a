"""Options of commands that analyse files: PATHS, -r and -j."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from quadpred_plugin.system.addresses import is_address

# Completed as file names by shells. Not checked here: an unreadable file is one error of many.
FILES = click.Path(readable=False)


class FolderOrAddress(click.Path):
    """A folder, checked as by `click.Path`, or an address, which is read later."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return an address unchanged, otherwise what `click.Path` returns."""
        if isinstance(value, str) and is_address(value):
            return value
        return super().convert(value, param, ctx)


def recursive_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -r to a command that takes folders."""
    return click.option("-r", "--recursive", is_flag=True, help="Search subfolders too.")(command)


def jobs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -j to a command that starts worker processes; None if not given."""
    return click.option(
        "-j", "--jobs", type=click.IntRange(min=1), help="Processes; default: one per core."
    )(command)


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
