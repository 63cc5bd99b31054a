"""Destinations of results: standard output, one file, or one file per input."""

import io
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import click


@dataclass(frozen=True)
class Targets:
    """Audio files and the destinations of their results.

    Attributes
    ----------
    names : tuple of str
        Audio files in order.
    output : Path or None
        One file for all results; None for standard output or one file each.
    outputs : tuple of Path, or None
        One file per audio file.
    plots : tuple of Path, or None
        One picture per audio file.
    """

    names: tuple[str, ...]
    output: Path | None
    outputs: tuple[Path, ...] | None
    plots: tuple[Path, ...] | None


def is_folder(name: str) -> bool:
    """Whether an output is a folder: an existing one, or a name that ends in a slash."""
    return name.endswith(os.sep) or os.path.isdir(name)


def plan_targets(
    names: Sequence[str], output: str | None, plot: str | None, suffix: str, one_each: bool
) -> Targets:
    """Decide which outputs are files and which folders.

    Parameters
    ----------
    names : sequence of str
    output, plot : str or None
        As the user names them; `is_folder` separates folders from files.
    suffix : str
        Suffix of files in an output folder.
    one_each : bool
        Whether a file of the format contains one audio file, so that several need a folder.

    Raises
    ------
    click.UsageError
        If several files would go into one that takes a single one.
    """
    from quadpred_plugin.audio.paths import output_paths

    single: Path | None = None
    outputs: tuple[Path, ...] | None = None
    named_a_file = output is None or (not is_folder(output) and Path(output).suffix)
    if one_each and len(names) > 1 and named_a_file:
        raise click.UsageError(
            f"A {suffix} file contains one audio file, not {len(names)}: give -o a folder, with "
            "a slash at its end."
        )
    if output is not None:
        if is_folder(output) or (one_each and len(names) > 1):
            outputs = tuple(output_paths(names, Path(output), suffix))
        elif one_each:
            outputs = (Path(output),) * len(names)
        else:
            single = Path(output)
    plots: tuple[Path, ...] | None = None
    if plot is not None:
        picture = Path(plot)
        if is_folder(plot) or (len(names) > 1 and not picture.suffix):
            plots = tuple(output_paths(names, picture, ".png"))
        elif len(names) > 1:
            raise click.BadParameter(
                f"{plot} is one picture, not {len(names)}: give --plot a folder.",
                param_hint="--plot",
            )
        else:
            from quadpred_plugin.exports.plots import SUFFIXES

            if picture.suffix.lower() not in SUFFIXES:
                raise click.BadParameter(
                    f"A picture's name ends in {' or '.join(SUFFIXES)}: {plot}.",
                    param_hint="--plot",
                )
            plots = (picture,)
    return Targets(tuple(names), single, outputs, plots)


def check_targets(targets: Targets, force: bool, skip_existing: bool) -> Targets:
    """Make the folders, and refuse or leave out existing outputs, before any work.

    Raises
    ------
    click.UsageError
        If an output exists and neither flag is given, or its folder can't be written.
    """
    for path in {
        file.parent
        for file in (targets.output, *(targets.outputs or ()), *(targets.plots or ()))
        if file is not None
    }:
        _make_folder(path)
    for file in (targets.output, *(targets.outputs or ()), *(targets.plots or ())):
        if file is None or not file.exists():
            continue
        if not file.is_file():
            raise click.UsageError(f"{file} exists and is not a regular file.")
        if not force and not skip_existing:
            raise click.UsageError(f"{file} exists: --force replaces it, --skip-existing keeps it.")
    return _without_existing(targets) if skip_existing else targets


def check_output_file(output: str, force: bool) -> Path:
    """Return the one file for a table of results, whose folder is made.

    Raises
    ------
    click.UsageError
        If it is a folder, exists and ``force`` isn't given, or can't be written.
    """
    path = Path(output)
    if is_folder(output):
        raise click.UsageError(f"{output} is a folder: name a file.")
    if path.is_file() and not force:
        raise click.UsageError(f"{output} exists: --force replaces it.")
    check_targets(Targets((), path, None, None), force=True, skip_existing=False)
    return path


def format_of_table(path: Path | None, formats: Mapping[str, str]) -> str:
    """Return the format of a table of results.

    Parameters
    ----------
    path : Path or None
        The file; None for standard output: ``table`` on a terminal, else ``csv``.
    formats : mapping of str to str
        By suffix.

    Raises
    ------
    click.UsageError
        If the suffix isn't one of these.
    """
    if path is None:
        return "table" if sys.stdout is not None and sys.stdout.isatty() else "csv"
    if path.suffix.lower() not in formats:
        raise click.UsageError(
            f"{path} has an unknown suffix; known suffixes are {', '.join(formats)}. Use one of "
            "these, or give --format."
        )
    return formats[path.suffix.lower()]


def standard_output() -> IO[str]:
    """Return standard output in UTF-8.

    Raises
    ------
    click.UsageError
        If it is closed.
    """
    if sys.stdout is None:
        raise click.UsageError("Standard output is closed: give -o.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Names that aren't UTF-8 are written with their original bytes.
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    return sys.stdout


def _without_existing(targets: Targets) -> Targets:
    if targets.output is not None and targets.output.exists():
        return replace(targets, names=(), plots=None)
    keep = [
        index
        for index in range(len(targets.names))
        if not all(
            files[index].exists() for files in (targets.outputs, targets.plots) if files is not None
        )
        or (targets.outputs is None and targets.plots is None)
    ]

    def chosen(files: tuple[Path, ...] | None) -> tuple[Path, ...] | None:
        return None if files is None else tuple(files[index] for index in keep)

    return Targets(
        tuple(targets.names[index] for index in keep),
        targets.output,
        chosen(targets.outputs),
        chosen(targets.plots),
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"The folder {folder} can't be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK):
        raise click.UsageError(f"The folder {folder} can't be written to.")
