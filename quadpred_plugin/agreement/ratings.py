"""Ratings of excerpts by listeners, as a csv file has them."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError

# The questionnaire of Gómez-Cañón et al., ISMIR 2020.
EMOTIONS = (
    "anger",
    "bitter",
    "fear",
    "joy",
    "peace",
    "power",
    "sad",
    "surprise",
    "tender",
    "tension",
    "transcendence",
)
LANGUAGE = "language"
GROUPINGS = (LANGUAGE, "understanding", "familiarity")
INSTRUMENTAL = "instrumental"

Row = dict[str, str]


@dataclass(frozen=True)
class Ratings:
    """What listeners said of excerpts; a row is one listener and one excerpt.

    Attributes
    ----------
    emotions : tuple of str
    listeners : tuple of (str, str)
        Language and user, sorted; the language is empty where the file has none.
    excerpts : tuple of str
        Sorted.
    listener, excerpt : ndarray of int
        Shape (rows,), indices into `listeners` and `excerpts`.
    values : ndarray of float64
        Shape (emotions, rows), in the file's unit; NaN where a rating is missing.
    judgements : mapping of str to NDArray[np.float64]
        Numbers by which rows may be grouped, such as understanding of the lyrics; shape
        (rows,), NaN where missing.
    groupings : tuple of str
        Columns to group by, in order: ``language`` or names of `judgements`.
    """

    emotions: tuple[str, ...]
    listeners: tuple[tuple[str, str], ...]
    excerpts: tuple[str, ...]
    listener: NDArray[np.intp]
    excerpt: NDArray[np.intp]
    values: NDArray[np.float64]
    judgements: Mapping[str, NDArray[np.float64]]
    groupings: tuple[str, ...]


def read_ratings(
    path: Path,
    emotions: Sequence[str] = EMOTIONS,
    groupings: Sequence[str] = GROUPINGS,
) -> Ratings:
    """Read a csv file with a header and a row for each listener and excerpt.

    Its columns are ``user``, ``excerpt``, one for each emotion and one for each grouping;
    others are passed over. Users are numbered within a ``language`` where there is such a
    column. Empty cells are missing ratings.

    Parameters
    ----------
    path : Path
        UTF-8, commas, dot decimals.
    emotions : sequence of str
        Columns of ratings.
    groupings : sequence of str
        Columns to group by: ``language`` is text, all others are numbers.

    Raises
    ------
    QuadpredError
        If the file is missing, isn't csv or has no rows, if it lacks a column, if a
        rating is no number, or if a listener rated an excerpt twice.
    """
    emotions, groupings = tuple(emotions), tuple(groupings)
    rows = _read_rows(path, ("user", "excerpt", *emotions, *groupings))
    judged = tuple(name for name in groupings if name != LANGUAGE)
    keys = _keys(path, rows)
    listeners = sorted({(language, user) for language, user, _ in keys})
    excerpts = sorted({excerpt for _, _, excerpt in keys})
    places = {listener: index for index, listener in enumerate(listeners)}
    numbers = np.array(
        [[_number(path, line, row, name) for name in (*emotions, *judged)] for line, row in rows]
    ).T
    return Ratings(
        emotions=emotions,
        listeners=tuple(listeners),
        excerpts=tuple(excerpts),
        listener=np.array([places[language, user] for language, user, _ in keys]),
        excerpt=np.array([excerpts.index(excerpt) for _, _, excerpt in keys]),
        values=numbers[: len(emotions)],
        judgements=dict(zip(judged, numbers[len(emotions) :], strict=True)),
        groupings=groupings,
    )


def leave_out_instrumentals(ratings: Ratings, path: Path) -> Ratings:
    """Keep the ratings of excerpts with lyrics, as a csv file of excerpts tells.

    Parameters
    ----------
    ratings : Ratings
    path : Path
        With the columns ``excerpt`` and ``lyrics``, which is a language or
        ``Instrumental``.

    Raises
    ------
    QuadpredError
        If the file can't be read, lacks a column or an excerpt, or if no excerpt has
        lyrics.
    """
    lyrics = {}
    for line, row in _read_rows(path, ("excerpt", "lyrics")):
        if not row["lyrics"].strip():
            raise QuadpredError(
                f"Line {line} of {path} has no lyrics: write their language, or Instrumental."
            )
        lyrics[row["excerpt"]] = row["lyrics"].strip().lower()
    unknown = [excerpt for excerpt in ratings.excerpts if excerpt not in lyrics]
    if unknown:
        raise QuadpredError(f"{path} lacks rated excerpts: {', '.join(unknown)}.")
    sung = [excerpt for excerpt in ratings.excerpts if lyrics[excerpt] != INSTRUMENTAL]
    if not sung:
        raise QuadpredError(f"By {path} none of the rated excerpts has lyrics.")
    return select_excerpts(ratings, sung)


def select_excerpts(ratings: Ratings, excerpts: Sequence[str]) -> Ratings:
    """Keep the ratings of these excerpts only."""
    kept = np.isin(ratings.excerpt, [ratings.excerpts.index(name) for name in excerpts])
    remaining, excerpt = np.unique(ratings.excerpt[kept], return_inverse=True)
    return replace(
        ratings,
        excerpts=tuple(ratings.excerpts[index] for index in remaining),
        listener=ratings.listener[kept],
        excerpt=excerpt,
        values=ratings.values[:, kept],
        judgements={name: values[kept] for name, values in ratings.judgements.items()},
    )


def _read_rows(path: Path, needed: Sequence[str]) -> list[tuple[int, Row]]:
    try:
        # Spreadsheets put a byte order mark before the first column's name.
        with open(path, newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, strict=True)
            header = reader.fieldnames or []
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise QuadpredError(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise QuadpredError(f"{path} isn't UTF-8 text: save it as csv in UTF-8.") from error
    except csv.Error as error:
        raise QuadpredError(f"{path} isn't csv that can be read: {error}.") from error
    missing = [name for name in needed if name not in header]
    if missing:
        raise QuadpredError(
            f"{path} lacks the columns {', '.join(missing)}; a comma must stand between columns."
        )
    if not rows:
        raise QuadpredError(f"{path} has no rows below its header.")
    for line, row in rows:
        if None in row or None in row.values():
            raise QuadpredError(f"Line {line} of {path} hasn't as many values as the header.")
    return rows


def _keys(path: Path, rows: Sequence[tuple[int, Row]]) -> list[tuple[str, str, str]]:
    names = ("user", "excerpt", *((LANGUAGE,) if LANGUAGE in rows[0][1] else ()))
    lines: dict[tuple[str, str, str], int] = {}
    for line, row in rows:
        for name in names:
            if not row[name].strip():
                raise QuadpredError(f"Line {line} of {path} has no {name}.")
        key = (row.get(LANGUAGE, ""), row["user"], row["excerpt"])
        if key in lines:
            raise QuadpredError(
                f"Lines {lines[key]} and {line} of {path} are the same listener and excerpt: "
                "keep one of them."
            )
        lines[key] = line
    return list(lines)


def _number(path: Path, line: int, row: Row, name: str) -> float:
    text = row[name].strip()
    if not text:
        return math.nan
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise QuadpredError(
            f"Line {line} of {path}: {name} is {text!r}, not a number; leave the cell empty "
            "where a rating is missing."
        )
    return number
