"""MIDI files, read byte by byte after the specification, and by mido."""

import struct

import mido
import numpy as np
import pytest

from quadpred_plugin.analysis.resampling import resample
from quadpred_plugin.exports.midi import CONTROLLERS
from tests.exports.synthetic import make_prediction, random_prediction

TICKS_A_SECOND = 960


def chunks(content):
    while content:
        kind, length = struct.unpack(">4sI", content[:8])
        yield kind, content[8 : 8 + length]
        assert len(content) >= 8 + length
        content = content[8 + length :]


def variable(data, place):
    """Return a number of variable length, and the place after it."""
    number = 0
    while True:
        number = number << 7 | data[place] & 0x7F
        place += 1
        if not data[place - 1] & 0x80:
            return number, place


def events(data):
    """Yield time in ticks, kind and content of each event of a track."""
    place = now = status = 0
    while place < len(data):
        delta, place = variable(data, place)
        now += delta
        if data[place] & 0x80:
            status = data[place]
            place += 1
        if status == 0xFF:
            kind = data[place]
            length, place = variable(data, place + 1)
            yield now, ("meta", kind), data[place : place + length]
            place += length
        else:
            assert status == 0xB0, "a controller on channel 1"
            yield now, ("controller", data[place]), data[place + 1]
            place += 2
    assert kind == 0x2F


def read(path):
    """Return the tempo, markers and the changes of each controller, times in seconds."""
    header, *tracks = chunks(path.read_bytes())
    assert header == (b"MThd", struct.pack(">HHH", 1, 2, 480))
    assert [kind for kind, _ in tracks] == [b"MTrk"] * 2
    first, second = (list(events(data)) for _, data in tracks)
    ((tempo,),) = ([content for _, kind, content in first if kind == ("meta", 0x51)],)
    markers = [(now / 960, text.decode()) for now, kind, text in first if kind == ("meta", 6)]
    curves = {number: [] for number in CONTROLLERS.values()}
    for now, (kind, number), value in second:
        if kind == "controller":
            curves[number].append((now / TICKS_A_SECOND, value))
    return int.from_bytes(tempo, "big"), markers, curves, second[-1][0] / TICKS_A_SECOND


def test_controllers_follow_the_curves(save):
    prediction = resample(random_prediction(40, hop=0.5, patch=1.0), 25)
    tempo, _, curves, end = read(save(prediction, ".mid"))
    # Microseconds in a quarter note: 960 ticks are a second.
    assert tempo == 500_000
    assert end == pytest.approx(prediction.duration, abs=1e-3)
    expected = {
        20: (prediction.arousal + 1) / 2,
        21: (prediction.valence + 1) / 2,
        **{22 + index: prediction.quadrants[:, index] for index in range(4)},
    }
    for number, values in expected.items():
        times, found = np.array(curves[number]).T
        assert (np.diff(found) != 0).all()
        held = found[np.searchsorted(times, prediction.times + 1e-3, side="right") - 1]
        np.testing.assert_allclose(held, 127 * values, atol=0.51)


def test_markers_are_segments_and_gaps(save):
    prediction = make_prediction(np.eye(4)[np.repeat([0, 2], 24)])
    quiet = np.zeros(48, dtype=bool)
    quiet[24:36] = True
    object.__setattr__(prediction, "quiet", quiet)
    first, second = prediction.segments()
    _, markers, _, _ = read(save(prediction, ".mid"))
    assert [text for _, text in markers] == ["Q1 happy, excited", "", "Q3 sad, gloomy", ""]
    expected = [first.start, first.start + first.duration, second.start]
    assert [time for time, _ in markers][:3] == pytest.approx(expected, abs=1e-3)


def test_mido_reads_it_with_any_name(save):
    prediction = random_prediction(20, source="Ärger,\n日本\udcff.wav")
    document = mido.MidiFile(save(prediction, ".mid"), charset="utf-8")
    assert document.length == pytest.approx(prediction.duration, abs=2e-3)
    assert document.tracks[0].name == "Ärger,\\n日本\\udcff.wav"
    assert {one.control for one in document.tracks[1] if one.type == "control_change"} <= set(
        range(20, 26)
    )


def test_silence_has_no_controllers(silent, save):
    _, markers, curves, end = read(save(silent, ".mid"))
    assert markers == [] and not any(curves.values()) and end == 2
