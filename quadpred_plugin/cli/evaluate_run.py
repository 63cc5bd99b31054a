"""Run of ``quadpred evaluate``: predict or take results, compare, write, print messages."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from quadpred_plugin.cli.destinations import standard_output
from quadpred_plugin.cli.file_predictions import predict_files
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.message_options import describe_model, print_message
from quadpred_plugin.cli.progress import Progress
from quadpred_plugin.evaluation.comparison import Settings, compare
from quadpred_plugin.evaluation.matching import Matches
from quadpred_plugin.evaluation.outputs import FileOutput, output_of
from quadpred_plugin.evaluation.overview import Overview
from quadpred_plugin.evaluation.ratings_table import RatingsTable
from quadpred_plugin.evaluation.reasons import names_of
from quadpred_plugin.exports.evaluation_rows import WRITERS
from quadpred_plugin.inference import provenance_of
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.system.text import printable

_UNRATED_SHOWN = 10


class EvaluateRun:
    """Outputs of the matched files, messages, and the figures.

    Parameters
    ----------
    table : RatingsTable
    matches : Matches
    settings : Settings
    place : Path
        The folder of the audio, or the results.
    quiet : bool
        Whether to print failures only.
    verbose : bool
        Whether to print the model's settings and a line for each file.
    """

    def __init__(
        self,
        table: RatingsTable,
        matches: Matches,
        settings: Settings,
        place: Path,
        quiet: bool,
        verbose: bool,
    ) -> None:
        self._table, self._matches, self._settings = table, matches, settings
        self._place, self._quiet, self._verbose = place, quiet, verbose
        self._outputs: dict[str, FileOutput] = {}
        self._predictions: dict[str, Any] = {}

    def predict(self, card: ModelCard, hop: float | None, jobs: int) -> bool:
        """Analyse the audio; return whether Ctrl-C left time for all files."""
        if self._verbose:
            print_message(describe_model(card, hop))
        names = list(self._matches.found)
        interruption = Interruption()
        with interruption, Progress(len(names), enabled=not self._quiet) as progress:
            predictions = predict_files(card, names, frozenset(), hop, jobs)
            for prediction in interruption.iterate(predictions):
                output = output_of(prediction)
                self._outputs[prediction.source] = output
                if output.failure or not self._quiet:
                    for warning in prediction.warnings:
                        print_message(f"{printable(prediction.source)}: {warning}")
                if self._verbose:
                    print_message(f"{printable(prediction.source)}: {prediction.status}.")
                progress.update(len(self._outputs))
        if interruption.cut_short:
            print_message(
                f"interrupted: {len(self._outputs)} of {len(names)} files are done, and nothing is "
                "written."
            )
            return False
        provenance = provenance_of(card, hop)
        self._predictions = {"predictions": f"model {card.name}", "provenance": provenance}
        return True

    def take(self, outputs: Sequence[FileOutput]) -> None:
        """Take results instead.

        Raises
        ------
        click.UsageError
            If they lack the level that the table needs.
        """
        self._predictions = {"predictions": printable(str(self._place)), "provenance": None}
        by_source = {os.path.normpath(one.source): one for one in outputs}
        for source in self._matches.found:
            output = self._outputs[source] = by_source[source]
            if output.failure:
                print_message(f"{printable(source)}: {output.failure}")
        known = [one for one in self._outputs.values() if not one.failure]
        both = "'quadpred predict --format json --level frame' writes both"
        if self._table.needs_curves and not all(one.curves for one in known):
            raise click.UsageError(
                f"{self._place} has values of files, and ratings over time need those of patches: "
                f"{both}."
            )
        if self._table.needs_file_values and not all(one.values for one in known):
            raise click.UsageError(
                f"{self._place} has values of patches, and {self._table.path} needs those of "
                f"files: {both}."
            )

    def write(
        self,
        path: Path | None,
        format_name: str,
        scale: tuple[float, float] | None,
        group: str | None,
    ) -> int:
        """Compare, write the figures, print what is left out; return the exit code."""
        matches = self._matches
        both = [(one, self._outputs[source]) for source, one in matches.found.items()]
        compared = [(one, output) for one, output in both if not output.failure]
        comparison = compare(
            [one for one, _ in compared], [output for _, output in compared], self._settings
        )
        timed, settings = self._table.needs_curves, self._settings
        overview = Overview(
            comparison,
            {
                "table": _text(self._table.path),
                "place": _text(self._place),
                **self._predictions,
                "lag": settings.lag if timed else None,
                "smooth": settings.smooth if timed else None,
                "scale": scale,
                "group": group,
                "samples": settings.samples,
                "seed": settings.seed,
            },
            tuple(one.name for one in matches.missing),
            {one.name: output.failure for one, output in both if output.failure},
            matches.unrated,
        )
        self._report(overview, format_name)
        text = io.StringIO()
        WRITERS[format_name](text, overview)
        if path is not None:
            write_atomically(path, lambda stream: stream.write(text.getvalue()), text=True)
        else:
            standard_output().write(text.getvalue())
        return 1 if overview.missing or overview.failed else 0

    def _report(self, overview: Overview, format_name: str) -> None:
        for one in self._matches.missing:
            print_message(
                f"{printable(one.name)}: isn't in {self._place} (line {one.line} of "
                f"{self._table.path})."
            )
        if self._quiet:
            return
        if overview.unrated:
            names = names_of(overview.unrated, _UNRATED_SHOWN)
            print_message(
                f"{self._table.path} has no row of {names}: found in {self._place}, not compared."
            )
        if format_name != "table":
            for note in overview.comparison.notes:
                print_message(note)


def _text(path: Path) -> str:
    """Return a path as text that any encoding can write."""
    return str(path).encode(errors="backslashreplace").decode()
