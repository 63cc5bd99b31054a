"""One run of ``quadpred predict``: hear, write, report."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial
from typing import IO, Any

import click

from quadpred_plugin.analysis.disagreement import with_disagreement
from quadpred_plugin.cli.destinations import Targets
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.progress import Progress
from quadpred_plugin.cli.verbosity import explain_model
from quadpred_plugin.errors import ModelError, OutputError
from quadpred_plugin.exports import Export
from quadpred_plugin.exports.plots import save_taggram
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction, without_frames
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.system.text import printable


def run(
    cards: Sequence[ModelCard],
    targets: Targets,
    fruitless: frozenset[str],
    hop: float | None,
    export: Export,
    level: str | None,
    interpretation: Interpretation,
    jobs: int,
    quiet: bool,
    verbose: bool,
) -> int:
    """Hear all files and write their results; return the exit code."""
    watch = _Watch(targets, quiet, verbose)
    watch.explain(cards, hop)
    with watch.interruption, Progress(len(targets.names), wanted=not quiet) as progress:
        heard = hear_with_all(cards, targets.names, fruitless, hop, jobs, interpretation)
        predictions = watch.over(heard, progress)
        if targets.outputs is not None:
            watch.write_each(predictions, export, level)
        elif targets.output is not None:
            if targets.names:

                def write(stream: IO[Any]) -> None:
                    export.write(stream, predictions, level)

                write_atomically(targets.output, write, text=export.text)
        else:
            # Names are bytes to the system; what isn't UTF-8 goes out as it came in.
            if sys.stdout is None:
                raise OutputError("Standard output is closed: give -o.")
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
            if export.holds_many(level):
                export.write(sys.stdout, predictions, level)
            else:
                watch.print_each(predictions, export)
    return watch.exit_code()


def hear_with_all(
    cards: Sequence[ModelCard],
    names: tuple[str, ...],
    fruitless: frozenset[str],
    hop: float | None,
    jobs: int,
    interpretation: Interpretation,
) -> Generator[Prediction, None, None]:
    """Hear files as `hear` does, with the first model; several say how far they disagree."""
    with ExitStack() as stack:
        each = [
            stack.enter_context(closing(hear(card, names, fruitless, hop, jobs))) for card in cards
        ]
        for predictions in zip(*each, strict=True):
            first = predictions[0]
            if len(cards) > 1 and all(one.status != "error" for one in predictions):
                first = _compare(predictions)
            yield first.interpret(interpretation)


def _compare(predictions: Sequence[Prediction]) -> Prediction:
    try:
        return with_disagreement(predictions)
    except ValueError as error:
        raise ModelError(str(error)) from error


def hear(
    card: ModelCard,
    names: tuple[str, ...],
    fruitless: frozenset[str],
    hop: float | None,
    jobs: int,
) -> Generator[Prediction, None, None]:
    """Hear files in order, in as many processes as there is work for.

    Never in this one: a decoder that crashes costs its file, also where that is the only one.

    Parameters
    ----------
    card : ModelCard
    names : tuple of str
    fruitless : frozenset of str
        Those of the names that are folders without audio: they get status ``error``.
    hop : float or None
    jobs : int
    """
    audible = [name for name in names if name not in fruitless]
    results: Iterator[Prediction] = iter(())
    if audible:
        from quadpred_plugin.batch.workers import predict_in_processes

        # A damaged model is one error, not one of each process.
        card.verify()
        results = predict_in_processes(card, audible, hop, min(jobs, len(audible)))
    for name in names:
        if name in fruitless:
            reason = "has no audio files in it (-r looks in its folders too)."
            yield without_frames(name, "error", None, reason, {})
        else:
            yield next(results)


class _Watch:
    """Passes predictions on, and keeps count of what went wrong."""

    def __init__(self, targets: Targets, quiet: bool, verbose: bool) -> None:
        self._targets = targets
        self._quiet = quiet
        self._verbose = verbose
        self._done = 0
        self._failed = False
        self._interrupted = False
        self.interruption = Interruption()

    def explain(self, cards: Sequence[ModelCard], hop: float | None) -> None:
        """Tell what hears, where that is asked for."""
        if self._verbose:
            for card in cards:
                self._say(explain_model(card, hop))

    def over(
        self, predictions: Generator[Prediction, None, None], progress: Progress
    ) -> Iterator[Prediction]:
        """Yield the predictions until the end or Ctrl-C, which ends them in good order."""
        while (prediction := self._next(predictions)) is not None:
            self._tell(prediction)
            if self._targets.plots is not None and len(prediction):
                picture = self._targets.plots[self._done]
                self._attempt(partial(save_taggram, prediction, picture))
            yield prediction
            self._done += 1
            progress.show(self._done)

    def _next(self, predictions: Generator[Prediction, None, None]) -> Prediction | None:
        if self.interruption.wished:
            self._interrupted = True
            predictions.close()
            return None
        try:
            with self.interruption.at_once():
                return next(predictions, None)
        except KeyboardInterrupt:
            self._interrupted = True
            return None

    def print_each(self, predictions: Iterator[Prediction], export: Export) -> None:
        """Write what standard output has room for: one prediction, if it isn't an error."""
        for prediction in predictions:
            if prediction.status != "error":
                self._attempt(partial(export.write, sys.stdout, [prediction]))

    def write_each(
        self, predictions: Iterator[Prediction], export: Export, level: str | None
    ) -> None:
        """Write each prediction to the file that was planned for it."""
        assert self._targets.outputs is not None
        for prediction in predictions:
            path = self._targets.outputs[self._done]
            if prediction.status != "error":
                self._attempt(partial(export.write_file, path, [prediction], level))

    def exit_code(self) -> int:
        """Say how the run ended."""
        if self._interrupted:
            self._say(f"interrupted: {self._done} of {len(self._targets.names)} files are done.")
            return 130
        return 1 if self._failed else 0

    def _tell(self, prediction: Prediction) -> None:
        failed = prediction.status == "error"
        self._failed |= failed
        if failed or not self._quiet:
            for warning in prediction.warnings:
                self._say(f"{printable(prediction.source)}: {warning}")
        if self._verbose:
            self._say(_explain_file(prediction))

    def _attempt(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OutputError as error:
            self._failed = True
            self._say(str(error))

    def _say(self, sentence: str) -> None:
        # Where nobody listens, the results go on.
        with suppress(OSError):
            click.echo(f"quadpred: {sentence}", err=True)


def _explain_file(prediction: Prediction) -> str:
    count = len(prediction)
    facts = [prediction.status, f"{count} patch{'es' * (count != 1)}"]
    if prediction.duration is not None:
        facts.append(f"{prediction.duration:.3f} s")
    if prediction.sample_rate is not None:
        facts.append(f"{prediction.sample_rate:g} Hz")
    return f"{printable(prediction.source)}: {', '.join(facts)}."
