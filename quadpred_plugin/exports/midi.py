"""MIDI: the curves as controllers, and segments as markers, for sequencers and synthesisers.

A file of format 1 with two tracks. The first one has the tempo, 120 quarter notes a minute, and a
marker at the start of each segment with its quadrant, or an empty one where a gap begins. The
second one has the controllers on channel 1: 20 is arousal and 21 valence, from -1 as 0 to 1 as
127; 22 to 25 are the probabilities of Q1 to Q4, from 0 to 1 as 127. A quarter note has 480 ticks
(PPQ), so a tick is 1/960 s. A value lasts until the next one, and is written if it differs from
the one before it. ``--rate`` and ``--smooth`` make smooth curves.

References
----------
MIDI Manufacturers Association, *Standard MIDI Files 1.0*, 1988; *The Complete MIDI 1.0 Detailed
Specification*, 1996: controllers 20 to 31 have no meaning of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    import mido

TICKS_A_QUARTER = 480
QUARTERS_A_SECOND = 2
CONTROLLERS = {"arousal": 20, "valence": 21, "q1": 22, "q2": 23, "q3": 24, "q4": 25}
CHANNEL = 1

_HIGHEST = 127


def write(stream: IO[bytes], prediction: Prediction) -> None:
    """Write controllers and markers."""
    import mido

    document = mido.MidiFile(type=1, ticks_per_beat=TICKS_A_QUARTER, charset="utf-8")
    name = printable(Path(prediction.source).name)
    end = _ticks(prediction.duration or 0.0)
    tempo = mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(60 * QUARTERS_A_SECOND))
    first = [(0, mido.MetaMessage("track_name", name=name)), (0, tempo)]
    document.tracks.append(_track([*first, *_markers(prediction)], end))
    controllers = mido.MetaMessage("track_name", name="arousal, valence, quadrants")
    document.tracks.append(_track([(0, controllers), *_changes(prediction)], end))
    document.save(file=stream)


def _markers(prediction: Prediction) -> list[tuple[int, Any]]:
    import mido

    segments = prediction.segments()
    texts = {_ticks(one.start + one.duration): "" for one in segments}
    texts |= {_ticks(one.start): one.quadrant.title for one in segments}
    return [(tick, mido.MetaMessage("marker", text=text)) for tick, text in sorted(texts.items())]


def _changes(prediction: Prediction) -> list[tuple[int, Any]]:
    import mido

    columns: dict[str, NDArray[np.float64]] = {
        "arousal": (prediction.arousal.astype(np.float64) + 1) / 2,
        "valence": (prediction.valence.astype(np.float64) + 1) / 2,
    }
    for index, quadrant in enumerate(QUADRANTS):
        columns[quadrant.name.lower()] = prediction.quadrants[:, index].astype(np.float64)
    values = np.stack([columns[name] for name in CONTROLLERS], axis=1)
    steps = np.rint(values * _HIGHEST).clip(0, _HIGHEST).astype(int).tolist()
    # Each value lasts a hop around the centre of what it is about.
    starts = np.maximum(prediction.centres - prediction.hop / 2, 0.0).tolist()
    events = []
    last: list[int | None] = [None] * len(CONTROLLERS)
    for start, row in zip(starts, steps, strict=True):
        for place, (controller, value) in enumerate(zip(CONTROLLERS.values(), row, strict=True)):
            if value != last[place]:
                message = mido.Message(
                    "control_change", channel=CHANNEL - 1, control=controller, value=value
                )
                events.append((_ticks(start), message))
                last[place] = value
    return events


def _track(events: list[tuple[int, Any]], end: int) -> mido.MidiTrack:
    """Return a track of messages at times in ticks."""
    import mido

    track, now = mido.MidiTrack(), 0
    last = mido.MetaMessage("end_of_track")
    for tick, message in [*events, (max([end, *(tick for tick, _ in events)]), last)]:
        track.append(message.copy(time=tick - now))
        now = tick
    return track


def _ticks(seconds: float) -> int:
    return round(seconds * QUARTERS_A_SECOND * TICKS_A_QUARTER)
