"""Recordings of speech without emotion labels, for pre-training."""

from pathlib import Path

from quadpred_plugin.training.datasets.csv_table import read_rows
from quadpred_plugin.training.datasets.labels import TABLE
from quadpred_plugin.training.datasets.track import Dataset, Track

NAME = "speech"
COLUMNS = ("file", "language", "speaker")
LANGUAGES = ("e", "m")
_TABLE_LANGUAGES = dict(zip(("eng", "man"), LANGUAGES))


def read_tracks(folder: Path) -> list[Track]:
    """Read the recordings from ``labels.csv``.

    The table has the columns file (relative to the folder), language (eng or man) and
    speaker; recordings in other languages are left out. A track's group is its speaker;
    each recording of an unknown speaker is a group of its own.

    Raises
    ------
    QuadpredError
        If the table is missing or lacks a column.
    """
    return [
        Track(
            NAME,
            Path(row["file"]).with_suffix("").as_posix().replace("/", "-"),
            folder / row["file"],
            group=row["file"] if row["speaker"] == "unknown" else row["speaker"],
            language=_TABLE_LANGUAGES[row["language"]],
        )
        for row in read_rows(folder / TABLE, COLUMNS)
        if row["language"] in _TABLE_LANGUAGES
    ]


SPEECH = Dataset(
    name=NAME,
    title="Speech in English and Mandarin, about 76 minutes each",
    citation=(
        "V. Panayotov, G. Chen, D. Povey, S. Khudanpur, LibriSpeech, ICASSP 2015; "
        "R. Ardila et al., Common Voice, LREC 2020; Y. Shi et al., AISHELL-3, Interspeech 2021; "
        "Picovoice, speech-to-intent-benchmark"
    ),
    licence="CC BY 4.0 (LibriSpeech), Apache-2.0 (Picovoice, AISHELL-3), CC0 1.0 (Common Voice)",
    read=read_tracks,
)
