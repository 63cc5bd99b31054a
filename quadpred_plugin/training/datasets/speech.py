"""Recordings of speech without labels of emotion, for pre-training."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.model.card import LANGUAGES
from quadpred_plugin.training.datasets.table import Corpus

COLUMNS = ("file", "language", "speaker")

SPEECH = Corpus(
    name="speech",
    title="Speech in English and Mandarin, about 76 minutes each",
    citation=(
        "V. Panayotov, G. Chen, D. Povey, S. Khudanpur, LibriSpeech, ICASSP 2015; "
        "R. Ardila et al., Common Voice, LREC 2020; Y. Shi et al., AISHELL-3, Interspeech 2021; "
        "Picovoice, speech-to-intent-benchmark"
    ),
    licence="CC BY 4.0 (LibriSpeech), Apache-2.0 (Picovoice, AISHELL-3), CC0 1.0 (Common Voice)",
)

_TABLE_LANGUAGES = {"e": "eng", "m": "man"}


@dataclass(frozen=True)
class Recording:
    """One file of one speaker.

    Attributes
    ----------
    name : str
        Unique within the corpus; may serve as a file's name.
    path : Path
    language : {'e', 'm'}
    speaker : str
        Each recording of unknown speaker counts as a speaker of its own.
    """

    name: str
    path: Path
    language: str
    speaker: str


def read_recordings(table: Path) -> list[Recording]:
    """Read a table of recordings.

    A csv file with a header and at least the columns file (relative to the table's
    folder), language (eng or man) and speaker; recordings in other languages are left out.

    Raises
    ------
    QuadpredError
        If the table is missing or lacks a column.
    """
    try:
        with open(table, newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise QuadpredError(f"The table {table} can't be read: {error.strerror}.") from error
    if not rows or not set(COLUMNS) <= set(rows[0]):
        raise QuadpredError(f"The table {table} needs rows with {', '.join(COLUMNS)}.")
    languages = {written: language for language, written in _TABLE_LANGUAGES.items()}
    return [
        Recording(
            Path(row["file"]).with_suffix("").as_posix().replace("/", "-"),
            table.parent / row["file"],
            languages[row["language"]],
            row["file"] if row["speaker"] == "unknown" else row["speaker"],
        )
        for row in rows
        if row["language"] in languages
    ]


def choose_recordings(recordings: list[Recording], speech: str, seed: int) -> list[Recording]:
    """Return those of a language, or for ``x`` half of the speakers of each.

    Raises
    ------
    QuadpredError
        If there are none.
    """
    if speech not in LANGUAGES:
        raise QuadpredError(f"Speech is one of {', '.join(LANGUAGES)}, not '{speech}'.")
    if speech != "x":
        chosen = [one for one in recordings if one.language == speech]
    else:
        random = np.random.default_rng(seed)
        kept: set[str] = set()
        for language in _TABLE_LANGUAGES:
            speakers = sorted({one.speaker for one in recordings if one.language == language})
            order = random.permutation(len(speakers))
            kept |= {speakers[index] for index in order[: len(speakers) // 2]}
        chosen = [one for one in recordings if one.speaker in kept]
    if not chosen:
        raise QuadpredError(f"The table has no recording in {LANGUAGES[speech]}.")
    return chosen
