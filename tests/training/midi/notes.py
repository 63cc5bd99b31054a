"""MIDI files of few notes."""

import mido

TICKS = 480


def write_notes(path, *tracks, ticks=TICKS):
    """Write tracks of messages: dicts of `mido.Message`, ``time`` in ticks after the one before."""
    file = mido.MidiFile(ticks_per_beat=ticks)
    for messages in tracks:
        file.tracks.append(mido.MidiTrack([message(**one) for one in messages]))
    file.save(path)
    return path


def message(type, **values):
    kind = mido.MetaMessage if type == "set_tempo" else mido.Message
    return kind(type, **values)


def on(note, velocity=100, time=0, channel=0):
    return {
        "type": "note_on",
        "note": note,
        "velocity": velocity,
        "time": time,
        "channel": channel,
    }


def off(note, time=0, channel=0):
    return {"type": "note_off", "note": note, "time": time, "channel": channel}


def control(number, value, time=0, channel=0):
    return {
        "type": "control_change",
        "control": number,
        "value": value,
        "time": time,
        "channel": channel,
    }
