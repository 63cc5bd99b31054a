"""Written music: pitches, lines, drum patterns, and how a player times them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"#": 1, "b": -1}
_STROKES = {"X": 1.0, "x": 0.75, "o": 0.45}


@dataclass(frozen=True)
class Note:
    """One note or drum stroke.

    Attributes
    ----------
    onset, duration : float
        In beats as written, in seconds as performed.
    pitch : int
        MIDI number, 60 for middle C; drums ignore it.
    strength : float
        How hard it is played, 0 to 1.
    """

    onset: float
    duration: float
    pitch: int
    strength: float

    @property
    def frequency(self) -> float:
        """Fundamental in Hz, equally tempered to A4 = 440 Hz."""
        return 440.0 * 2.0 ** ((self.pitch - 69) / 12)


@dataclass(frozen=True)
class Pulse:
    """Tempo of a piece, with an optional slowing at its end.

    Attributes
    ----------
    tempo : float
        Beats per minute.
    slowing_from : float
        Beat at which the slowing begins.
    slowing : float
        Share of a beat by which each further beat grows.
    """

    tempo: float
    slowing_from: float = 0.0
    slowing: float = 0.0

    def seconds(self, beat: float) -> float:
        """Return the time of a beat, in seconds from the start of the piece."""
        late = max(0.0, beat - self.slowing_from)
        return 60.0 / self.tempo * (beat + self.slowing * late**2 / 2)


def pitch_number(name: str) -> int:
    """Return the MIDI number of a pitch such as ``F#5`` or ``Bb3``."""
    letter, accidental, octave = name[0], name[1:-1], name[-1]
    shift = sum(_ACCIDENTALS[sign] for sign in accidental)
    return 12 * (int(octave) + 1) + _SEMITONES[letter] + shift


def line(text: str, start: float = 0.0, strength: float = 0.8) -> list[Note]:
    """Read a line written as ``pitch:beats``.

    Parameters
    ----------
    text : str
        Entries parted by blanks: ``D5:0.5`` a note, ``D3+F#3+A3:4`` a chord, ``r:1`` a rest;
        bar lines ``|`` are ignored.
    start : float
        Beat of the first entry.
    strength : float
        Of every note, 0 to 1.

    Returns
    -------
    list of Note
        In beats.
    """
    notes = []
    beat = start
    for entry in text.replace("|", " ").split():
        names, duration = entry.split(":")
        if names != "r":
            notes += [
                Note(beat, float(duration), pitch_number(name), strength)
                for name in names.split("+")
            ]
        beat += float(duration)
    return notes


def pattern(text: str, start: float = 0.0, bars: int = 1) -> list[Note]:
    """Return the strokes of a drum pattern in sixteenth notes.

    Parameters
    ----------
    text : str
        One character a sixteenth: ``X`` accented, ``x`` plain, ``o`` soft, else none.
    start : float
        Beat of the first character.
    bars : int
        How often the pattern is played.

    Returns
    -------
    list of Note
        In beats.
    """
    return [
        Note(start + step / 4, 0.25, 60, _STROKES[character])
        for step, character in enumerate(text * bars)
        if character in _STROKES
    ]


def shifted(notes: Iterable[Note], semitones: int) -> list[Note]:
    """Transpose notes by a number of semitones."""
    return [replace(note, pitch=note.pitch + semitones) for note in notes]


def perform(
    notes: Iterable[Note],
    pulse: Pulse,
    generator: np.random.Generator,
    looseness: float,
    articulation: float,
) -> list[Note]:
    """Time notes as a human player does.

    Parameters
    ----------
    notes : iterable of Note
        In beats.
    pulse : Pulse
        Tempo of the piece.
    generator : numpy.random.Generator
        Decides how far each note strays.
    looseness : float
        Standard deviation of an onset, in seconds.
    articulation : float
        Sounded share of the written duration: below 1 staccato, above 1 legato.

    Returns
    -------
    list of Note
        In seconds, none before 0.
    """
    played = []
    for note in notes:
        # Bounded, because a large deviation sounds like a mistake.
        slip = looseness * float(np.clip(generator.standard_normal(), -2.0, 2.0))
        begin = pulse.seconds(note.onset)
        written = pulse.seconds(note.onset + note.duration) - begin
        strength = note.strength * (1.0 + 0.08 * float(generator.uniform(-1.0, 1.0)))
        played.append(
            Note(max(0.0, begin + slip), written * articulation, note.pitch, min(1.0, strength))
        )
    return played
