"""The cache of features is keyed by content: replaced audio is read again."""

import numpy as np
import pytest
import soundfile

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.cache import file_digest
from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.features import cache_features, load_features, logarithmic_bands
from tests import signals

FRONT_END = Preprocessing()


@pytest.fixture
def track(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, signals.sine(1, frequency=440) * 0.5, 16000)
    return Track("mine", "a", path)


def test_replaced_audio_is_read_again(track, tmp_path):
    (before,) = load_features([track], FRONT_END, tmp_path / "work", 1)
    modified = track.path.stat().st_mtime
    soundfile.write(track.path, signals.sine(1, frequency=880) * 0.5, 16000)
    (after,) = load_features([track], FRONT_END, tmp_path / "work", 1)
    expected = logarithmic_bands(track.path, FRONT_END)
    np.testing.assert_allclose(after, expected, atol=0.01)
    assert not np.array_equal(before, after) and track.path.stat().st_mtime >= modified


def test_the_same_content_is_computed_once_whatever_its_name(track, tmp_path):
    copy = tmp_path / "b.wav"
    copy.write_bytes(track.path.read_bytes())
    paths = cache_features([track, Track("mine", "b", copy)], FRONT_END, tmp_path / "work", 1)
    assert paths[0] == paths[1] and len(list((tmp_path / "work").rglob("*.npy"))) == 1
    written = paths[0].stat().st_mtime_ns
    assert cache_features([track], FRONT_END, tmp_path / "work", 1) == paths[:1]
    assert paths[0].stat().st_mtime_ns == written


def test_front_ends_never_share_cached_files(track, tmp_path):
    (one,) = load_features([track], FRONT_END, tmp_path / "work", 1)
    (other,) = load_features([track], Preprocessing(bands=96), tmp_path / "work", 1)
    assert one.shape[1] == 128 and other.shape[1] == 96


def test_missing_audio_is_named(tmp_path):
    with pytest.raises(QuadpredError, match=r"missing\.wav can't be read"):
        file_digest(tmp_path / "missing.wav")
