"""Rules of vamp.h that hosts rely on, including the checks of vamp-plugin-tester."""

import math

import numpy as np
import pytest

from quadpred_plugin.chain.peak import SILENCE_DBFS
from tests import signals
from tests.vamp.python_host import instance
from vamp_wrapper.outputs import OUTPUTS
from vamp_wrapper.settings import DEFAULT_HOP

RATE = 44100
EMPTY = {output.identifier: [] for output in OUTPUTS}


@pytest.fixture(scope="module")
def music():
    """Eight seconds of an example piece."""
    return signals.example("q1_joy")[: 8 * signals.RATE]


def features_of(samples, rate=signals.RATE, step=1024, start=0.0, **settings):
    with instance(rate) as one:
        one.set(**settings)
        assert one.initialise(samples.reshape(len(samples), -1).shape[1], step)
        return one.run(samples, start)


def all_values(features):
    return np.concatenate([row[3] for rows in features.values() for row in rows])


def test_two_instances_give_the_same_bits(music):
    assert features_of(music) == features_of(music)


def test_reset_makes_an_instance_as_new(music):
    expected = features_of(music)
    with instance(signals.RATE) as one:
        assert one.initialise(1, 1024)
        one.feed(music[::-1])
        one.reset()
        assert one.run(music) == expected
        one.reset()
        assert one.run(music) == expected


def test_reset_keeps_parameters(music):
    settings = {"hop": 0.32, "smoothing": 3.0, "minduration": 4.0, "hysteresis": 0.0}
    expected = features_of(music, **settings)
    assert expected != features_of(music)
    with instance(signals.RATE) as one:
        one.set(**settings)
        assert one.initialise(1, 1024)
        one.reset()
        assert one.run(music) == expected


def test_interleaved_instances_do_not_disturb_each_other(music):
    other = music[::-1].copy()
    with instance(signals.RATE) as first, instance(signals.RATE) as second:
        assert first.initialise(1, 1024) and second.initialise(1, 1024)
        for start in range(0, len(music), 1024):
            for one, samples in ((first, music), (second, other)):
                block = samples[start : start + 1024]
                one.process(np.pad(block, (0, 1024 - len(block)))[:, np.newaxis])
        assert first.remaining() == features_of(music)
        assert second.remaining() == features_of(other)


@pytest.mark.parametrize("step", [64, 1000, 16384, 65536])
def test_block_sizes_do_not_matter(step):
    # A multiple of every block size, so that no block is padded with zeros.
    samples = np.resize(signals.example("q1_joy"), 1024000)[: 8 * 1024 * 125]
    length = {64: 1024000, 1000: 1024000, 16384: 983040, 65536: 983040}[step]
    expected = features_of(samples[:length], RATE, 1024 if length % 1024 == 0 else 1000)
    assert features_of(samples[:length], RATE, step) == expected


def test_blocks_longer_than_the_step_count_once(music):
    expected = features_of(music, step=500)
    with instance(signals.RATE) as one:
        assert one.initialise(1, step=500, block=2000)
        for start in range(0, len(music), 500):
            block = music[start : start + 2000]
            one.process(np.pad(block, (0, 2000 - len(block)))[:, np.newaxis], start / 16000 * 1e9)
        assert one.remaining() == expected


@pytest.mark.parametrize(
    "rate", [111, 800, 10099, 11024, 44100, 48000, 96000, 192000, 201011, 1094091]
)
def test_any_sample_rate(rate):
    samples = signals.noise(5, rate=rate)
    features = features_of(samples, rate, 1000)
    values = all_values(features)
    assert np.isfinite(values).all()
    padded = -(-len(samples) // 1000) * 1000
    expected = math.floor((padded / rate - 0.992) / DEFAULT_HOP) + 1
    assert abs(len(features["taggram"]) - expected) <= 1
    with instance(rate) as one:
        grid = one.output(2)["sampleRate"]
    spacing = round(rate / grid)
    assert spacing >= 1 and abs(spacing - DEFAULT_HOP * rate) <= 0.5
    # On Sonic Visualiser's grid every feature has a column of its own.
    columns = [
        round(round(time / 1e9 * grid) / grid * rate) // spacing
        for time, _, _, _ in features["taggram"]
    ]
    assert columns == list(range(len(columns)))


def test_an_hour_of_frames_has_a_column_each():
    # Rates at which the patch of 0.992 s isn't a whole number of samples.
    for rate in (11025, 22050, 44100, 88200):
        with instance(rate) as one:
            one.set(hop=0)
            grid = one.output(2)["sampleRate"]
        spacing = round(rate / grid)
        frames = np.arange(3629)
        columns = np.rint(np.rint(frames * 0.992 * grid) / grid * rate) // spacing
        np.testing.assert_array_equal(columns, frames)


@pytest.mark.parametrize("dbfs", [-math.inf, SILENCE_DBFS - 6])
def test_silence_has_no_features(dbfs, capfd):
    assert features_of(np.full(48000, 10 ** (dbfs / 20), dtype=np.float32)) == EMPTY
    assert "is silent" in capfd.readouterr().err


def test_no_block_at_all_has_no_features(capfd):
    with instance(signals.RATE) as one:
        assert one.initialise()
        assert one.remaining() == EMPTY
        assert one.remaining() == EMPTY
    assert capfd.readouterr().err == ""


def test_what_is_shorter_than_a_patch_is_one_frame(music):
    features = features_of(music[:4000], step=1000, minconfidence=0)
    counts = {name: len(rows) for name, rows in features.items()}
    assert counts == dict.fromkeys(EMPTY, 1) | {"summary": 6, "turningpoints": 0}
    assert features["arousal"][0][0] == 125_000_000 and features["taggram"][0][0] == 0
    assert features["segments"][0][:2] == (0, 250_000_000)
    assert {row[:2] for row in features["summary"]} == {(0, 250_000_000)}


def test_loud_samples_are_clipped_as_in_files(music):
    loud = music * np.float32(1000)
    assert features_of(loud) == features_of(np.clip(loud, -1, 1))
    assert np.isfinite(all_values(features_of(loud))).all()


def test_numbers_that_are_none_are_zeros(music, capfd):
    broken = music.copy()
    broken[1000:1010] = [np.nan, np.inf, -np.inf, np.nan, 0, 0, 0, 0, np.nan, np.inf]
    whole = np.where(np.isfinite(broken), broken, 0)
    assert features_of(broken) == features_of(whole)
    assert "6 samples were not numbers" in capfd.readouterr().err


def test_noise_gives_numbers_in_range():
    for seed in range(3):
        features = features_of(signals.noise(6, seed=seed))
        for output in OUTPUTS:
            for *_, values in features[output.identifier]:
                assert output.minimum <= min(values) and max(values) <= output.maximum


@pytest.mark.parametrize("start", [10.0, 0.1, -0.5, 100000.000000001])
def test_times_are_shifted_by_the_first_blocks(music, start):
    at_zero, shifted = features_of(music), features_of(music, start=start)
    nanoseconds = round(start * 1e9)
    for name, rows in at_zero.items():
        moved = [(row[0] + nanoseconds, *row[1:]) for row in rows]
        assert shifted[name] == moved


def test_channels_are_mixed_as_in_files(music):
    columns = np.stack([music, music[::-1], np.full_like(music, 2.0)], axis=1)
    mixed = ((music + music[::-1]) + np.float32(1)) / np.float32(3)
    assert features_of(columns) == features_of(mixed)


def test_initialise_may_be_called_again(music):
    expected = features_of(music, step=512)
    with instance(signals.RATE) as one:
        assert not one.initialise(1, step=2048, block=1024)
        assert one.initialise(2, 1024)
        one.feed(np.stack([music, music], axis=1))
        assert one.initialise(1, 512)
        assert one.run(music) == expected


@pytest.mark.parametrize(
    ("channels", "step", "block"), [(0, 1024, 1024), (257, 64, 64), (1, 0, 0), (1, 100, 50)]
)
def test_sizes_that_cannot_be_used_are_refused(channels, step, block, capfd):
    with instance(signals.RATE) as one:
        assert one.descriptor.initialise(one.handle, channels, step, block) == 0
    assert "can't be used" in capfd.readouterr().err


@pytest.mark.parametrize("rate", [0.0, -44100.0, float("nan"), float("inf")])
def test_rates_that_cannot_be_are_refused(rate, capfd):
    with instance(rate) as one:
        assert one.initialise() == 0
    assert "can't be used" in capfd.readouterr().err


def test_calls_in_a_wrong_order_are_survived(music):
    with instance(signals.RATE) as one:
        one.reset()
        one.step = 1024
        one.process(music[:1024, np.newaxis])
        assert one.remaining() == EMPTY
        assert one.initialise(1, 1024)
        expected = one.run(music)
        one.process(music[:1024, np.newaxis])
        assert one.remaining() == EMPTY
        one.reset()
        assert one.run(music) == expected
        one.descriptor.releaseFeatureSet(None)
        one.descriptor.releaseOutputDescriptor(None)
        assert not one.descriptor.getOutputDescriptor(one.handle, len(OUTPUTS))
