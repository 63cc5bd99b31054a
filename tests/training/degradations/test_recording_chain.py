"""Random chains and the fixed variants: seeded, within full scale, and all kinds occur."""

from collections import Counter

import numpy as np
import pytest
import soundfile
import soxr

from quadpred_plugin.inference import load_model
from quadpred_plugin.training.degradations.recording_chain import draw_chain
from quadpred_plugin.training.degradations.variants import VARIANTS
from tests.training.degradations.measuring import RATE, delay, music


def test_chains_are_decided_by_name_number_and_seed():
    one = draw_chain("clip", 1)
    assert one.name == draw_chain("clip", 1).name
    assert len({draw_chain("clip", number).name for number in range(50)}) == 50
    others = (draw_chain("other", 1), draw_chain("clip", 2), draw_chain("clip", 1, seed=1))
    assert one.name not in {other.name for other in others}


@pytest.mark.parametrize("number", range(24))
def test_a_chain_gives_the_same_samples_each_time(number):
    chain = draw_chain("clip", number)
    before = music("q3_sadness", 3)
    after = chain.apply(before, RATE)
    assert np.array_equal(after, chain.apply(before, RATE))
    assert after.dtype == np.float32 and np.isfinite(after).all() and np.abs(after).max() <= 1
    assert len(after) == len(before) - round(chain.start * RATE)
    assert not np.array_equal(after, before)


def test_every_kind_occurs_and_none_twice_in_a_chain():
    chains = [draw_chain("clip", number) for number in range(600)]
    lengths = Counter(len(chain.changes) for chain in chains)
    assert set(lengths) == {1, 2, 3, 4} and min(lengths.values()) > 100
    kinds = ("16 kHz by", "22.05 kHz", "low-pass", "mp3", "aac", "opus", "mp3 V", "equaliser")
    kinds += ("treble", "bass", "limiter", "compressor", "room", "pink", "white", " later")
    names = "; ".join(chain.name for chain in chains)
    for kind in kinds:
        assert names.count(kind) > 10, kind
    for chain in chains:
        used = [one.name.split()[0] for one in chain.changes]
        assert len(used) == len(set(used)), chain.name


def test_a_later_start_is_stated():
    chain = next(one for one in map(lambda n: draw_chain("a", n), range(99)) if one.start)
    (part,) = (one for one in chain.name.split("; ") if one.endswith("later"))
    assert part == f"{chain.start:g} s later" and 0 <= chain.start <= 1


@pytest.mark.parametrize("one", VARIANTS.values(), ids=VARIANTS)
def test_variants_change_music_the_same_way_each_time(one):
    before = music("q4_calm")
    after, rate = one.apply(before, RATE)
    again, _ = one.apply(before, RATE)
    assert np.array_equal(after, again) and not np.array_equal(after[: len(before)], before)
    assert rate == (16000 if one.name.startswith("given") else RATE)
    assert len(after) / rate == pytest.approx(len(before) / RATE - one.start, abs=1e-3)
    if rate == RATE:
        assert abs(delay(before[round(one.start * RATE) :], after)) <= RATE // 1000


def test_variants_have_the_names_of_the_table():
    expected = ["low-pass 7 kHz", "treble +3 dB", "treble -3 dB", "bass +3 dB", "bass -3 dB"]
    expected += ["noise -60 dBFS", "limiter +6 dB", "mp3 128", "mp3 64", "aac 96", "opus 48"]
    expected += ["-12 dB", "0.25 s later", "22.05 kHz"]
    assert set(expected) < set(VARIANTS)


def test_a_rate_of_22050_is_predicted_as_a_file_of_that_rate(tmp_path):
    samples = music("q1_joy", 10)
    soundfile.write(
        tmp_path / "a.wav", soxr.resample(samples, RATE, 22050, "HQ"), 22050, subtype="FLOAT"
    )
    model = load_model()
    of_file = model.predict(tmp_path / "a.wav").quadrants
    of_variant = model.predict(VARIANTS["22.05 kHz"].apply(samples, RATE)).quadrants
    np.testing.assert_allclose(of_variant, of_file, atol=2e-3)
