"""Read listeners' ratings of excerpts from a csv file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.csv_files import Row, read_csv

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


@dataclass(frozen=True)
class Ratings:
    """Ratings of excerpts by listeners; a row is one listener and one excerpt.

    Attributes
    ----------
    emotions : tuple of str
    listeners : tuple of (str, str)
        Language and user, sorted; the language is empty if the file has none.
    excerpts : tuple of str
        Sorted.
    listener, excerpt : ndarray of int
        Shape (rows,), indices into `listeners` and `excerpts`.
    values : ndarray of float64
        Shape (emotions, rows), in the file's unit; NaN for missing ratings.
    covariates : mapping of str to NDArray[np.float64]
        Numbers to group rows by, such as understanding of the lyrics; shape (rows,), NaN if
        missing.
    groupings : tuple of str
        Columns to group by, in order: ``language`` or names of `covariates`.
    """

    emotions: tuple[str, ...]
    listeners: tuple[tuple[str, str], ...]
    excerpts: tuple[str, ...]
    listener: NDArray[np.intp]
    excerpt: NDArray[np.intp]
    values: NDArray[np.float64]
    covariates: Mapping[str, NDArray[np.float64]]
    groupings: tuple[str, ...]


def read_ratings(
    path: Path,
    emotions: Sequence[str] = EMOTIONS,
    groupings: Sequence[str] = GROUPINGS,
) -> Ratings:
    """Read a csv file with a header and a row for each listener and excerpt.

    The columns are ``user``, ``excerpt``, one for each emotion and one for each grouping;
    others are ignored. With a column ``language``, users are numbered within each language.
    Empty cells are missing ratings.

    Parameters
    ----------
    path : Path
        UTF-8 text, separated by commas, with decimal points.
    emotions : sequence of str
        Columns of ratings.
    groupings : sequence of str
        Columns to group by: ``language`` is text, all others are numbers.

    Raises
    ------
    QuadpredError
        If the file is missing, isn't csv, has no rows or lacks a column, if a rating isn't a
        number, or if a listener rated an excerpt twice.
    """
    emotions, groupings = tuple(emotions), tuple(groupings)
    rows = read_csv(path, ("user", "excerpt", *emotions, *groupings))
    numeric = tuple(name for name in groupings if name != LANGUAGE)
    keys = _keys(path, rows)
    listeners = sorted({(language, user) for language, user, _ in keys})
    excerpts = sorted({excerpt for _, _, excerpt in keys})
    places = {listener: index for index, listener in enumerate(listeners)}
    numbers = np.array(
        [[_number(path, line, row, name) for name in (*emotions, *numeric)] for line, row in rows]
    ).T
    return Ratings(
        emotions=emotions,
        listeners=tuple(listeners),
        excerpts=tuple(excerpts),
        listener=np.array([places[language, user] for language, user, _ in keys]),
        excerpt=np.array([excerpts.index(excerpt) for _, _, excerpt in keys]),
        values=numbers[: len(emotions)],
        covariates=dict(zip(numeric, numbers[len(emotions) :], strict=True)),
        groupings=groupings,
    )


def leave_out_instrumentals(ratings: Ratings, path: Path) -> Ratings:
    """Keep the ratings of excerpts with lyrics, listed in a csv file of excerpts.

    Parameters
    ----------
    ratings : Ratings
    path : Path
        Has the columns ``excerpt`` and ``lyrics``; lyrics is a language or ``Instrumental``.

    Raises
    ------
    QuadpredError
        If the file can't be read, lacks a column or an excerpt, or if no excerpt has
        lyrics.
    """
    lyrics = {}
    for line, row in read_csv(path, ("excerpt", "lyrics")):
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
        raise QuadpredError(f"{path}: none of the rated excerpts has lyrics.")
    return select_excerpts(ratings, sung)


def select_excerpts(ratings: Ratings, excerpts: Sequence[str]) -> Ratings:
    """Keep only the ratings of these excerpts."""
    kept = np.isin(ratings.excerpt, [ratings.excerpts.index(name) for name in excerpts])
    remaining, excerpt = np.unique(ratings.excerpt[kept], return_inverse=True)
    return replace(
        ratings,
        excerpts=tuple(ratings.excerpts[index] for index in remaining),
        listener=ratings.listener[kept],
        excerpt=excerpt,
        values=ratings.values[:, kept],
        covariates={name: values[kept] for name, values in ratings.covariates.items()},
    )


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
                f"Lines {lines[key]} and {line} of {path} have the same listener and excerpt: "
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
            f"Line {line} of {path}: {name} is {text!r}, not a number; leave the cell of a "
            "missing rating empty."
        )
    return number
