"""Every format with values preserves any prediction: values, times and names."""

import csv
import json
import tempfile
from pathlib import Path

import jams
import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quadpred_plugin.exports import export_to
from tests.exports.synthetic import make_prediction
from tests.properties.settings import MANY

VALUE, TIME = 1e-6, 1e-3
HEADS = ("q1", "q2", "q3", "q4", "arousal", "valence")

# Any file name, including bytes that aren't UTF-8, as Python represents them.
NAMES = st.binary(min_size=1, max_size=60).map(
    lambda name: name.replace(b"/", b"_").replace(b"\0", b"_").decode("utf-8", "surrogateescape")
)


@st.composite
def predictions(draw):
    """Draw predictions of any confidence, length, hop and sample rate."""
    count = draw(st.integers(1, 40))
    concentration = draw(st.sampled_from([0.01, 1.0, 100.0]))
    seed = draw(st.integers(0, 2**31))
    random = np.random.default_rng(seed)
    return make_prediction(
        random.dirichlet(np.full(4, concentration), count),
        hop=draw(st.integers(1, 62)) * 0.032,
        patch=0.992,
        rate=draw(st.sampled_from([8000.0, 22050.0, 44100.0, 96000.0])),
        source=draw(NAMES),
        seed=seed,
    )


def from_csv(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return (
        {row["file"] for row in rows},
        [float(row["time"]) for row in rows],
        [[float(row[name]) for name in HEADS] for row in rows],
    )


def from_json(path):
    (one,) = json.loads(path.read_bytes())
    values = np.stack([one["frames"][name] for name in HEADS], axis=1)
    return {one["file"]}, one["frames"]["time"], values


def from_npz(path):
    with np.load(path, allow_pickle=False) as arrays:
        heads = [arrays["quadrants"], arrays["arousal"][:, None], arrays["valence"][:, None]]
        return None, arrays["times"], np.concatenate(heads, axis=1)


def from_parquet(path):
    table = pyarrow.parquet.read_table(path).to_pandas()
    return None, table["time"], table[list(HEADS)]


READERS = {"csv": from_csv, "json": from_json, "npz": from_npz, "parquet": from_parquet}


@pytest.mark.parametrize("format_name", READERS)
def test_patches_are_preserved(format_name):
    @MANY
    @given(predictions())
    def check(prediction):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "result"
            export_to(path, [prediction], format_name, "frame")
            names, times, values = READERS[format_name](path)
        assert names in (None, {prediction.source})
        np.testing.assert_allclose(times, prediction.times, rtol=0, atol=TIME)
        heads = [prediction.quadrants, prediction.arousal[:, None], prediction.valence[:, None]]
        np.testing.assert_allclose(values, np.concatenate(heads, axis=1), rtol=0, atol=VALUE)

    check()


def test_jams_has_every_patch():
    @MANY
    @given(predictions())
    def check(prediction):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "result.jams"
            export_to(path, [prediction], "jams", None)
            found = jams.load(str(path), validate=True, strict=True)
        (mood,) = found.search(namespace="mood_thayer")
        assert [one.time for one in mood.data] == pytest.approx(prediction.times, abs=TIME)
        values = np.array([one.value for one in mood.data])
        expected = np.stack([prediction.valence, prediction.arousal], axis=1)
        np.testing.assert_allclose(values, expected, rtol=0, atol=VALUE)
        (segments,) = found.search(namespace="segment_open")
        ends = [one.time + one.duration for one in segments.data]
        # Segments follow each other, with gaps, within the patches.
        starts = [one.time for one in segments.data]
        assert all(np.array(starts[1:]) >= np.array(ends[:-1]) - TIME)
        last = prediction.times[-1] + prediction.patch_duration
        assert all(0 <= one for one in starts) and all(one <= last + TIME for one in ends)

    check()
