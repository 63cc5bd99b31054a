"""Run of ``quadpred select``: gather candidates, choose, write table and audio, print counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.cli.results_options import current_tracks, tell_failed, tracks_of
from quadpred_plugin.errors import AudioError, QuadpredError
from quadpred_plugin.exports.csv_rows import csv_line
from quadpred_plugin.prediction import INCOMPLETE, Prediction
from quadpred_plugin.selection.candidates import Candidate, clearest_excerpt, whole_track
from quadpred_plugin.selection.choosing import Choice, choose
from quadpred_plugin.selection.sound import SUFFIX, measure_level, write_stimulus
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    from quadpred_plugin.model.card import ModelCard
    from quadpred_plugin.results.tracks import TrackResult

COLUMNS = (
    *("file", "start", "end", "quadrant", "confidence", "consistency", "arousal", "valence"),
    "level",
)


@dataclass(frozen=True)
class Wanted:
    """What a user asks for.

    Attributes
    ----------
    per_quadrant : int
    seconds : float or None
        Length of excerpts; None for whole tracks.
    minimum_confidence : float
        0..1.
    group_of : callable or None
        Returns the group of a path, if one of each is wanted.
    group : str
        Name of the groups.
    """

    per_quadrant: int
    seconds: float | None
    minimum_confidence: float
    group_of: Callable[[str], Hashable | None] | None
    group: str


@dataclass
class Found:
    """Candidates, and tracks that offer none.

    Attributes
    ----------
    candidates : list of Candidate
    short : int
        Tracks that are shorter than an excerpt.
    failed : int
        Tracks that couldn't be analysed completely, or have changed since.
    """

    candidates: list[Candidate] = field(default_factory=list)
    short: int = 0
    failed: int = 0


def candidates_of_results(results: Path, seconds: float | None, allow_changed: bool) -> Found:
    """Return the candidates among the tracks of results.

    Parameters
    ----------
    results : Path
    seconds : float or None
        Length of excerpts; None for whole tracks.
    allow_changed : bool
        Whether files may have changed since.

    Raises
    ------
    click.UsageError
        If they aren't results, or have no values of patches where excerpts are wanted.
    """
    tracks, stale = current_tracks(tracks_of(results, curves=seconds is not None), allow_changed)
    found = Found(failed=stale + tell_failed(tracks))
    for track in tracks:
        if track.failure:
            continue
        if seconds is None:
            _add_whole(track, found)
        elif not track.curves:
            raise click.UsageError(
                f"{printable(str(results))} has no values of patches, by which excerpts are "
                "found: 'quadpred batch' and 'quadpred predict' write them with --level frame. "
                "Without --seconds whole tracks are chosen."
            )
        else:
            _add_excerpt(_prediction_of(track), seconds, found)
    return found


def candidates_of_files(
    card: ModelCard,
    names: Sequence[str],
    empty_folders: frozenset[str],
    hop: float | None,
    jobs: int,
    quiet: bool,
    seconds: float | None,
) -> Found:
    """Analyse files and return the candidates among them.

    Parameters
    ----------
    card : ModelCard
    names : sequence of str
        These five are as for `file_predictions.predict_files`.
    empty_folders : frozenset of str
    hop : float or None
    jobs : int
    quiet : bool
        Whether to print failures only.
    seconds : float or None
        Length of excerpts; None for whole tracks.
    """
    from quadpred_plugin.cli.file_predictions import predict_files
    from quadpred_plugin.cli.progress import Progress

    found = Found()
    with Progress(len(names), enabled=not quiet) as progress:
        for done, prediction in enumerate(
            predict_files(card, names, empty_folders, hop, jobs), start=1
        ):
            progress.update(done)
            if prediction.status in INCOMPLETE or not quiet:
                for warning in prediction.warnings:
                    print_message(f"{printable(prediction.source)}: {warning}")
            found.failed += prediction.status in INCOMPLETE
            summary = prediction.summary()
            if summary is None:
                continue
            if seconds is not None:
                _add_excerpt(prediction, seconds, found)
            elif prediction.duration is not None:
                confirmed = float(prediction.consistency().mean())
                found.candidates.append(
                    whole_track(prediction.source, prediction.duration, summary, confirmed)
                )
    return found


def run(
    found: Found, wanted: Wanted, table: Path, folder: Path | None, fade: float, quiet: bool
) -> int:
    """Choose among the candidates, write the table and the audio; return the exit code."""
    choices = choose(
        found.candidates,
        wanted.per_quadrant,
        wanted.minimum_confidence,
        measure_level,
        wanted.group_of,
    )
    for choice in choices:
        for path, reason in choice.unreadable:
            print_message(f"{printable(path)} {reason}")
    if found.short:
        tracks = "track is" if found.short == 1 else "tracks are"
        print_message(f"{found.short} {tracks} shorter than {wanted.seconds:g} s.")
    if folder is not None:
        for choice, number, candidate in _numbered(choices):
            try:
                write_stimulus(folder / audio_name(choice.quadrant, number), candidate, fade)
            except AudioError as error:
                raise AudioError(f"{printable(candidate.path)} {error}") from error
    lines = [csv_line((*COLUMNS, "audio") if folder is not None else COLUMNS)]
    lines += _rows(choices, named=folder is not None)
    write_atomically(table, lambda stream: stream.writelines(lines), text=True)
    complete = all(choice.complete for choice in choices)
    for choice in choices:
        if not quiet or not choice.complete:
            print_message(_describe(choice, wanted))
    unreadable = any(choice.unreadable for choice in choices)
    return 0 if complete and not found.failed and not unreadable else 1


def audio_name(quadrant: str, number: int) -> str:
    """Return the name of a stimulus's audio file.

    Examples
    --------
    >>> audio_name("Q1", 3)
    'Q1-03.wav'
    """
    return f"{quadrant}-{number:02}{SUFFIX}"


def _add_whole(track: TrackResult, found: Found) -> None:
    summary = track.summary()
    if summary is None or track.duration is None:
        raise QuadpredError(f"{printable(track.source)} has no length in the results.")
    found.candidates.append(whole_track(track.path, track.duration, summary, track.consistency))


def _prediction_of(track: TrackResult) -> Prediction:
    """Return the prediction that a track's curves are of."""
    import numpy as np

    from quadpred_plugin.results.files import PROBABILITIES

    first = track.curves[PROBABILITIES[0]]
    half = float(first.times[0]) - first.begin
    hop = float(np.median(np.diff(first.times))) if len(first.times) > 1 else 2 * half
    return Prediction(
        source=track.path,
        status=track.status,
        duration=track.duration,
        times=first.times - half,
        patch_duration=2 * half,
        hop=hop,
        quadrants=np.stack([track.curves[name].values for name in PROBABILITIES], axis=1),
        arousal=track.curves["arousal"].values,
        valence=track.curves["valence"].values,
    )


def _add_excerpt(prediction: Prediction, seconds: float, found: Found) -> None:
    candidate = clearest_excerpt(prediction, seconds)
    if candidate is None:
        found.short += 1
    else:
        found.candidates.append(candidate)


def _numbered(choices: Sequence[Choice]) -> Iterator[tuple[Choice, int, Candidate]]:
    for choice in choices:
        for number, stimulus in enumerate(choice.stimuli, start=1):
            yield choice, number, stimulus.candidate


def _rows(choices: Sequence[Choice], named: bool) -> Iterator[str]:
    for choice in choices:
        for number, stimulus in enumerate(choice.stimuli, start=1):
            one = stimulus.candidate
            yield csv_line(
                (
                    *(one.path, one.start, one.end, one.quadrant, one.confidence),
                    *(one.consistency, one.arousal, one.valence, stimulus.level),
                    *((audio_name(choice.quadrant, number),) if named else ()),
                )
            )


def _describe(choice: Choice, wanted: Wanted) -> str:
    """Return a sentence on what was chosen of one quadrant, and why not more."""
    kind = "track" if wanted.seconds is None else "excerpt"
    facts = [f"{choice.candidates} {kind}{'s' * (choice.candidates != 1)}"]
    if wanted.minimum_confidence:
        facts.append(
            f"{choice.passed} of them with a confidence of {wanted.minimum_confidence:g} or more"
        )
        if choice.highest_below and not choice.complete:
            # Rounded down, so that it reads as below the minimum.
            facts.append(f"the next with {math.floor(choice.highest_below * 100) / 100:.2f}")
    for number, words in (
        (choice.repeated, f"left out for another one of the same {wanted.group}"),
        (choice.unknown, f"left out without {wanted.group} in the tags"),
        (len(choice.unreadable), "left out as unreadable"),
    ):
        if number:
            facts.append(f"{number} {words}")
    chosen = f"{len(choice.stimuli)} of {choice.wanted} chosen"
    return f"{choice.quadrant}: {chosen}; {', '.join(facts)}."
