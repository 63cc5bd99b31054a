"""Renditions of a clip: by which soundfont, instrument, tempo and transposition it is rendered."""

import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.csv_table import read_rows
from quadpred_plugin.training.datasets.emopia import NAME, without_validation_songs
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.midi.performance import Performance

# General MIDI programs, counted from 0: two grand pianos; then two electric pianos,
# harpsichord, celesta, vibraphone, organ, guitar, strings, harp, and square and saw waves.
PIANOS = (0, 1)
OTHER_PROGRAMS = (2, 4, 5, 6, 8, 11, 19, 24, 46, 48, 80, 81)
_OTHER_SHARE = 0.5
_TRANSPOSITION = 3
_SPEED = 0.08
_VELOCITY = 0.15

# Networks of the folds are scored by one soundfont that they weren't trained on, and by two
# that they were. The final model alone is trained on the held-back soundfont, too.
TRAINING_SOUNDFONTS = ("fluid", "timgm", "opl3", "csound")
HELD_BACK = "musescore"
VALIDATION_SOUNDFONTS = (HELD_BACK, "fluid", "timgm")
PIANO_HELD_BACK, PIANO_KNOWN = f"{NAME}-held-back", f"{NAME}-known"
"""Test sets: the validation part by the held-back soundfont, and by training soundfonts."""

# Soundfonts per training clip for its renditions as written; which ones varies from clip to clip.
_PLAIN = 2
# The held-back soundfont renders every second training clip: unpacking it is slow.
_HELD_BACK_EVERY = 2

_COLUMNS = ("clip", "soundfont", "font", "program", "transposition", "speed", "loudness")


def performances(clip: Track, variations: int) -> list[Performance]:
    """Return the renditions of a clip.

    A training clip is rendered as written by two of the training soundfonts, and
    `variations` times transposed, slower or faster, softer or louder, half of these on
    another instrument than a piano; its name seeds the choice. Every second training clip
    is also rendered as written by the held-back soundfont. A validation clip is rendered as
    written by three soundfonts.
    """
    if clip.part == "validation":
        return [Performance(name, name) for name in VALIDATION_SOUNDFONTS]
    random = np.random.default_rng(zlib.crc32(clip.name.encode()))
    chosen = random.choice(len(TRAINING_SOUNDFONTS), _PLAIN, replace=False)
    plain = [Performance(name, name) for name in (TRAINING_SOUNDFONTS[one] for one in chosen)]
    varied = [
        Performance(
            f"varied{number}",
            str(random.choice(TRAINING_SOUNDFONTS)),
            int(random.choice(OTHER_PROGRAMS if random.random() < _OTHER_SHARE else PIANOS)),
            int(random.integers(-_TRANSPOSITION, _TRANSPOSITION + 1)),
            round(float(np.exp(random.normal(0, _SPEED))), 3),
            round(float(np.exp(random.normal(0, _VELOCITY))), 3),
        )
        for number in range(1, variations + 1)
    ]
    also = zlib.crc32(clip.name.encode()) % _HELD_BACK_EVERY == 0
    return [*plain, *varied, *([Performance(HELD_BACK, HELD_BACK)] if also else [])]


def held_back(render: Track) -> bool:
    """Return whether a render is by the soundfont that the folds' networks aren't trained on."""
    return render.rendition == HELD_BACK


def training_renders(renders: Iterable[Track], final: bool) -> list[Track]:
    """Return the renders that may be trained on: no song of the validation part.

    Renders by the held-back soundfont are for the final model alone.
    """
    return [one for one in without_validation_songs(renders) if final or not held_back(one)]


def validation_sets(renders: Iterable[Track]) -> dict[str, list[Track]]:
    """Return the renders of the validation part by test set; none appears twice."""
    validation = [one for one in renders if one.part == "validation"]
    return {
        PIANO_HELD_BACK: [one for one in validation if held_back(one)],
        PIANO_KNOWN: [one for one in validation if not held_back(one)],
    }


def one_render_each(renders: Iterable[Track]) -> list[Track]:
    """Return the first rendition as written of each training clip; the soundfonts vary."""
    first: dict[str, Track] = {}
    for one in without_validation_songs(renders):
        if one.rendition in TRAINING_SOUNDFONTS:
            first.setdefault(one.clip, one)
    return list(first.values())


def read_performances(table: Path) -> dict[str, Performance]:
    """Read the performance of each render, by its name ``<clip>@<rendition>``.

    Parameters
    ----------
    table : Path
        ``renders.csv`` as `rendering.render_clips` writes it.

    Raises
    ------
    QuadpredError
        If a column is missing or a value isn't a number.
    """
    try:
        return {
            f"{row['clip']}@{row['soundfont']}": Performance(
                row["soundfont"],
                row["font"],
                int(row["program"]),
                int(row["transposition"]),
                float(row["speed"]),
                float(row["loudness"]),
            )
            for row in read_rows(table, _COLUMNS)
        }
    except ValueError as error:
        raise QuadpredError(
            f"The table {table} has a performance that isn't one: {error}. 'quadpred train "
            "render' writes the table."
        ) from error
