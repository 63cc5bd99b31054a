"""Variants of a MIDI file: transposition, speed, velocity, instrument and melody."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from quadpred_plugin.errors import QuadpredError

# Fewest ticks of a beat, so that a rounded number of ticks is within 0.2 % of any speed.
_LEAST_TICKS = 384
_MOST_TICKS = 32767
_BANK_SELECTS = (0, 32)
SUSTAIN_PEDAL = 64
_ALL_SOUND_OFF = 120
# From the last event to the end of all voices; microseconds of a beat without a tempo.
_LAST_SECONDS = 5.0
_USUAL_TEMPO = 500_000
_ACCOMPANIMENT, _MELODY = 0, 1


@dataclass(frozen=True)
class Performance:
    """Settings of one variant of a clip.

    Attributes
    ----------
    label : str
        Unique among a clip's performances.
    instrument : str
        A key of `instruments.INSTRUMENTS`.
    program : int
        General MIDI program, 0 to 127.
    transposition : int
        Semitones.
    speed : float
        Factor of the tempo; 1 is as written.
    loudness : float
        Factor of the notes' velocities.
    melody : int or None
        Program of the melody, if it is another than the accompaniment's.
    seed : int
        Chooses the sound of an instrument that has many; 0 is its plain one.
    """

    label: str
    instrument: str
    program: int = 0
    transposition: int = 0
    speed: float = 1.0
    loudness: float = 1.0
    melody: int | None = None
    seed: int = 0


def perform(source: Path, performance: Performance) -> Any:
    """Return a clip's MIDI file with a performance's settings applied.

    With a melody, the track and channel of the highest mean pitch is the melody; of a single
    one, the notes from its median pitch on are. The pedal holds no notes of the melody.

    Parameters
    ----------
    source : Path
        A MIDI file.
    performance : Performance

    Returns
    -------
    notes : mido.MidiFile

    Raises
    ------
    QuadpredError
        If the file can't be read.
    """
    import mido

    try:
        notes = mido.MidiFile(source)
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise QuadpredError(f"{source} can't be read as MIDI: {error}.") from error
    _refine_ticks(notes)
    # More ticks per beat shorten each tick at any tempo.
    ticks = round(notes.ticks_per_beat * performance.speed)
    notes.ticks_per_beat = min(max(ticks, 1), _MOST_TICKS)
    if performance.melody is not None:
        _separate_melody(notes)
    programs = defaultdict(lambda: performance.program)
    if performance.melody is not None:
        programs[_MELODY] = performance.melody
    for track in notes.tracks:
        for message in track:
            if message.type in ("note_on", "note_off"):
                message.note = min(max(message.note + performance.transposition, 0), 127)
                if message.velocity:
                    loudness = round(message.velocity * performance.loudness)
                    message.velocity = min(max(loudness, 1), 127)
            elif message.type == "program_change":
                message.program = programs[message.channel]
            elif message.type == "control_change" and message.control in _BANK_SELECTS:
                # Another bank has variants of programs, or none.
                message.value = 0
    channels = {
        message.channel for track in notes.tracks for message in track if message.type == "note_on"
    }
    for channel in sorted(channels, reverse=True):
        change = mido.Message("program_change", channel=channel, program=programs[channel])
        notes.tracks[0].insert(0, change)
    return notes


def end_all_voices(notes: Any) -> None:
    """End what still sounds some seconds after the last event of a file.

    A synthesiser renders until its last voice has ended. One whose note has no end in the file,
    or is held by a pedal that is never released, would sound for ever.

    Parameters
    ----------
    notes : mido.MidiFile
        Gets a control change for each channel.
    """
    import mido

    every = [message for track in notes.tracks for message in track]
    channels = sorted({message.channel for message in every if _has_channel(message)})
    if not channels:
        return
    longest = max(notes.tracks, key=lambda track: sum(message.time for message in track))
    tempos = [message.tempo for message in every if message.type == "set_tempo"]
    slowest = max(tempos, default=_USUAL_TEMPO)
    wait = round(mido.second2tick(_LAST_SECONDS, notes.ticks_per_beat, slowest))
    while longest and longest[-1].type == "end_of_track":
        wait += longest.pop().time
    for channel in channels:
        end = mido.Message(
            "control_change", channel=channel, control=_ALL_SOUND_OFF, value=0, time=wait
        )
        longest.append(end)
        wait = 0


def _has_channel(message: Any) -> bool:
    return not message.is_meta and hasattr(message, "channel")


def _refine_ticks(notes: Any) -> None:
    """Divide coarse ticks, at the same tempo."""
    factor = -(-_LEAST_TICKS // max(notes.ticks_per_beat, 1))
    if factor > 1:
        notes.ticks_per_beat *= factor
        for track in notes.tracks:
            for message in track:
                message.time *= factor


def _separate_melody(notes: Any) -> None:
    """Move the melody to one channel, and everything else to another."""
    pitches = defaultdict(list)
    for number, track in enumerate(notes.tracks):
        for message in track:
            if message.type == "note_on" and message.velocity:
                pitches[number, message.channel].append(message.note)
    if not pitches:
        return
    highest = max(pitches, key=lambda part: mean(pitches[part]))
    lowest_note = median(pitches[highest]) if len(pitches) == 1 else 0
    for number, track in enumerate(notes.tracks):
        for message in track:
            if not _has_channel(message):
                continue
            ours = (number, message.channel) == highest
            if message.type in ("note_on", "note_off"):
                ours = ours and message.note >= lowest_note
            elif len(pitches) == 1 or _is_pedal(message):
                ours = False
            message.channel = _MELODY if ours else _ACCOMPANIMENT


def _is_pedal(message: Any) -> bool:
    return message.type == "control_change" and message.control == SUSTAIN_PEDAL
