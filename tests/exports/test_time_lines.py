"""Regions of REAPER, edit decision lists and subtitles, read by parsers of their own."""

import csv
import re
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import FORMATS
from quadpred_plugin.exports.timecode import FRAME_RATES
from quadpred_plugin.interpretation import Interpretation
from tests.exports.synthetic import make_prediction

QUADRANTS = {
    "Q1": "happy, excited",
    "Q2": "angry, tense",
    "Q3": "sad, gloomy",
    "Q4": "calm, tender",
}


def seconds_of(text):
    hours, minutes, seconds = text.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


@pytest.fixture
def made():
    """Segments of 10 s with a pause, in a file whose name has a comma and a line feed."""
    prediction = make_prediction(np.eye(4)[np.repeat([0, 2, 1], 20)], source="a,\n日.wav")
    quiet = np.zeros(60, dtype=bool)
    quiet[20:32] = True
    object.__setattr__(prediction, "quiet", quiet)
    return prediction


def spans(prediction):
    return [
        (one.start, one.start + one.duration, f"{one.quadrant.name} {QUADRANTS[one.quadrant.name]}")
        for one in prediction.segments()
    ]


def test_regions_and_markers_of_reaper(made, save):
    with open(save(made, ".reaper.csv"), newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["#", "Name", "Start", "End", "Length", "Color"]
    regions = [row for row in rows if row["#"].startswith("R")]
    assert [row["#"] for row in regions] == ["R1", "R2", "R3"]
    for row, (start, end, name) in zip(regions, spans(made), strict=True):
        found = [seconds_of(row[column]) for column in ("Start", "End", "Length")]
        assert found == pytest.approx([start, end, end - start], abs=1e-3)
        assert row["Name"] == name and re.fullmatch("[0-9A-F]{6}", row["Color"])
    markers = [row for row in rows if row["#"].startswith("M")]
    points = made.turning_points()
    assert [row["#"] for row in markers] == [f"M{1 + n}" for n in range(len(points))]
    assert [seconds_of(row["Start"]) for row in markers] == pytest.approx(
        [one.time for one in points], abs=1e-3
    )


def frame_of(timecode, nominal):
    """Return the frame of a timecode by counting, minute by minute, what is left out."""
    dropped = {True: nominal // 15, False: 0}[";" in timecode]
    hours, minutes, seconds, frames = map(int, re.split("[:;]", timecode))
    total = 0
    for minute in range(hours * 60 + minutes):
        total += nominal * 60 - (dropped if minute % 10 else 0)
    left_out = dropped if minutes % 10 else 0
    if seconds == 0:
        assert not frames < left_out, f"{timecode} doesn't exist"
    return total + seconds * nominal + frames - left_out


EVENT = re.compile(r"(\d{3})  AX       AA    C        (\S+) (\S+) (\S+) (\S+)")
RATES = {
    "23.976": (24, Fraction(24000, 1001)),
    "25": (25, Fraction(25)),
    "29.97": (30, Fraction(30000, 1001)),
    "59.94": (60, Fraction(60000, 1001)),
    "60": (60, Fraction(60)),
}


def edit_list(path, prediction, fps):
    export = replace(FORMATS["edl"], settings=(("frames_per_second", fps),))
    export.write_file(path, [prediction])
    return path.read_text(encoding="ascii").splitlines()


@pytest.mark.parametrize("fps", RATES)
def test_events_of_an_edit_list(made, tmp_path, fps):
    nominal, rate = RATES[fps]
    lines = edit_list(tmp_path / "a.edl", made, fps)
    assert lines[0] == "TITLE: a,\\n?.wav"
    assert lines[1] == f"FCM: {'' if fps in ('29.97', '59.94') else 'NON-'}DROP FRAME"
    found = [EVENT.fullmatch(line).groups() for line in lines if " AX " in line]
    assert [number for number, *_ in found] == ["001", "002", "003"]
    for (_, start, end, *record), (first, last, _) in zip(found, spans(made), strict=True):
        assert record == [start, end]
        for timecode, seconds in ((start, first), (end, last)):
            assert abs(frame_of(timecode, nominal) / rate - Fraction(seconds)) <= 1 / (2 * rate)
    locators = [line.split(maxsplit=4)[4] for line in lines if line.startswith("* LOC: ")]
    assert locators == [name for *_, name in spans(made)]


@pytest.mark.parametrize("fps", RATES)
def test_timecodes_count_each_frame_once(fps):
    nominal, rate = RATES[fps]
    numbers = [*range(40000), 107891, 107892, 107893, 10**6]
    assert [frame_of(FRAME_RATES[fps].timecode(one), nominal) for one in numbers] == numbers
    hour = FRAME_RATES[fps].timecode(FRAME_RATES[fps].frame_at(3600))
    if fps != "23.976":
        assert hour[:8] == "01:00:00" and FRAME_RATES[fps].rate == rate


def test_too_many_events_are_told(tmp_path):
    prediction = make_prediction(np.eye(4)[np.arange(1001) % 4])
    rules = Interpretation(minimum_segment=0, hysteresis=0)
    with pytest.raises(OutputError, match="1001 segments, and an edit decision list at most 999"):
        prediction.interpret(rules).save(tmp_path / "a.edl")
    assert list(tmp_path.iterdir()) == []


def test_ffmpeg_reads_the_subtitles(made, save):
    with av.open(str(save(made, ".srt"))) as container:
        found = [
            (
                float(packet.pts * packet.time_base),
                float(packet.duration * packet.time_base),
                bytes(packet),
            )
            for packet in container.demux(subtitles=0)
            if packet.pts is not None
        ]
    expected = spans(made)
    assert [text.decode() for *_, text in found] == [name for *_, name in expected]
    for (start, duration, _), (first, last, _) in zip(found, expected, strict=True):
        assert (start, start + duration) == pytest.approx((first, last), abs=2e-3)


def test_lyrics_end_where_segments_end(save):
    prediction = make_prediction(np.eye(4)[np.repeat([0, 2], 12000)])
    lines = save(prediction, ".lrc").read_text().splitlines()
    found = [re.fullmatch(r"\[(\d{2,}):(\d\d\.\d\d)\](.*)", line).groups() for line in lines]
    times = [60 * int(minutes) + float(seconds) for minutes, seconds, _ in found]
    (first, border, _), (_, end, _) = spans(prediction)
    assert times == pytest.approx([first, border, end], abs=0.006) and times[2] > 100 * 60
    assert [text for *_, text in found] == ["Q1 happy, excited", "Q3 sad, gloomy", ""]


@pytest.mark.parametrize("suffix", [".reaper.csv", ".edl", ".srt", ".lrc"])
def test_nothing_has_no_events(silent, save, suffix):
    lines = save(silent, suffix).read_text().splitlines()
    assert not any(quadrant in line for line in lines for quadrant in QUADRANTS.values())
