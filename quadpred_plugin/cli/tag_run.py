"""Run of ``quadpred tag``: read tags, predict files, write tags, print messages."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path

import click

from quadpred_plugin.audio.unreadable import cannot_open
from quadpred_plugin.cli.file_predictions import predict_files
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.cli.progress import Progress
from quadpred_plugin.errors import AudioError, OutputError, QuadpredError
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.text import printable
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.fields import MODEL, model_value, values_of
from quadpred_plugin.tags.undo import (
    UndoFile,
    UndoFileError,
    default_undo_file,
    read_undo_file,
    undo,
)
from quadpred_plugin.tags.writing import Change, plan_changes, write_changes


def write_tags(
    card: ModelCard,
    names: list[str],
    empty_folders: frozenset[str],
    undo_path: Path | None,
    force: bool,
    skip_existing: bool,
    dry_run: bool,
    jobs: int,
    quiet: bool,
) -> int:
    """Predict files and write their tags; return the exit code."""
    report = _Report(quiet)
    model = model_value(card.name, card.sha256)
    chosen = [
        name
        for name in dict.fromkeys(names)
        if name in empty_folders or _is_chosen(name, model, skip_existing, report)
    ]
    interruption = Interruption()
    record = UndoFile(undo_path or default_undo_file(datetime.now()))
    with record, interruption, Progress(len(chosen), enabled=not quiet) as progress:
        predictions = predict_files(card, chosen, empty_folders, None, jobs)
        done = 0
        for prediction in interruption.iterate(predictions):
            _tag(prediction, force, dry_run, record, report)
            done += 1
            progress.update(done)
    if record.has_records and not quiet:
        path = shlex.quote(printable(str(record.path)))
        print_message(f"to restore the former tags: quadpred tag --undo {path}")
    elif dry_run and not quiet:
        print_message("nothing was written (--dry-run).")
    if interruption.requested:
        print_message(f"interrupted: {done} of {len(chosen)} files are done.")
        return 130
    return report.exit_code


def undo_tags(path: Path, force: bool, dry_run: bool, quiet: bool) -> int:
    """Restore former tags; return the exit code."""
    report = _Report(quiet)
    records = read_undo_file(path)
    interruption = Interruption()
    done = 0
    with interruption, Progress(len(records), enabled=not quiet) as progress:
        for record, outcome in undo(records, force, dry_run):
            name = str(record.path)
            if isinstance(outcome, QuadpredError):
                report.fail(name, outcome)
            else:
                if outcome.kept:
                    fields = ", ".join(outcome.kept)
                    report.warn(name, f"keeps {fields}, changed since (--force restores it).")
                if dry_run:
                    report.show(name, outcome.changes)
                else:
                    state = "restored" if outcome.changes else "unchanged"
                    report.result(name, f"former tags {state}.")
            done += 1
            progress.update(done)
            if interruption.requested:
                print_message(f"interrupted: {done} of {len(records)} files are done.")
                return 130
    return report.exit_code


def _is_chosen(name: str, model: str, skip_existing: bool, report: _Report) -> bool:
    """Return whether to tag a file; report the reason if it can't be tagged."""
    try:
        values = TaggedFile(Path(name)).values()
    except AudioError as error:
        report.fail(name, error)
        return False
    return not (skip_existing and values.get(MODEL) == (model,))


def _tag(
    prediction: Prediction, force: bool, dry_run: bool, record: UndoFile, report: _Report
) -> None:
    """Write one file's tags, or show what would be written."""
    name = prediction.source
    summary = prediction.summary()
    if prediction.status == "error":
        report.fail(name, " ".join(prediction.warnings))
        return
    for warning in prediction.warnings:
        report.warn(name, warning)
    if summary is None:
        return
    path = Path(name)
    try:
        tagged = TaggedFile(path)
        plan = plan_changes(tagged, values_of(summary, prediction.provenance), force)
        links = path.stat().st_nlink
        if plan.changes and not dry_run:
            write_changes(
                path,
                plan.changes,
                lambda former: record.append(path, tagged.kind, plan.changes, former),
            )
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
    if dry_run:
        report.show(name, plan.changes)
        return
    if plan.changes and links > 1:
        report.warn(name, "has other hard links, which keep the former tags.")
    numbers = f"arousal {summary.arousal:.2f}, valence {summary.valence:.2f}"
    state = "" if plan.changes else " (tags unchanged)"
    report.result(name, f"{summary.quadrant}, {numbers}{state}")


class _Report:
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
