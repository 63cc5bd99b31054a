"""Run of ``quadpred tag``: predict files and write their tags, or undo it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from quadpred_plugin.cli.file_predictions import predict_files
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.cli.progress import Progress
from quadpred_plugin.cli.tag_files import FileValues, Report, Writing, is_chosen, write_files
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.tags.fields import model_value
from quadpred_plugin.tags.undo import read_undo_file, undo


def predict_and_write(
    card: ModelCard,
    names: list[str],
    empty_folders: frozenset[str],
    jobs: int,
    writing: Writing,
) -> int:
    """Predict files and write their tags; return the exit code."""
    report = Report(writing.quiet)
    model = model_value(card.name, card.sha256) if writing.skip_existing else None
    chosen = [
        name
        for name in dict.fromkeys(names)
        if name in empty_folders or is_chosen(name, model, report)
    ]

    def values() -> Generator[FileValues, None, None]:
        with closing(predict_files(card, chosen, empty_folders, None, jobs)) as predictions:
            for one in predictions:
                yield FileValues(
                    one.source, one.status, one.warnings, one.summary(), one.provenance
                )

    return write_files(values(), len(chosen), writing, report)


def undo_tags(path: Path, force: bool, dry_run: bool, quiet: bool) -> int:
    """Restore former tags; return the exit code."""
    report = Report(quiet)
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
