"""VGMIDI, a part: piano arrangements of game music, with continuous ratings by listeners."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.csv_table import number, read_rows, whole_number
from quadpred_plugin.training.datasets.ratings import Ratings
from quadpred_plugin.training.datasets.track import Dataset, Track

NAME = "vgmidi"
SERIES = ("Banjo-Kazooie", "Donkey Kong", "Final Fantasy", "Star Fox", "The Legend of Zelda")
"""Series of games, in alphabetical order: the index of a piece's series is its fold."""

PIECE_COLUMNS = (
    "piece",
    "path",
    "series",
    "title",
    "duration",
    "measures",
    "measure_seconds",
    "listeners",
    "listeners_who_knew_it",
)
RATING_COLUMNS = ("piece", "measure", "listener", "arousal", "valence")
RENDER_COLUMNS = ("clip", "path", "soundfont", "song_id", "fold")
_PIECES, _RATINGS = "pieces.csv", "ratings.csv"


@dataclass(frozen=True)
class Piece:
    """A piece and what the dataset states about it.

    Attributes
    ----------
    track : Track
        The MIDI file; the group is the series.
    title : str
    duration : float
        Of what was rated, s.
    measures : int
        Measures that were rated.
    measure_seconds : float
        Mean length of a measure as rated, s.
    listeners, listeners_who_knew_it : int
    """

    track: Track
    title: str
    duration: float
    measures: int
    measure_seconds: float
    listeners: int
    listeners_who_knew_it: int


def read_pieces(folder: Path) -> list[Piece]:
    """Read the pieces from ``pieces.csv``.

    Raises
    ------
    QuadpredError
        If the table is missing, or a column or a value isn't as expected.
    """
    table = folder / _PIECES
    pieces = []
    for line, row in enumerate(read_rows(table, PIECE_COLUMNS, {"series": SERIES}), 2):
        whole = {
            name: whole_number(row, name, line, table)
            for name in ("measures", "listeners", "listeners_who_knew_it")
        }
        seconds = {name: number(row, name, line, table) for name in ("duration", "measure_seconds")}
        for name in ("measures", "duration", "measure_seconds"):
            if not {**whole, **seconds}[name] > 0:
                raise QuadpredError(
                    f"Line {line} of the table {table}: {name} is '{row[name]}', but must be above "
                    "0."
                )
        series = row["series"]
        track = Track(
            NAME, row["piece"], folder / row["path"], group=series, fold=SERIES.index(series)
        )
        pieces.append(Piece(track, row["title"], **whole, **seconds))  # type: ignore[arg-type]
    return pieces


def read_tracks(folder: Path) -> list[Track]:
    """Read the MIDI files of the pieces; the group is the series, whose index is the fold.

    Raises
    ------
    QuadpredError
        As of `read_pieces`.
    """
    return [piece.track for piece in read_pieces(folder)]


def read_ratings(folder: Path) -> dict[str, Ratings]:
    """Read the ratings of every piece, by the piece's name.

    The table has one value a measure. It is taken for the mean over the measure, so its time
    is the measure's centre. An empty value, or ``nan``, is a measure that the listener didn't
    rate.

    Raises
    ------
    QuadpredError
        If a table is missing, or a column or a value isn't as expected, or a piece has no
        ratings.
    """
    pieces = {piece.track.name: piece for piece in read_pieces(folder)}
    table = folder / _RATINGS
    rated: dict[str, dict[tuple[int, int], tuple[float, float]]] = {name: {} for name in pieces}
    for line, row in enumerate(read_rows(table, RATING_COLUMNS), 2):
        name = row["piece"]
        if name not in pieces:
            raise QuadpredError(
                f"Line {line} of the table {table}: {folder / _PIECES} has no piece '{name}'."
            )
        measure, listener = (
            whole_number(row, column, line, table) for column in ("measure", "listener")
        )
        if not 0 <= measure < pieces[name].measures:
            raise QuadpredError(
                f"Line {line} of the table {table}: measure is {measure}, but the piece {name} has "
                f"the measures 0 to {pieces[name].measures - 1}."
            )
        if (measure, listener) in rated[name]:
            raise QuadpredError(
                f"Line {line} of the table {table}: listener {listener} has rated measure "
                f"{measure} of {name} already."
            )
        rated[name][measure, listener] = (
            _rating(row, "arousal", line, table),
            _rating(row, "valence", line, table),
        )
    return {name: _ratings(pieces[name], values, table) for name, values in rated.items()}


def _rating(row: dict[str, str], column: str, line: int, table: Path) -> float:
    value = number(row, column, line, table) if (row[column] or "").strip() else float("nan")
    if abs(value) > 1:
        raise QuadpredError(
            f"Line {line} of the table {table}: {column} is '{row[column]}', but must be between "
            "-1 and 1."
        )
    return value


def _ratings(
    piece: Piece, values: dict[tuple[int, int], tuple[float, float]], table: Path
) -> Ratings:
    listeners = {listener: index for index, listener in enumerate(sorted({j for _, j in values}))}
    curves: NDArray[np.float64] = np.full((len(listeners), piece.measures, 2), np.nan)
    for (measure, listener), value in values.items():
        curves[listeners[listener], measure] = value
    if not np.isfinite(curves).all(axis=2).any():
        raise QuadpredError(f"The table {table} has no ratings of the piece {piece.track.name}.")
    centres = (np.arange(piece.measures) + 0.5) * piece.measure_seconds
    return Ratings(centres.astype(np.float64), curves)


def read_renders(table: Path) -> list[Track]:
    """Read the rendered pieces.

    Parameters
    ----------
    table : Path
        ``renders.csv``, as ``quadpred train render --dataset vgmidi`` writes it: clip, path
        (relative to the table's folder, or absolute), soundfont (label of the rendition),
        song_id (the series) and fold. `renditions.read_performances` reads the speed, by
        which `Ratings.at_speed` scales the times.

    Raises
    ------
    QuadpredError
        If the table is missing or a column or a value isn't as expected.
    """
    return [
        Track(
            NAME,
            f"{row['clip']}@{row['soundfont']}",
            table.parent / row["path"],
            group=row["song_id"],
            fold=whole_number(row, "fold", line, table),
        )
        for line, row in enumerate(read_rows(table, RENDER_COLUMNS), 2)
    ]


VGMIDI = Dataset(
    name=NAME,
    title="VGMIDI, 87 pieces of five series",
    citation=(
        "L. N. Ferreira, J. Whitehead, Learning to generate music with sentiment, ISMIR 2019"
    ),
    licence=(
        "None is stated: arrangements of game music, shared for research, with ratings by "
        "listeners. Neither the files nor the ratings may be passed on"
    ),
    read=read_tracks,
    limits=(
        "Ratings of VGMIDI are of piano arrangements of game music, by people on a crowdsourcing "
        "platform, who react two to four seconds late and begin at the slider's middle.",
    ),
)
