"""Mood bars, read as players do: 1000 pixels of red, green and blue."""

import colorsys

import numpy as np
import pytest
from PIL import Image

from quadpred_plugin.quadrants import QUADRANTS
from tests.exports.synthetic import make_prediction


def read_bar(path):
    content = path.read_bytes()
    assert len(content) == 3000
    return np.asarray(Image.frombytes("RGB", (1000, 1), content))[0]


def hue(colour):
    return colorsys.rgb_to_hsv(*(np.asarray(colour) / 255))[0]


@pytest.fixture(scope="module")
def hues():
    return [hue(list(bytes.fromhex(quadrant.colour[1:]))) for quadrant in QUADRANTS]


def test_the_hue_is_the_quadrants_and_brightness_the_arousals(song, save, hues):
    bar = read_bar(save(song, ".mood"))
    middles = song.times + song.patch_duration / 2
    values = []
    for index, colour in enumerate(bar):
        time = (index + 0.5) / 1000 * song.duration
        nearest = np.abs(middles - time).argmin()
        # Dark colours are rounded to few steps.
        expected = hues[song.quadrants[nearest].argmax()]
        assert hue(colour) == pytest.approx(expected, abs=0.02)
        full = QUADRANTS[song.quadrants[nearest].argmax()].colour
        values.append((colour.max() / max(bytes.fromhex(full[1:])), float(song.arousal[nearest])))
    brightness, arousal = np.array(values).T
    slope, start = np.polyfit(arousal, brightness, 1)
    np.testing.assert_allclose(brightness, start + slope * arousal, atol=0.01)
    # Music of low arousal is dark, not black.
    assert start - slope == pytest.approx(0.3, abs=0.01)
    assert start + slope == pytest.approx(1, abs=0.01)


def test_each_quadrant_takes_its_part_of_the_bar(save, hues):
    # Patches that don't overlap: a quarter of the time each.
    prediction = make_prediction(np.eye(4).repeat(50, axis=0), hop=1.0)
    bar = read_bar(save(prediction, ".mood"))
    found = np.array([np.abs(np.array(hues) - hue(colour)).argmin() for colour in bar])
    borders = np.flatnonzero(np.diff(found)) + 1
    np.testing.assert_allclose(borders / 1000 * prediction.duration, [50, 100, 150], atol=0.3)


def test_files_without_patches_are_black(silent, empty, save):
    assert not read_bar(save(silent, ".mood")).any()
    assert not read_bar(save(empty, ".mood")).any()


def test_one_patch_fills_the_bar(save):
    assert len(np.unique(read_bar(save(make_prediction([[0, 0, 1, 0]]), ".mood")), axis=0)) == 1
