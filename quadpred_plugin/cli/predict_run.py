"""Run of ``quadpred predict``: predict files, write results, print messages."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import IO, Any

from quadpred_plugin.analysis.disagreement import with_disagreement
from quadpred_plugin.analysis.given_sections import sections_without_values, with_sections
from quadpred_plugin.analysis.resampling import resample
from quadpred_plugin.analysis.smoothing import smooth
from quadpred_plugin.cli.destinations import Targets
from quadpred_plugin.cli.file_predictions import predict_files_with_each
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.message_options import describe_model, print_message
from quadpred_plugin.cli.progress import Progress
from quadpred_plugin.errors import ModelError, OutputError
from quadpred_plugin.exports import Export
from quadpred_plugin.exports.columns import LABEL, interpretation_columns
from quadpred_plugin.exports.excerpts import ExcerptExport
from quadpred_plugin.exports.plots import save_taggram
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import INCOMPLETE, Prediction
from quadpred_plugin.sections.section import Section
from quadpred_plugin.system.failures import failures_as
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.system.text import printable


def run(
    cards: Sequence[ModelCard],
    targets: Targets,
    empty_folders: frozenset[str],
    hop: float | None,
    export: Export,
    level: str | None,
    interpretation: Interpretation,
    jobs: int,
    quiet: bool,
    verbose: bool,
    embeddings: bool,
    stream: int | None,
    sections: Mapping[str, Sequence[Section]] | None,
    smoothing: float,
    rate: float | None,
) -> int:
    """Predict all files with the first model, compared with the others; return the exit code."""
    results = _Results(targets, export, quiet, verbose)
    further = (
        *cards[0].further_heads,
        *interpretation_columns(interpretation),
        *([LABEL] if sections is not None else []),
    )
    results.describe(cards, hop)
    with results.interruption, Progress(len(targets.names), enabled=not quiet) as progress:
        each = predict_files_with_each(
            cards, targets.names, empty_folders, hop, jobs, embeddings, stream
        )
        compared = _compared(each, interpretation, sections)
        curves = _with_curves(compared, smoothing, rate)
        predictions = results.watch(curves, progress)
        if targets.outputs is not None:
            results.write_each(predictions, export, level)
        elif targets.output is not None:
            if targets.names:

                def write(stream: IO[Any]) -> None:
                    export.write(stream, predictions, level, further)

                write_atomically(targets.output, write, text=export.text)
        else:
            if sys.stdout is None:
                raise OutputError("Standard output is closed: give -o.")
            if isinstance(sys.stdout, io.TextIOWrapper):
                # Names that aren't UTF-8 are written with their original bytes.
                sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
            if export.holds_many(level):
                export.write(sys.stdout, predictions, level, further)
            else:
                results.print_each(predictions, export)
    return results.exit_code()


def _compared(
    each: Generator[list[Prediction], None, None],
    interpretation: Interpretation,
    sections: Mapping[str, Sequence[Section]] | None,
) -> Generator[Prediction, None, None]:
    """Yield the first model's predictions, with the disagreement if there are several models.

    They have the interpretation and the given sections.
    """
    with closing(each):
        for predictions in each:
            first = predictions[0]
            if len(predictions) > 1 and all(one.status != "error" for one in predictions):
                try:
                    first = with_disagreement(predictions)
                except ValueError as error:
                    raise ModelError(str(error)) from error
            first = first.interpret(interpretation)
            if sections is not None:
                first = with_sections(first, sections.get(first.source, ()))
            yield first


def _with_curves(
    predictions: Generator[Prediction, None, None], smoothing: float, rate: float | None
) -> Generator[Prediction, None, None]:
    """Yield predictions with their curves smoothed and resampled."""
    with closing(predictions):
        for prediction in predictions:
            smoothed = smooth(prediction, smoothing)
            yield smoothed if rate is None else resample(smoothed, rate)


class _Results:
    """Writes predictions, prints messages and keeps count of failures."""

    def __init__(self, targets: Targets, export: Export, quiet: bool, verbose: bool) -> None:
        self._targets = targets
        self._export = export
        self._quiet = quiet
        self._verbose = verbose
        self._done = 0
        self._failed = False
        self.interruption = Interruption()

    def describe(self, cards: Sequence[ModelCard], hop: float | None) -> None:
        """Print the models' settings, if verbose."""
        if self._verbose:
            for card in cards:
                print_message(describe_model(card, hop))

    def watch(
        self, predictions: Generator[Prediction, None, None], progress: Progress
    ) -> Iterator[Prediction]:
        """Yield the predictions until their end or Ctrl-C; print messages, save pictures."""
        for prediction in self.interruption.iterate(predictions):
            self._report(prediction)
            if self._targets.plots is not None and len(prediction):
                picture = self._targets.plots[self._done]
                self._attempt(partial(save_taggram, prediction, picture))
            yield prediction
            self._done += 1
            progress.update(self._done)

    def print_each(self, predictions: Iterator[Prediction], export: Export) -> None:
        """Write predictions to standard output, except failures."""
        for prediction in predictions:
            if prediction.status != "error":
                self._attempt(partial(_print, prediction, export))

    def write_each(
        self, predictions: Iterator[Prediction], export: Export, level: str | None
    ) -> None:
        """Write each prediction to its own file, except failures."""
        assert self._targets.outputs is not None
        for prediction in predictions:
            path = self._targets.outputs[self._done]
            if prediction.status != "error":
                self._attempt(partial(export.write_file, path, [prediction], level))

    def exit_code(self) -> int:
        """Return the exit code, after a message if the run was interrupted."""
        if self.interruption.cut_short:
            print_message(
                f"interrupted: {self._done} of {len(self._targets.names)} files are done."
            )
            return 130
        return 1 if self._failed else 0

    def _report(self, prediction: Prediction) -> None:
        incomplete = prediction.status in INCOMPLETE or bool(sections_without_values(prediction))
        self._failed |= incomplete
        if incomplete or not self._quiet:
            for warning in prediction.warnings:
                print_message(f"{printable(prediction.source)}: {warning}")
        if isinstance(self._export, ExcerptExport) and not self._quiet:
            if remark := self._export.remark(prediction):
                print_message(f"{printable(prediction.source)}: {remark}")
        if self._verbose:
            print_message(_describe_file(prediction))

    def _attempt(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OutputError as error:
            self._failed = True
            print_message(str(error))


def _print(prediction: Prediction, export: Export) -> None:
    def make_error(problem: str) -> OutputError:
        return OutputError(f"The result of {prediction.source} can't be written: {problem}.")

    # The output itself fails for all files.
    with failures_as(make_error, OSError):
        export.write(sys.stdout, [prediction])


def _describe_file(prediction: Prediction) -> str:
    count = len(prediction if prediction.original is None else prediction.original)
    facts = [prediction.status, f"{count} patch{'es' * (count != 1)}"]
    if prediction.duration is not None:
        facts.append(f"{prediction.duration:.3f} s")
    if prediction.sample_rate is not None:
        facts.append(f"{prediction.sample_rate:g} Hz")
    return f"{printable(prediction.source)}: {', '.join(facts)}."
