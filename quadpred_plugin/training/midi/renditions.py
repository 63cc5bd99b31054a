"""Renditions of a clip: by which instrument, program, tempo and transposition it is rendered."""

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import vgmidi
from quadpred_plugin.training.datasets.csv_table import read_rows
from quadpred_plugin.training.datasets.emopia import NAME, without_validation_songs
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.midi.instruments import INSTRUMENTS
from quadpred_plugin.training.midi.performance import Performance

# General MIDI programs, counted from 0: two grand pianos; then two electric pianos,
# harpsichord, celesta, vibraphone, organ, guitar, strings, harp, and square and saw waves.
PIANOS = (0, 1)
OTHER_PROGRAMS = (2, 4, 5, 6, 8, 11, 19, 24, 46, 48, 80, 81)
# Violin, viola, cello, choir, trumpet, horn, oboe, clarinet, flute.
MELODIES = (40, 41, 42, 52, 56, 60, 68, 71, 73)
# Piano, organ, guitar, harp, strings, choir, brass, pad.
ACCOMPANIMENTS = (0, 19, 24, 46, 48, 52, 61, 89)
# Those and the melodies' that can play whole pieces: guitar to pad, strings, choir, winds.
WHOLE_PIECES = (19, 24, 40, 42, 48, 52, 56, 60, 61, 71, 73, 89)
_OTHER_SHARE = 0.5
_MELODY_SHARE = 0.6
_TRANSPOSITION = 3
_SPEED = 0.08
_VELOCITY = 0.15
_SEEDS = 1 << 31

# Networks of the folds are scored by two instruments that they weren't trained on, one sampled
# and one synthetic, and by two that they were. The final model alone is trained on the two that
# are held back, too. MuseScore's larger soundfont has the samples of the smaller one.
TRAINING_SOUNDFONTS = ("fluid", "timgm", "opl3", "csound")
ADDED_INSTRUMENTS = ("fluidmono", "freepats", "additive")
TRAINING_INSTRUMENTS = (*TRAINING_SOUNDFONTS, *ADDED_INSTRUMENTS)
HELD_BACK, SYNTHETIC = "musescore", "fm"
VALIDATION_INSTRUMENTS = (HELD_BACK, "fluid", "timgm", SYNTHETIC)
JUDGED_BY = "fluid"
"""The instrument by whose renders of VGMIDI's pieces, as written, models are scored."""

PIANO_HELD_BACK, PIANO_KNOWN = f"{NAME}-held-back", f"{NAME}-known"
PIANO_SYNTHETIC = f"{NAME}-synthetic"
"""Test sets: the validation part by the held-back soundfont, by training soundfonts, and by
the held-back synthesiser."""

# Soundfonts per training clip for its renditions as written; which ones varies from clip to clip.
_PLAIN = 2
# The held-back soundfont renders every second training clip, the held-back synthesiser the
# others: unpacking the soundfont is slow.
_HELD_BACK_EVERY = 2

_COLUMNS = ("clip", "soundfont", "font", "program", "transposition", "speed", "loudness")


def performances(clip: Track, variations: int) -> list[Performance]:
    """Return the renditions of a clip.

    A piece of VGMIDI is rendered as written by three of the training instruments, one of them
    fluid, and `variations` times orchestrated: on another program than a piano, or melody and
    accompaniment on different ones; transposed, slower or faster, softer or louder.

    A training clip of EMOPIA is rendered as written by two of the training soundfonts, and
    `variations` times transposed, slower or faster, softer or louder, half of these on
    another program than a piano; once more as written by one of the added instruments, and
    `variations` times orchestrated. Every second training clip is also rendered as written by
    the held-back soundfont, the others by the held-back synthesiser, each by a sound of its
    own. A validation clip is rendered as written by four instruments.

    The clip's name seeds each choice.
    """
    if clip.dataset == vgmidi.NAME:
        return _piece_performances(clip, variations)
    if clip.part == "validation":
        return [Performance(name, name) for name in VALIDATION_INSTRUMENTS]
    number = zlib.crc32(clip.name.encode())
    random = np.random.default_rng(number)
    chosen = random.choice(len(TRAINING_SOUNDFONTS), _PLAIN, replace=False)
    plain = [Performance(name, name) for name in (TRAINING_SOUNDFONTS[one] for one in chosen)]
    varied = [
        Performance(
            f"varied{one}",
            str(random.choice(TRAINING_SOUNDFONTS)),
            int(random.choice(OTHER_PROGRAMS if random.random() < _OTHER_SHARE else PIANOS)),
            *_varied_playing(random),
        )
        for one in range(1, variations + 1)
    ]
    every = [*plain, *varied]
    # A generator of its own, so that the renditions above stay as they are.
    added = np.random.default_rng([number, 1])
    if number % _HELD_BACK_EVERY == 0:
        every.append(Performance(HELD_BACK, HELD_BACK))
    else:
        every.append(as_written(SYNTHETIC, added))
    every.append(as_written(str(added.choice(ADDED_INSTRUMENTS)), added))
    return [
        *every,
        *(_orchestrated(f"orchestrated{one}", added) for one in range(1, variations + 1)),
    ]


def _piece_performances(piece: Track, variations: int) -> list[Performance]:
    random = np.random.default_rng(zlib.crc32(piece.name.encode()))
    others = [name for name in TRAINING_INSTRUMENTS if name != JUDGED_BY]
    chosen = [others[one] for one in random.choice(len(others), _PLAIN, replace=False)]
    return [
        Performance(JUDGED_BY, JUDGED_BY),
        *(as_written(name, random) for name in chosen),
        *(_orchestrated(f"varied{number}", random) for number in range(1, variations + 1)),
    ]


def as_written(instrument: str, random: np.random.Generator) -> Performance:
    """Return the performance of a clip as written; our synthesisers' sound is drawn."""
    if instrument not in ("additive", SYNTHETIC):
        return Performance(instrument, instrument)
    program = int(random.choice((*PIANOS, *WHOLE_PIECES)))
    return Performance(instrument, instrument, program, seed=_draw_seed(random))


def _orchestrated(label: str, random: np.random.Generator) -> Performance:
    """Draw a varied performance by another program than a piano, or by two."""
    instrument = str(random.choice(TRAINING_INSTRUMENTS))
    separate = random.random() < _MELODY_SHARE
    program = _draw_program(instrument, ACCOMPANIMENTS if separate else WHOLE_PIECES, random)
    melody = _draw_program(instrument, MELODIES, random) if separate else None
    playing = _varied_playing(random)
    return Performance(label, instrument, program, *playing, melody, _draw_seed(random))


def _draw_program(instrument: str, programs: Sequence[int], random: np.random.Generator) -> int:
    there = [one for one in programs if one in INSTRUMENTS[instrument].programs]
    return int(random.choice(there))


def _draw_seed(random: np.random.Generator) -> int:
    """Draw a sound of our synthesisers, never the plain one."""
    return int(random.integers(1, _SEEDS))


def _varied_playing(random: np.random.Generator) -> tuple[int, float, float]:
    """Draw a transposition, a speed and a loudness."""
    return (
        int(random.integers(-_TRANSPOSITION, _TRANSPOSITION + 1)),
        round(float(np.exp(random.normal(0, _SPEED))), 3),
        round(float(np.exp(random.normal(0, _VELOCITY))), 3),
    )


def held_back(render: Track) -> bool:
    """Return whether a render is by an instrument that the folds' networks aren't trained on."""
    return render.rendition in (HELD_BACK, SYNTHETIC)


def training_renders(renders: Iterable[Track], final: bool) -> list[Track]:
    """Return the renders that may be trained on: no song of the validation part.

    Renders by instruments that are held back are for the final model alone.
    """
    return [one for one in without_validation_songs(renders) if final or not held_back(one)]


def validation_sets(renders: Iterable[Track]) -> dict[str, list[Track]]:
    """Return the renders of the validation part by test set; none appears twice.

    Test sets without renders are left out.
    """
    validation = [one for one in renders if one.part == "validation"]
    sets = {
        PIANO_HELD_BACK: [one for one in validation if one.rendition == HELD_BACK],
        PIANO_SYNTHETIC: [one for one in validation if one.rendition == SYNTHETIC],
        PIANO_KNOWN: [one for one in validation if not held_back(one)],
    }
    return {name: several for name, several in sets.items() if several}


def one_render_each(renders: Iterable[Track]) -> list[Track]:
    """Return the first rendition as written of each training clip; the soundfonts vary."""
    first: dict[str, Track] = {}
    for one in without_validation_songs(renders):
        if one.rendition in TRAINING_SOUNDFONTS:
            first.setdefault(one.clip, one)
    return list(first.values())


def performance_columns(performance: Performance) -> dict[str, object]:
    """Return the settings of a performance by the column of ``renders.csv``, but its label."""
    return {
        "font": performance.instrument,
        "program": performance.program,
        "transposition": performance.transposition,
        "speed": performance.speed,
        "loudness": performance.loudness,
        "melody": "" if performance.melody is None else performance.melody,
        "seed": performance.seed,
    }


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
                # Tables of earlier versions lack the rest.
                int(row["melody"]) if row.get("melody") else None,
                int(row.get("seed") or 0),
            )
            for row in read_rows(table, _COLUMNS)
        }
    except ValueError as error:
        raise QuadpredError(
            f"The table {table} has a performance that isn't one: {error}. 'quadpred train "
            "render' writes the table."
        ) from error
