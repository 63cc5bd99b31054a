"""Write the tags of files one by one, and print what happens to each."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from quadpred_plugin.audio.unreadable import cannot_open
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.cli.progress import Progress
from quadpred_plugin.errors import AudioError, OutputError, QuadpredError
from quadpred_plugin.prediction import INCOMPLETE, Summary
from quadpred_plugin.system.text import printable
from quadpred_plugin.tags.choices import Choices
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.fields import MODEL, values_of
from quadpred_plugin.tags.planning import Change, plan_changes
from quadpred_plugin.tags.undo import UndoFile, UndoFileError, default_undo_file
from quadpred_plugin.tags.writing import Former, write_changes


@dataclass(frozen=True)
class Writing:
    """How tags are written.

    Attributes
    ----------
    undo_path : Path or None
        New undo file; None for one in the user's state folder.
    force, skip_existing, dry_run, quiet : bool
        As the options.
    choices : Choices
        What the user wants besides the fields that are always written.
    """

    undo_path: Path | None
    force: bool
    skip_existing: bool
    dry_run: bool
    quiet: bool
    choices: Choices


@dataclass(frozen=True)
class FileValues:
    """What is written of a file: predicted now, or from results."""

    name: str
    status: str
    warnings: tuple[str, ...]
    summary: Summary | None
    provenance: Mapping[str, Any]


def write_files(
    values: Generator[FileValues, None, None],
    count: int,
    writing: Writing,
    report: Report,
    on_written: Callable[[str, Former], None] = lambda name, former: None,
) -> int:
    """Write the tags of files; return the exit code.

    Parameters
    ----------
    values : generator of FileValues
    count : int
        Number of files.
    writing : Writing
    report : Report
    on_written : callable
        Called with a file's name and its former bytes after its tags were written.
    """
    interruption = Interruption()
    record = UndoFile(writing.undo_path or default_undo_file(datetime.now()))
    with record, interruption, Progress(count, enabled=not writing.quiet) as progress:
        done = 0
        for one in interruption.iterate(values):
            _tag(one, writing, record, report, on_written)
            done += 1
            progress.update(done)
    if record.has_records and not writing.quiet:
        path = shlex.quote(printable(str(record.path)))
        print_message(f"to restore the former tags: quadpred tag --undo {path}")
    elif writing.dry_run and not writing.quiet:
        print_message("nothing was written (--dry-run).")
    if interruption.requested:
        print_message(f"interrupted: {done} of {count} files are done.")
        return 130
    return report.exit_code


def is_chosen(name: str, model: str | None, report: Report) -> bool:
    """Return whether to tag a file that hasn't this model's tags; report why it can't be."""
    try:
        values = TaggedFile(Path(name)).values()
    except AudioError as error:
        report.fail(name, error)
        return False
    return model is None or values.get(MODEL) != (model,)


def _tag(
    values: FileValues,
    writing: Writing,
    record: UndoFile,
    report: Report,
    on_written: Callable[[str, Former], None],
) -> None:
    """Write one file's tags, or show what would be written."""
    name, summary = values.name, values.summary
    if values.status == "error":
        report.fail(name, " ".join(values.warnings))
        return
    for warning in values.warnings:
        if values.status in INCOMPLETE:
            report.fail(name, warning)
        else:
            report.warn(name, warning)
    if summary is None:
        return
    path = Path(name)
    try:
        tagged = TaggedFile(path)
        wanted = values_of(summary, values.provenance)
        plan = plan_changes(tagged, wanted, writing.force, writing.choices)
        links = path.stat().st_nlink
        if plan.changes and not writing.dry_run:
            written: list[Former] = []

            def keep(former: Former) -> None:
                record.append(path, tagged.kind, plan.changes, former)
                written.append(former)

            write_changes(path, plan.changes, keep)
            on_written(name, written[0])
    except UndoFileError:
        raise
    except (AudioError, OutputError) as error:
        report.fail(name, error)
        return
    except OSError as error:
        report.fail(name, cannot_open(error))
        return
    if plan.kept:
        mood = ", ".join(plan.kept)
        report.warn(name, f"keeps its mood '{printable(mood)}' (--force replaces it).")
    for sentence in (plan.kept_fields or {}).values():
        report.warn(name, printable(sentence))
    if writing.dry_run:
        report.show(name, plan.changes)
        return
    if plan.changes and links > 1:
        report.warn(name, "has other hard links, which keep the former tags.")
    numbers = f"arousal {summary.arousal:.2f}, valence {summary.valence:.2f}"
    state = "" if plan.changes else " (tags unchanged)"
    report.result(name, f"{summary.quadrant}, {numbers}{state}")


class Report:
    """Prints what happens to each file, and keeps the exit code."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self.exit_code = 0

    def result(self, name: str, words: str) -> None:
        """Print a file's result."""
        if not self._quiet:
            click.echo(f"{printable(name)}: {words}")

    def show(self, name: str, changes: tuple[Change, ...]) -> None:
        """Print old and new values."""
        click.echo(printable(name) + ("" if changes else ": no change"))
        width = max((len(change.field) for change in changes), default=0)
        for change in changes:
            old, new = (
                printable("; ".join(values)) if values else "(none)"
                for values in (change.before, change.after)
            )
            click.echo(f"  {change.field:{width}}  {old} -> {new}")

    def warn(self, name: str, sentence: str) -> None:
        """Print a warning of a file."""
        if not self._quiet:
            print_message(f"{printable(name)}: {sentence}")

    def fail(self, name: str, reason: str | QuadpredError) -> None:
        """Print why a file failed."""
        self.exit_code = 1
        sentence = str(reason)
        if isinstance(reason, OutputError):
            # Its message names the file.
            print_message(printable(sentence))
        else:
            print_message(f"{printable(name)}: {sentence}")
