"""One run of ``quadpred tag``: look, hear, write, report."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.predict_run import hear
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
    fruitless: frozenset[str],
    undo_path: Path | None,
    force: bool,
    skip_existing: bool,
    dry_run: bool,
    jobs: int,
    quiet: bool,
) -> int:
    """Hear files and write their tags; return the exit code."""
    report = _Report(quiet)
    model = model_value(card.name, card.sha256)
    audible = [
        name
        for name in dict.fromkeys(names)
        if name in fruitless or _is_wanted(name, model, skip_existing, report)
    ]
    interruption = Interruption()
    record = UndoFile(undo_path or default_undo_file(datetime.now()))
    with record, interruption, Progress(len(audible), wanted=not quiet) as progress:
        predictions = hear(card, tuple(audible), fruitless, None, jobs)
        done = 0
        while (prediction := _next(predictions, interruption)) is not None:
            _tag(prediction, force, dry_run, record, report)
            done += 1
            progress.show(done)
    if record.begun and not quiet:
        path = shlex.quote(printable(str(record.path)))
        report.say(f"the former tags come back by: quadpred tag --undo {path}")
    elif dry_run and not quiet:
        report.say("nothing was written (--dry-run).")
    if interruption.wished:
        report.say(f"interrupted: {done} of {len(audible)} files are done.")
        return 130
    return report.exit_code


def undo_tags(path: Path, force: bool, dry_run: bool, quiet: bool) -> int:
    """Bring former tags back; return the exit code."""
    report = _Report(quiet)
    records = read_undo_file(path)
    interruption = Interruption()
    done = 0
    with interruption, Progress(len(records), wanted=not quiet) as progress:
        for record, outcome in undo(records, force, dry_run):
            name = str(record.path)
            if isinstance(outcome, QuadpredError):
                report.fail(name, outcome)
            else:
                if outcome.kept:
                    fields = ", ".join(outcome.kept)
                    report.warn(name, f"keeps {fields}, changed since (--force brings back).")
                if dry_run:
                    report.show(name, outcome.changes)
                else:
                    known = "has its former tags again" if outcome.changes else "has them already"
                    report.tell(name, f"{known}.")
            done += 1
            progress.show(done)
            if interruption.wished:
                report.say(f"interrupted: {done} of {len(records)} files are done.")
                return 130
    return report.exit_code


def _is_wanted(name: str, model: str, skip_existing: bool, report: _Report) -> bool:
    """Look at a file's tags before it is heard, and say why it can't be tagged."""
    try:
        values = TaggedFile(Path(name)).values()
    except AudioError as error:
        report.fail(name, error)
        return False
    return not (skip_existing and values.get(MODEL) == (model,))


def _next(
    predictions: Generator[Prediction, None, None], interruption: Interruption
) -> Prediction | None:
    if interruption.wished:
        predictions.close()
        return None
    try:
        with interruption.at_once():
            return next(predictions, None)
    except KeyboardInterrupt:
        return None


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
        plan = plan_changes(
            TaggedFile(path).values(), values_of(summary, prediction.provenance), force
        )
        links = path.stat().st_nlink
        if plan.changes and not dry_run:
            write_changes(path, plan.changes, lambda: record.append(path, plan.changes))
    except UndoFileError:
        raise
    except (AudioError, OutputError) as error:
        report.fail(name, error)
        return
    except OSError as error:
        report.fail(name, f"can't be read: {error.strerror}.")
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
    known = "" if plan.changes else " (had these tags)"
    report.tell(name, f"{summary.quadrant}, {numbers}{known}")


class _Report:
    """Prints what happens to each file, and keeps the exit code."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self.exit_code = 0

    def tell(self, name: str, words: str) -> None:
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
        """Say something that isn't a failure."""
        if not self._quiet:
            self.say(f"{printable(name)}: {sentence}")

    def fail(self, name: str, reason: str | QuadpredError) -> None:
        """Say why a file failed."""
        self.exit_code = 1
        sentence = str(reason)
        if isinstance(reason, OutputError):
            # These sentences name the file themselves.
            self.say(printable(sentence))
        else:
            self.say(f"{printable(name)}: {sentence}")

    def say(self, sentence: str) -> None:
        """Print a sentence on standard error, if somebody listens."""
        with suppress(OSError):
            click.echo(f"quadpred: {sentence}", err=True)
