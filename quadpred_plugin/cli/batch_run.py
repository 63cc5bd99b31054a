"""One run of ``quadpred batch``: hear, record, report."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import suppress

import click

from quadpred_plugin.batch.folder import FAILURES
from quadpred_plugin.batch.run import EXISTING, Batch, Engine
from quadpred_plugin.batch.tasks import UNCHANGED, Outcome
from quadpred_plugin.batch.tracks import find_tracks
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.progress import Progress
from quadpred_plugin.cli.verbosity import explain_model
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.system.text import printable


class BatchRun:
    """Passes outcomes on to their records, and tells of them.

    Parameters
    ----------
    root, output : str
        The collection and the folder of results.
    quiet : bool
        Whether only failures are told.
    verbose : bool
        Whether each track is told of.
    """

    def __init__(self, root: str, output: str, quiet: bool, verbose: bool) -> None:
        self._root, self._output = root, output
        self._quiet, self._verbose = quiet, verbose
        self._progress = Progress(0, wanted=not quiet, unit="tracks")
        self._interruption = Interruption()
        self._batch: Batch | None = None

    def explain(self, card: ModelCard, hop: float | None) -> None:
        """Tell what hears, where that is asked for."""
        if self._verbose:
            self._say(explain_model(card, hop))

    def over(self, batch: Batch, engine: Engine) -> None:
        """Hear what is to be heard, until the end or Ctrl-C, which ends it in good order."""
        self._batch = batch
        with self._interruption, self._progress:
            if self._progress.wanted:
                self._progress.total = sum(1 for _ in find_tracks(self._root, self._output))
            outcomes = batch.outcomes(engine)
            while (outcome := self._next(outcomes)) is not None:
                self._tell(batch.record(outcome))

    def settle(self, outcome: Outcome) -> None:
        """Tell of a track that isn't heard."""
        self._tell(outcome)

    def end(self) -> int:
        """Say how the run ended and return the exit code."""
        assert self._batch is not None
        counts = self._batch.counts
        if not counts.total() and not self._interruption.wished:
            self._say(f"{printable(self._root)}: has no audio files in it.")
            return 1
        failed, unchanged, existing = counts["error"], counts[UNCHANGED], counts[EXISTING]
        parts = [
            f"{number} {words}"
            for number, words in (
                (counts.total() - failed - unchanged - existing, "heard"),
                (unchanged, "unchanged"),
                (existing, "left as they were"),
                (failed, f"failed ({printable(os.path.join(self._output, FAILURES))} says why)"),
            )
            if number
        ]
        summary = f"{counts.total()} tracks: {', '.join(parts)}."
        if self._interruption.wished:
            self._say(f"interrupted: {summary if parts else 'nothing is done.'}")
            return 130
        if not self._quiet:
            self._say(summary)
            if self._batch.gone:
                self._say(f"{self._batch.gone} tracks of runs before are gone; results are kept.")
        return 1 if failed else 0

    def _next(self, outcomes: Generator[Outcome, None, None]) -> Outcome | None:
        if self._interruption.wished:
            outcomes.close()
            return None
        try:
            with self._interruption.at_once():
                return next(outcomes, None)
        except KeyboardInterrupt:
            return None

    def _tell(self, outcome: Outcome) -> None:
        assert self._batch is not None
        if outcome.status == "error" or not self._quiet:
            for reason in outcome.reasons:
                self._say(f"{printable(outcome.file)}: {reason}")
        if self._verbose:
            self._say(f"{printable(outcome.file)}: {outcome.status}.")
        counts = self._batch.counts
        self._progress.show(counts.total(), counts[UNCHANGED] + counts[EXISTING])

    def _say(self, sentence: str) -> None:
        # Where nobody listens, the results go on.
        with suppress(OSError):
            click.echo(f"quadpred: {sentence}", err=True)
