"""Windows, front ends and networks of the teacher, against librosa and the published networks."""

import subprocess
import sys
import textwrap

import librosa
import numpy as np
import pytest
import soundfile
from vibenet import LIKELIHOODS, load_model

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.teachers import mel_spectrogram as mel
from quadpred_plugin.training.teachers import musicnn, vibenet
from quadpred_plugin.training.teachers import windows as grid
from quadpred_plugin.training.teachers.embeddings import cache_embeddings
from tests.limits import HANG


def test_windows_fill_the_clip_and_no_more():
    for samples in (0, 1, grid.WINDOW_SAMPLES, grid.WINDOW_SAMPLES + 1, 480000, 160000):
        starts = grid.window_starts(samples)
        assert len(starts) == grid.window_count(samples)
        filled = max(samples, grid.WINDOW_SAMPLES)
        assert starts[-1] + grid.WINDOW_SAMPLES <= filled
        assert starts[-1] + grid.WINDOW_SAMPLES + grid.HOP_SAMPLES > filled
        assert len(grid.pad_to_window(np.zeros(samples, np.float32))) == filled
    times = grid.window_times(55)
    np.testing.assert_allclose(times[0], 1.488, rtol=1e-6)
    np.testing.assert_allclose(np.diff(times), 0.496, rtol=1e-4)


@pytest.mark.parametrize(("size", "bands"), [(512, 96), (1024, 128)])
def test_the_filters_are_librosas(size, bands):
    expected = librosa.filters.mel(sr=16000, n_fft=size, n_mels=bands)
    np.testing.assert_allclose(mel.mel_filters(16000, size, bands), expected, atol=1e-8)


def test_the_front_end_of_musicnn_is_librosas(noise):
    samples = noise(4)
    power = librosa.feature.melspectrogram(
        y=samples, sr=16000, n_fft=512, hop_length=256, n_mels=96, pad_mode="constant"
    )
    # Single precision sums of 257 bins, then a logarithm of values around 1e4.
    np.testing.assert_allclose(musicnn.log_mel(samples), np.log10(10000 * power.T + 1), atol=1e-4)


def test_the_front_end_of_vibenet_is_librosas(noise):
    samples = noise(4)
    # librosa puts the window into the middle of the transform: 192 samples later.
    power = librosa.feature.melspectrogram(
        y=np.pad(samples, 192),
        sr=16000,
        n_fft=1024,
        win_length=640,
        hop_length=320,
        n_mels=128,
        center=False,
    )
    expected = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=80.0).T
    np.testing.assert_allclose(vibenet.decibel_mel(samples), expected, atol=1e-3)


def test_pooling_is_by_window():
    random = np.random.default_rng(0)
    feature_map = random.normal(size=(musicnn.PATCH_FRAMES + 31 + 5, 3)).astype(np.float32)
    pooled = musicnn.pool_windows(feature_map)
    assert pooled.shape == (2, 6)
    second = feature_map[31 : 31 + musicnn.PATCH_FRAMES]
    np.testing.assert_allclose(pooled[1, 0::2], second.max(axis=0))
    np.testing.assert_allclose(pooled[1, 1::2], second.mean(axis=0), atol=1e-6)


def run(code, *arguments):
    """Run in a process of its own, in which TensorFlow is imported first."""
    script = "import os, sys\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'\n" + textwrap.dedent(code)
    result = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert result.returncode == 0, result.stderr[-2000:]


def test_a_clip_of_one_window_is_a_patch_of_the_published_musicnn(tmp_path):
    code = """
    from pathlib import Path
    import numpy as np
    import tensorflow as tf
    from quadpred_plugin.training.teachers import windows as grid
    from quadpred_plugin.training.teachers import musicnn

    samples = np.random.default_rng(0).normal(0, 0.2, grid.WINDOW_SAMPLES).astype(np.float32)
    graph = musicnn.frozen_graph("MSD", Path(sys.argv[1]))
    ours = musicnn.Musicnn(graph)(samples)
    definition = tf.compat.v1.GraphDef.FromString(graph.read_bytes())
    with tf.Graph().as_default() as loaded:
        tf.import_graph_def(definition, name="")
        nodes = ["model/Sigmoid:0", "model/dense/Relu:0"]
        patch = musicnn.log_mel(samples)[np.newaxis]
        assert patch.shape == (1, 187, 96)
        tags, penultimate = tf.compat.v1.Session(graph=loaded).run(
            nodes, {"model/Placeholder:0": patch}
        )
    assert tags.shape == (1, 50) and penultimate.shape == (1, 200)
    np.testing.assert_allclose(ours["tags"], tags, atol=1e-5)
    np.testing.assert_allclose(ours["penultimate"], penultimate, atol=1e-4)
    assert musicnn.Musicnn(graph)(samples[:100])["tags"].shape == (1, 50)
    """
    run(code, tmp_path)


def test_a_whole_clip_equals_vibenets_own_prediction(noise):
    samples = noise(5)
    features = vibenet.Vibenet()(samples)
    windows = grid.window_count(len(samples))
    assert {name: part.shape for name, part in features.items()} == {
        "trunk": (windows, 256),
        "outputs": (windows, 7),
        "whole_trunk": (1, 256),
        "whole_outputs": (1, 7),
    }
    (expected,) = load_model().predict(samples, sr=16000)
    found = dict(zip(vibenet.OUTPUT_NAMES, features["whole_outputs"][0]))
    for name, value in expected.to_dict().items():
        squashed = (
            1 / (1 + np.exp(-found[name])) if name in LIKELIHOODS else np.clip(found[name], 0, 1)
        )
        # Two ways to a Fourier transform in single precision.
        assert squashed == pytest.approx(value, abs=1e-3)


def test_the_cache_resumes(tmp_path, noise):
    tracks = [Track("mine", name, tmp_path / f"{name}.wav") for name in ("a", "b")]
    for seed, track in enumerate(tracks):
        soundfile.write(track.path, noise(4, seed=seed), 16000)
    paths = cache_embeddings("vibenet", tracks, tmp_path, jobs=1)
    before = paths[0].stat().st_mtime_ns
    paths[1].unlink()
    assert cache_embeddings("vibenet", tracks, tmp_path, jobs=1) == paths
    assert paths[0].stat().st_mtime_ns == before
    with np.load(paths[1]) as arrays:
        assert arrays["trunk"].shape == (grid.window_count(4 * 16000), 256)


def test_a_file_that_cannot_be_decoded_is_named(tmp_path):
    text = tmp_path / "not-audio.wav"
    text.write_text("words")
    with pytest.raises(QuadpredError, match=r"not-audio\.wav can't be computed"):
        cache_embeddings("vibenet", [Track("mine", "a", text)], tmp_path, jobs=1)
