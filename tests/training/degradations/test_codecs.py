"""Codecs: no delay, their bandwidth, and more damage the fewer bits there are."""

import numpy as np
import pytest
import soundfile

from quadpred_plugin.training.degradations import codecs
from tests import signals
from tests.training.degradations.measuring import RATE, band_levels, delay, level, music

EVERY = [codecs.coding(name, rate) for name, rates in codecs.BIT_RATES.items() for rate in rates]
EVERY += [codecs.variable_mp3(quality) for quality in codecs.VARIABLE_QUALITIES]


def error(one):
    """Level of the difference, relative to the music, dB."""
    return level(one.change(music(), RATE) - music()) - level(music())


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
@pytest.mark.parametrize("rate", [44100, 48000])
def test_a_codec_keeps_length_and_time(one, rate):
    before = music() if rate == RATE else signals.example("q1_joy")[: 16000 * 6].repeat(3)
    after = one.change(before, rate)
    assert len(after) == len(before) and after.dtype == np.float32
    assert np.abs(after).max() <= 1
    # Below a millisecond; in fact not by a sample.
    assert delay(before, after) == 0
    edges = [100, 400, 1600, 3200]
    np.testing.assert_allclose(
        band_levels(after, edges, rate), band_levels(before, edges, rate), atol=1
    )


@pytest.mark.parametrize("name", tuple(codecs.CODECS))
def test_fewer_bits_do_more_damage(name):
    errors = [error(codecs.coding(name, rate)) for rate in codecs.BIT_RATES[name]]
    assert errors == sorted(errors, reverse=True)
    assert -45 < errors[-1] < errors[0] - 3 and errors[0] < -8


def test_variable_bit_rates_are_ordered_too():
    errors = [error(codecs.variable_mp3(quality)) for quality in codecs.VARIABLE_QUALITIES]
    assert errors == sorted(errors)


def test_mp3_at_64_kbit_cuts_off_where_128_does_not():
    noise = signals.noise(4, 1, RATE)
    edges = np.arange(1000, 20000, 1000)
    narrow, wide = (
        band_levels(codecs.coding("mp3", rate).change(noise, RATE), edges)
        - band_levels(noise, edges)
        for rate in (64, 128)
    )
    # LAME's low-pass for one channel: 16 kHz at 64 kbit/s.
    assert np.abs(narrow[:14]).max() < 2 and narrow[16:].max() < -60
    assert np.abs(wide).max() < 2


def test_another_decoder_reads_the_same(tmp_path):
    """libsndfile's decoder, which is libmpg123, knows nothing of ours."""
    encoded = codecs._encode(codecs.CODECS["mp3"], 128, None, music(), RATE)
    (tmp_path / "a.mp3").write_bytes(encoded.getvalue())
    other, rate = soundfile.read(tmp_path / "a.mp3", dtype="float32")
    ours = codecs.coding("mp3", 128).change(music(), RATE)
    assert rate == RATE
    start = delay(ours, other)
    other = other[start : start + len(ours)]
    np.testing.assert_allclose(np.clip(other, -1, 1), ours[: len(other)], atol=1e-3)


def test_the_bit_rate_is_that_of_the_file():
    for name in codecs.CODECS:
        samples = music() if name != "opus" else signals.noise(6, 1, 48000)
        rate = 48000 if name == "opus" else RATE
        for bits in codecs.BIT_RATES[name]:
            size = len(codecs._encode(codecs.CODECS[name], bits, None, samples, rate).getvalue())
            assert size * 8 / 6 / 1000 == pytest.approx(bits, rel=0.3)


def test_nothing_and_next_to_nothing_are_coded():
    for one in EVERY:
        assert len(one.change(np.zeros(0, np.float32), RATE)) == 0
        assert len(one.change(np.zeros(100, np.float32), RATE)) == 100
