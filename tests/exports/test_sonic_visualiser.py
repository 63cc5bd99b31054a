"""Layers in Sonic Visualiser: opened, shown, exported and saved in a session."""

import itertools
import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from quadpred_plugin.errors import OutputError
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.quadrants import QUADRANTS
from tests.exports.sonic_visualiser import SonicVisualiser
from tests.exports.synthetic import make_prediction

# Sonic Visualiser prints six significant digits and reads six decimals of CSV: each rounds by at
# most half a millionth.
BOUND = 1e-6
SAMPLE = 1 / 44100


@pytest.fixture(scope="module")
def shown(music, song, silent, tmp_path_factory):
    """All layers as one run of Sonic Visualiser exports them, by name."""
    folder = tmp_path_factory.mktemp("layers")
    for suffix in (".svl", ".taggram.svl", ".arousal.csv", ".valence.csv", ".segments.csv"):
        song.save(folder / f"song{suffix}")
        silent.save(folder / f"silent{suffix}")
    found = {}
    home = tmp_path_factory.mktemp("home")
    with SonicVisualiser(home) as program:
        program.open(music)
        program.new_pane()
        program.open_layers(folder / "song.svl")
        found["session"] = program.session_tree()
        # The first layer of the pane is its ruler.
        names = [layer.get("name") for layer in found["session"].findall("data/layer")][3:]
        found["names"] = names
        for number, name in enumerate(names, start=2):
            found[name] = program.layer(number)
        program.open_layers(folder / "silent.svl")
        found["session with silence"] = program.session_tree()
        for suffix in ("arousal", "valence", "segments"):
            program.new_pane()
            found[f"{suffix}.csv"] = program.import_table(folder / f"song.{suffix}.csv")
        # With a grid, sessions can no longer be saved.
        program.new_pane()
        program.open_layers(folder / "song.taggram.svl")
        found["Taggram"] = program.layer()
        program.open_layers(folder / "silent.taggram.svl")
        found["silent Taggram"] = program.layer()
    return found


@pytest.mark.parametrize("name", ["Arousal", "Valence"])
def test_curves(shown, song, name):
    times, values = np.array(shown[name], float).T
    np.testing.assert_allclose(times, song.times, atol=SAMPLE)
    np.testing.assert_allclose(values, getattr(song, name.lower()), atol=BOUND)


def test_segments_are_regions_of_each_quadrant(shown, song):
    expected = song.segments()
    for quadrant in QUADRANTS:
        own = [one for one in expected if one.quadrant == quadrant]
        assert (quadrant.title in shown) == bool(own)
        if own:
            check_regions(shown[quadrant.title], own)


def check_regions(table, segments, bound=SAMPLE):
    starts, values, durations = np.array([row[:3] for row in table], float).T
    np.testing.assert_allclose(starts, [one.start for one in segments], atol=bound)
    np.testing.assert_allclose(durations, [one.duration for one in segments], atol=2 * bound)
    assert values.tolist() == [int(one.quadrant.name[1]) for one in segments]
    assert [row[3] for row in table] == [one.quadrant.title for one in segments]


def test_the_session_keeps_layers_in_the_colours_of_the_package(shown):
    layers = {layer.get("name"): layer for layer in shown["session"].findall("data/layer")}
    assert shown["names"][:2] == ["Arousal", "Valence"]
    for name in shown["names"][:2]:
        assert layers[name].get("type") == "timevalues"
    titles = {quadrant.title: quadrant.colour for quadrant in QUADRANTS}
    assert len(shown["names"]) > 3
    for name in shown["names"][2:]:
        assert layers[name].get("type") == "regions"
        assert layers[name].get("colour") == titles[name].lower()
    rates = {model.get("sampleRate") for model in shown["session"].findall("data/model")}
    assert rates == {"44100"}


def test_silence_has_empty_layers(shown):
    names = [layer.get("name") for layer in shown["session with silence"].findall("data/layer")]
    assert len(names) == len(shown["session"].findall("data/layer")) + 2
    assert shown["silent Taggram"] == []


def test_the_taggram(shown, song):
    np.testing.assert_allclose(np.array(shown["Taggram"], float), song.quadrants, atol=BOUND)


@pytest.mark.parametrize("name", ["arousal", "valence"])
def test_imported_curves_have_all_rows(shown, song, name):
    times, values = np.array(shown[f"{name}.csv"], float).T
    np.testing.assert_allclose(times, song.times, atol=2 * SAMPLE)
    np.testing.assert_allclose(values, getattr(song, name), atol=2 * BOUND)


def test_imported_segments_are_regions_with_labels(shown, song):
    expected = song.segments()
    check_regions(shown["segments.csv"], expected, 2 * SAMPLE)


def test_a_grid_stays_in_time(tmp_path):
    """Columns don't drift if the hop isn't a whole number of samples; here it would be 8 s."""
    rate, hop, run = 100, 0.994, 10
    labels = np.arange(1400) // run % 4
    prediction = make_prediction(np.eye(4)[labels], hop=hop, patch=hop, rate=float(rate))
    prediction.save(tmp_path / "long.taggram.svl")
    audio = tmp_path / "long.wav"
    soundfile.write(audio, np.zeros(round(prediction.duration * rate)), rate)
    (tmp_path / "home").mkdir()
    zoom = 128
    with SonicVisualiser(tmp_path / "home") as program:
        program.open(audio)
        program.tell("/set overlays 0", f"/zoom {zoom}")
        program.new_pane()
        program.open_layers(tmp_path / "long.taggram.svl")
        picture = program.pixels().sum(axis=2)
    heights = ((3.5 - np.arange(4)) / 4 * len(picture)).astype(int)
    brightest = picture[heights].argmax(axis=0)
    borders = np.flatnonzero(np.diff(brightest)) + 1
    expected = np.arange(run, 1400, run) * hop * rate / zoom
    np.testing.assert_allclose(borders, expected, atol=1.5)


def test_provenance_is_a_comment(song, tmp_path):
    for suffix in (".svl", ".taggram.svl"):
        song.save(tmp_path / f"song{suffix}")
        parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
        root = ElementTree.parse(tmp_path / f"song{suffix}", parser).getroot()
        (comment,) = (child for child in root if child.tag is ElementTree.Comment)
        facts = json.loads(comment.text.strip().removeprefix("quadpred "))
        assert song.provenance.items() <= facts.items()
        assert facts["minimum_segment"] == Interpretation().minimum_segment


def test_segments_in_samples_have_no_gaps(song, tmp_path):
    everywhere = replace(song, quiet=None, interpretation=Interpretation(segment_confidence=0))
    everywhere.save(tmp_path / "song.segments.csv")
    header, *lines = (tmp_path / "song.segments.csv").read_text().splitlines()
    assert header == "frame,value,duration,label"
    cells = [line.split(",", maxsplit=3) for line in lines]
    for (start, _, length, _), (following, *_) in itertools.pairwise(cells):
        assert int(start) + int(length) == int(following)


@pytest.mark.parametrize("suffix", [".svl", ".taggram.svl", ".arousal.csv", ".segments.csv"])
def test_samples_need_a_rate(empty, tmp_path, suffix):
    with pytest.raises(OutputError, match=r"empty\.wav: .*sample rate"):
        empty.save(tmp_path / f"empty{suffix}")
    assert list(tmp_path.iterdir()) == []
