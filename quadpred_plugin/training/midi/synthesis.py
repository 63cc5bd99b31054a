"""The parts that our own synthesisers share: the notes of a MIDI file, envelopes, mixing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.midi.performance import SUSTAIN_PEDAL

Samples = NDArray[np.float32]

_VOLUME, _EXPRESSION = 7, 11
_PEDAL_DOWN = 64
_DRUMS = 9
_FULL = 127
# Struck and plucked programs of General MIDI; the others sound as long as they are held.
_STRUCK = (range(0, 16), range(24, 40), range(45, 48), range(104, 120))
_FASTEST_DECAY_SECONDS = 0.02
# Amplitude, as a share of the first, below which a decaying note is cut off: -66 dB.
_CUT_OFF = 5e-4


@dataclass(frozen=True)
class Note:
    """One note as it sounds.

    Attributes
    ----------
    start : float
        s.
    seconds : float
        From the start until the key, and the pedal, are up.
    pitch : int
        MIDI number.
    velocity : float
        0 to 1.
    program : int
        General MIDI program, 0 to 127.
    level : float
        Factor of the amplitude by the channel's volume and expression, 0 to 1.
    """

    start: float
    seconds: float
    pitch: int
    velocity: float
    program: int = 0
    level: float = 1.0

    @property
    def frequency(self) -> float:
        """Fundamental frequency, Hz; A4 is 440 Hz."""
        return float(440 * 2 ** ((self.pitch - 69) / 12))


Voice = Callable[[Note, int], Samples]
"""Returns the samples of a note, from its start on, at a rate in Hz."""


class _Channel:
    """Keys, pedal and settings of one channel while a file is read."""

    def __init__(self) -> None:
        self.program, self.pedal = 0, False
        self.volume, self.expression = _FULL, _FULL
        self.down: dict[int, Note] = {}
        self.sustained: dict[int, Note] = {}
        self.finished: list[Note] = []

    def handle(self, message: Any, time: float) -> None:
        if message.type == "note_on" and message.velocity:
            self._finish(self.down, time, [message.note])
            self._finish(self.sustained, time, [message.note])
            level = (self.volume * self.expression / _FULL**2) ** 2
            velocity = message.velocity / _FULL
            note = Note(time, 0, message.note, velocity, self.program, level)
            self.down[message.note] = note
        elif message.type in ("note_on", "note_off"):
            if message.note in self.down and self.pedal:
                self.sustained[message.note] = self.down.pop(message.note)
            self._finish(self.down, time, [message.note])
        elif message.type == "program_change":
            self.program = message.program
        elif message.type == "control_change":
            self._control(message.control, message.value, time)

    def _control(self, control: int, value: int, time: float) -> None:
        if control == SUSTAIN_PEDAL:
            self.pedal = value >= _PEDAL_DOWN
            if not self.pedal:
                self._finish(self.sustained, time, list(self.sustained))
        elif control == _VOLUME:
            self.volume = value
        elif control == _EXPRESSION:
            self.expression = value

    def _finish(self, notes: dict[int, Note], time: float, pitches: Sequence[int]) -> None:
        for pitch in pitches:
            if note := notes.pop(pitch, None):
                values = (note.pitch, note.velocity, note.program, note.level)
                self.finished.append(Note(note.start, time - note.start, *values))

    def finish(self, time: float) -> list[Note]:
        self._finish(self.down, time, list(self.down))
        self._finish(self.sustained, time, list(self.sustained))
        return self.finished


def sounding_notes(path: Path) -> list[Note]:
    """Read the notes of a MIDI file as they sound, in the order of their starts.

    Tempo changes, the sustain pedal, volume, expression and program changes count; pitch bend
    and percussion (channel 10) don't. A key that is struck again ends its earlier note.

    Raises
    ------
    QuadpredError
        If the file can't be read, or its tracks are independent sequences (type 2).
    """
    import mido

    channels: dict[int, _Channel] = {}
    time = 0.0
    try:
        for message in mido.MidiFile(path):
            time += message.time
            if not message.is_meta and getattr(message, "channel", _DRUMS) != _DRUMS:
                channels.setdefault(message.channel, _Channel()).handle(message, time)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise QuadpredError(f"{path} can't be read as MIDI: {error}.") from error
    notes = [note for channel in channels.values() for note in channel.finish(time)]
    return sorted(notes, key=lambda note: (note.start, note.pitch))


def play(path: Path, rate: int, voice_of: Callable[[int], Voice]) -> Samples:
    """Synthesise a MIDI file.

    Parameters
    ----------
    path : Path
    rate : int
        Hz.
    voice_of : callable
        Returns the voice for a program; called once for each.

    Returns
    -------
    samples : ndarray of float32, shape (samples,)
        The sum of all notes, of any peak; empty without notes.

    Raises
    ------
    QuadpredError
        As of `sounding_notes`.
    """
    notes = sounding_notes(path)
    voices = {program: voice_of(program) for program in {note.program for note in notes}}
    sounds = [(round(note.start * rate), voices[note.program](note, rate)) for note in notes]
    mixed = np.zeros(max((start + len(sound) for start, sound in sounds), default=0), np.float32)
    for start, sound in sounds:
        mixed[start : start + len(sound)] += sound
    return mixed


def is_struck(program: int) -> bool:
    """Return whether a program of General MIDI is struck or plucked, so that it dies away."""
    return any(program in programs for programs in _STRUCK)


def envelope(
    seconds: float, rate: int, attack: float, release: float, decay: float | None = None
) -> Samples:
    """Return the amplitude of a note over time.

    Parameters
    ----------
    seconds : float
        Until the release.
    rate : int
        Hz.
    attack : float
        Length of the raised cosine at the start, s.
    release : float
        Time constant after the release, s.
    decay : float, optional
        Time constant from the start on, s; None for none.

    Returns
    -------
    amplitude : ndarray of float32, shape (samples,)
        0 to 1; it ends where it has fallen below -66 dB.
    """
    longest = np.log(1 / _CUT_OFF)
    held = max(seconds, attack)
    total = held + longest * release
    if decay is not None:
        total = min(total, longest * max(decay, _FASTEST_DECAY_SECONDS))
    times = np.arange(max(1, round(total * rate)), dtype=np.float32) / np.float32(rate)
    amplitude = np.exp(-np.maximum(times - np.float32(held), 0) / np.float32(release))
    if decay is not None:
        amplitude *= np.exp(-times / np.float32(decay))
    rising = times < attack
    amplitude[rising] *= 0.5 - 0.5 * np.cos(np.pi * times[rising] / np.float32(attack))
    return np.asarray(amplitude, np.float32)
