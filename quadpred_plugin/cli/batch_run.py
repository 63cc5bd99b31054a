"""Run of ``quadpred batch``: pass outcomes to their records, print messages."""

from __future__ import annotations

import os
from collections.abc import Sequence

from quadpred_plugin.audio.unreadable import NO_AUDIO_FILES
from quadpred_plugin.batch.engines import Engine
from quadpred_plugin.batch.folder import FAILURES, TABLE, folder_of_results
from quadpred_plugin.batch.run import EXISTING, Batch
from quadpred_plugin.batch.tasks import UNCHANGED, Outcome
from quadpred_plugin.batch.tracks import find_tracks
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.message_options import describe_model, print_left_out, print_message
from quadpred_plugin.cli.progress import Progress
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import INCOMPLETE
from quadpred_plugin.system.addresses import is_address
from quadpred_plugin.system.text import printable


class BatchRun:
    """Messages, progress and interruption of one run.

    Parameters
    ----------
    root, output : str
        The collection and the folder of results.
    places : sequence of str
        Folders outside of the collection into which its links are followed.
    quiet : bool
        Whether to print failures only.
    verbose : bool
        Whether to print a line for each track.
    """

    def __init__(
        self, root: str, output: str, places: Sequence[str], quiet: bool, verbose: bool
    ) -> None:
        self._root, self._output, self._places = root, output, places
        self._quiet, self._verbose = quiet, verbose
        self._progress = Progress(0, enabled=not quiet, unit="tracks")
        self._interruption = Interruption()
        self._batch: Batch | None = None

    def describe(self, card: ModelCard, hop: float | None) -> None:
        """Print the model's settings, if verbose."""
        if self._verbose:
            print_message(describe_model(card, hop))

    def name_manifest(self) -> None:
        """Print where the manifest of results at an address is."""
        if is_address(self._output) and not self._quiet:
            print_message(
                f"the manifest of {self._output} is in {folder_of_results(self._output)}: only "
                "this machine can resume the run."
            )

    def analyse(self, batch: Batch, engine: Engine) -> None:
        """Run the engine until its end or Ctrl-C, and record all outcomes."""
        self._batch = batch
        with self._interruption, self._progress:
            if self._progress.enabled:
                found = find_tracks(self._root, self._output, places=self._places)
                self._progress.total = sum(1 for _ in found)
            for outcome in self._interruption.iterate(batch.outcomes(engine)):
                self.report(batch.record(outcome))

    def report(self, outcome: Outcome) -> None:
        """Print an outcome's messages and update the progress."""
        assert self._batch is not None
        if outcome.status in INCOMPLETE or not self._quiet:
            for reason in outcome.reasons:
                print_message(f"{printable(outcome.file)}: {reason}")
        if self._verbose:
            print_message(f"{printable(outcome.file)}: {outcome.status}.")
        counts = self._batch.counts
        self._progress.update(counts.total(), counts[UNCHANGED] + counts[EXISTING])

    def end(self) -> int:
        """Print the summary and return the exit code."""
        assert self._batch is not None
        counts, interrupted = self._batch.counts, self._interruption.requested
        if not self._quiet:
            print_left_out(self._batch.left_out)
        if not counts.total() and not interrupted:
            print_message(f"{printable(self._root)}: {NO_AUDIO_FILES}")
            return 1
        failed, unchanged, existing = counts["error"], counts[UNCHANGED], counts[EXISTING]
        reasons = printable(os.path.join(self._output, FAILURES))
        parts = [
            f"{number} {words}"
            for number, words in (
                (counts.total() - failed - unchanged - existing, "analysed"),
                (unchanged, "unchanged"),
                (existing, "with existing results"),
                (failed, f"failed (reasons: {reasons})"),
            )
            if number
        ]
        summary = f"{counts.total()} tracks: {', '.join(parts)}."
        if interrupted:
            print_message(f"interrupted: {summary if parts else 'no track is done.'}")
            return 130
        partial = self._batch.partial
        if partial:
            print_message(
                f"{partial} tracks are analysed in part; "
                f"{printable(os.path.join(self._output, TABLE))} has the reasons."
            )
        if not self._quiet:
            print_message(summary)
            if self._batch.gone:
                print_message(
                    f"{self._batch.gone} tracks of earlier runs are gone; their results are kept."
                )
        return 1 if failed or partial else 0
