"""Sonic Visualiser shows, exports and saves every output with the command line's values."""

import numpy as np
import pytest
import soundfile

from quadpred_plugin.model.registry import find_model
from tests import signals
from tests.vamp import sonic_visualiser
from vamp_wrapper.outputs import OUTPUTS, SEGMENT_VALUES
from vamp_wrapper.settings import DEFAULT_HOP, parameters

HOP = DEFAULT_HOP
PATCH = 0.992
CURVES = ["arousal", "valence", "confidence"]

# Sonic Visualiser prints six significant digits: an error of half a millionth below 1. The
# order of TensorFlow's sums differs too, which changes the last bits of float32.
BOUND = 1e-6


# Two pieces, the second from this time on, s.
BORDER = 16
LENGTH = 32


@pytest.fixture(scope="module")
def wav(tmp_path_factory):
    pieces = []
    for name in ("q1_joy", "q3_sadness"):
        samples, rate = soundfile.read(signals.EXAMPLES / f"{name}.ogg", always_2d=True)
        assert rate == 44100 and samples.shape[1] == 2
        pieces.append(samples[: BORDER * rate])
    path = tmp_path_factory.mktemp("wav") / "two pieces.wav"
    soundfile.write(path, np.concatenate(pieces), rate)
    return path


@pytest.fixture(scope="module")
def shown(wav, vamp_folder, tmp_path_factory):
    outputs = [output.identifier for output in OUTPUTS]
    folder = tmp_path_factory.mktemp("sonic-visualiser")
    return sonic_visualiser.show(wav, outputs, folder, vamp_folder)


@pytest.fixture(scope="module")
def rows(wav, quadpred):
    run = quadpred(
        *("predict", "--format", "csv", "--level", "frame", "--hop", str(HOP), wav),
        folder=wav.parent,
    )
    return run.rows()


@pytest.fixture(scope="module")
def predicted(rows):
    """Columns of the command line's rows, by the output's identifier."""
    quadrants = np.array([[row[f"q{number}"] for number in (1, 2, 3, 4)] for row in rows], float)
    return {
        "time": np.array([row["time"] for row in rows], float),
        "taggram": quadrants,
        "arousal": np.array([row["arousal"] for row in rows], float),
        "valence": np.array([row["valence"] for row in rows], float),
        "confidence": quadrants.max(axis=1),
    }


def pixels(times):
    """Column of each time in a picture."""
    return (np.asarray(times) * 44100 / sonic_visualiser.ZOOM).astype(int)


@pytest.mark.parametrize("output", CURVES)
def test_curves_are_those_of_the_program(output, shown, predicted):
    times, values = np.array(shown.tables[output], float).T
    count = len(predicted["time"])
    # The zeros that pad the last block may complete one more patch.
    assert count <= len(times) <= count + 1
    np.testing.assert_allclose(times[:count], predicted["time"] + PATCH / 2, atol=1e-3)
    np.testing.assert_allclose(values[:count], predicted[output], atol=BOUND)


def test_no_column_of_the_taggram_is_lost(shown, predicted):
    values = np.array(shown.tables["taggram"], float)
    count = len(predicted["time"])
    assert count <= len(values) <= count + 1
    np.testing.assert_allclose(values[:count], predicted["taggram"], atol=BOUND)


def test_segments_have_labels_and_durations(shown, rows):
    table = shown.tables["segments"]
    starts, values, durations = np.array([row[:3] for row in table], float).T
    labels = [row[3] for row in table]
    assert len(table) > 1 and starts[0] == 0
    ends = starts + durations
    # Times are rounded to samples; there may be gaps.
    assert (starts[1:] >= ends[:-1] - 1 / 44100 - 1e-6).all() and ends[-1] <= LENGTH + 0.1
    words = {1: "happy, excited", 2: "angry, tense", 3: "sad, gloomy", 4: "calm, tender"}
    assert labels == [f"{label[:2]} {words[int(label[1])]}" for label in labels]
    assert list(values) == [SEGMENT_VALUES[label[:2]] for label in labels]
    # Most patches are in a segment of their own quadrant.
    middles = np.array([float(row["time"]) + float(row["duration"]) / 2 for row in rows])
    around = labels_at(middles, starts, labels)
    assert np.mean([row["quadrant"] == label[:2] for row, label in zip(rows, around)]) > 0.6


def labels_at(times, starts, labels):
    return [labels[index] for index in np.searchsorted(starts, times, side="right") - 1]


def test_the_summary_is_regions_with_names(shown, predicted):
    rows = {row[3]: [float(cell) for cell in row[:3]] for row in shown.tables["summary"]}
    names = ["Q1 happy, excited", "Q2 angry, tense", "Q3 sad, gloomy", "Q4 calm, tender"]
    pooling = find_model().pooling
    raised = predicted["taggram"].mean(axis=0) ** (1 / pooling["quadrants"].temperature)
    raised[[0, 3]] *= np.exp(pooling["quadrants"].offset)
    expected = list(raised / raised.sum())
    names[int(np.argmax(expected))] += " (most probable)"
    for name in CURVES[:2]:
        chance = (1 + predicted[name].mean()) / 2
        its = pooling[name]
        log_odds = np.log(chance / (1 - chance)) / its.temperature + its.offset
        expected.append(np.tanh(log_odds / 2))
    assert set(rows) == {*names, "arousal", "valence"}
    for start, _, duration in rows.values():
        assert start == 0 and duration == pytest.approx(LENGTH, abs=0.1)
    found = [rows[label][1] for label in (*names, "arousal", "valence")]
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_the_turning_point_is_where_the_pieces_meet(shown):
    (*_, (time, strength, label)) = shown.tables["turningpoints"]
    assert float(time) == pytest.approx(BORDER, abs=1.5) and float(strength) > 0.5
    assert label[:2] != label[-2:] and label[2:-2] == " to "


@pytest.mark.parametrize(
    ("output", "kind", "extents"),
    [
        ("taggram", "colour3dplot", None),
        ("arousal", "timevalues", (-1, 1)),
        ("valence", "timevalues", (-1, 1)),
        ("confidence", "timevalues", (0, 1)),
        ("segments", "regions", (0, 3)),
        ("summary", "regions", (-1, 1)),
        ("turningpoints", "timevalues", (0, pytest.approx(8**0.5, rel=1e-5))),
    ],
)
def test_the_session_keeps_layers_and_settings(output, kind, extents, shown):
    layer, model = shown.layer(output)
    assert layer.get("type") == kind
    assert layer.get("name") == next(one.name for one in OUTPUTS if one.identifier == output)
    if extents is None:
        # The values of a colour 3D plot aren't saved; they are computed again.
        assert model is None
    else:
        assert (float(model.get("minimum")), float(model.get("maximum"))) == extents
        assert model.get("units") == ""


def test_the_session_says_how_to_compute_it_again(shown):
    transforms = list(shown.session.iter("transform"))
    assert [one.get("id") for one in transforms] == [
        f"vamp:quadpred:quadpred:{output.identifier}" for output in OUTPUTS
    ]
    for transform in transforms:
        settings = {one.get("name"): float(one.get("value")) for one in transform}
        assert settings == pytest.approx({one.identifier: one.default for one in parameters()})


@pytest.mark.parametrize("output", CURVES)
def test_a_curve_is_drawn(output, shown, predicted):
    without, picture = shown.pictures[output]
    layer, _ = shown.layer(output)
    colour = [int(layer.get("colour")[start : start + 2], 16) for start in (1, 3, 5)]
    # The ruler's marks at the top and the bottom may have the same colour.
    drawn = (picture[12:-12] == colour).all(axis=2)
    columns = pixels(predicted["time"] + PATCH / 2)
    assert not (without[columns] == colour).all(axis=1).any()
    heights = [np.flatnonzero(drawn[:, column]) for column in columns]
    # Each value is drawn as a dash of a few pixels, the only one of its colour.
    assert all(2 <= len(rows) <= 6 for rows in heights)
    assert np.corrcoef([rows.mean() for rows in heights], predicted[output])[0, 1] < -0.999


def test_the_taggram_is_drawn(shown, predicted):
    without, picture = shown.pictures["taggram"]
    # The first quadrant is at the bottom. Low values are dark, higher ones green, yellow, red.
    heights = ((3.5 - np.arange(4)) / 4 * len(picture)).astype(int)
    columns = pixels(predicted["time"] + HOP / 2)
    cells = picture[np.ix_(heights, columns)]
    assert len(np.unique(cells.reshape(-1, 3), axis=0)) > 30
    assert (np.abs(cells - without[columns]).sum(axis=2) > 100).all()
    assert np.corrcoef(cells[..., 0].ravel(), predicted["taggram"].T.ravel())[0, 1] > 0.8


def test_segments_are_drawn_with_their_labels(shown):
    without, picture = shown.pictures["segments"]
    table = shown.tables["segments"]
    starts, durations = np.array([(row[0], row[2]) for row in table], float).T
    columns = pixels(starts + durations / 2)
    colours = picture[len(picture) * 3 // 4, columns]
    assert (np.abs(colours - without[columns]).sum(axis=1) > 100).all()
    # Segments have the same colour if and only if they have the same quadrant.
    differ = np.abs(colours[:, np.newaxis] - colours).sum(axis=2) > 60
    quadrants = np.array([row[1] for row in table])
    np.testing.assert_array_equal(differ, quadrants[:, np.newaxis] != quadrants)
    # Labels are black text in the upper part, to the right of the segment's start.
    black = (picture.sum(axis=2) < 60)[12:-12]
    upper, lower = np.split(black, [len(black) // 2])
    for column in pixels(starts):
        area = slice(column + 4, column + 60)
        assert upper[:, area].sum() > lower[:, area].sum() + 30
