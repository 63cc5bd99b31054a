"""Variants of a MIDI file: transposition, speed, velocity and instrument."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError


@dataclass(frozen=True)
class Performance:
    """Settings of one variant of a clip.

    Attributes
    ----------
    label : str
        Unique among a clip's performances.
    soundfont : str
        A key of `rendering.SOUNDFONTS`.
    program : int
        General MIDI instrument, 0 to 127.
    transposition : int
        Semitones.
    speed : float
        Factor of the tempo; 1 is as written.
    loudness : float
        Factor of the notes' velocities.
    """

    label: str
    soundfont: str
    program: int = 0
    transposition: int = 0
    speed: float = 1.0
    loudness: float = 1.0


def perform(source: Path, performance: Performance) -> Any:
    """Return a clip's MIDI file with a performance's settings applied.

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
    # More ticks per beat shorten each tick at any tempo.
    notes.ticks_per_beat = min(max(round(notes.ticks_per_beat * performance.speed), 1), 32767)
    for track in notes.tracks:
        for message in track:
            if message.type in ("note_on", "note_off"):
                message.note = min(max(message.note + performance.transposition, 0), 127)
                if message.velocity:
                    loudness = round(message.velocity * performance.loudness)
                    message.velocity = min(max(loudness, 1), 127)
            elif message.type == "program_change":
                message.program = performance.program
    channels = {
        message.channel for track in notes.tracks for message in track if message.type == "note_on"
    }
    for channel in sorted(channels, reverse=True):
        change = mido.Message("program_change", channel=channel, program=performance.program)
        notes.tracks[0].insert(0, change)
    return notes
