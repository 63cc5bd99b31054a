"""Patches against plain slicing."""

import numpy as np
import pytest

from quadpred_plugin.chain.patches import PatchBuffer, patch_times
from quadpred_plugin.chain.preprocessing import Preprocessing

PREPROCESSING = Preprocessing()
SIZE = PREPROCESSING.patch_size


def frames(count):
    return np.random.default_rng(count).random((count, PREPROCESSING.bands), dtype=np.float32)


def read(bands, hop, batch_size, repeat=False, memory=2**20):
    with PatchBuffer(PREPROCESSING, memory_bytes=memory) as buffer:
        for part in np.array_split(bands, 3):
            buffer.append(part)
        batches = list(buffer.batches(hop, batch_size, repeat))
        count = buffer.count(hop, repeat)
    patches = np.concatenate(batches) if batches else np.zeros((0, SIZE, PREPROCESSING.bands))
    assert len(patches) == count
    assert batch_size == -1 or all(len(batch) <= batch_size for batch in batches)
    return patches


@pytest.mark.parametrize("count", [0, 1, 30, 31, 32, 61, 62, 100, 500])
@pytest.mark.parametrize("hop", [1, 5, 31, 40])
@pytest.mark.parametrize("batch_size", [1, 16, -1])
def test_whole_patches(count, hop, batch_size):
    bands = frames(count)
    expected = [bands[at : at + SIZE] for at in range(0, count - SIZE + 1, hop)]
    patches = read(bands, hop, batch_size)
    assert len(patches) == len(expected)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(patches, expected))


@pytest.mark.parametrize("count", [1, 7, 30, 31, 32, 61, 62, 63, 100])
@pytest.mark.parametrize("hop", [1, 5, 31, 40])
def test_a_last_patch_runs_through_its_frames_again(count, hop):
    bands = frames(count)
    starts = [0]
    while starts[-1] + SIZE < count:
        starts.append(starts[-1] + hop)
    starts = [start for start in starts if start < count]
    expected = [np.resize(bands[at : at + SIZE], (SIZE, PREPROCESSING.bands)) for at in starts]
    patches = read(bands, hop, 16, repeat=True)
    assert len(patches) == len(expected)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(patches, expected))


def test_what_is_spilled_to_disk_is_the_same():
    bands = frames(500)
    assert np.array_equal(read(bands, 5, 16, memory=1024), read(bands, 5, 16, memory=2**30))


def test_times():
    np.testing.assert_allclose(patch_times(3, 31, PREPROCESSING), [0, 0.992, 1.984])


@pytest.mark.parametrize(
    ("seconds", "expected"), [(None, 31), (0.992, 31), (0.5, 16), (0.032, 1), (0.016, 1), (10, 313)]
)
def test_hop_in_frames(seconds, expected):
    assert PREPROCESSING.hop_frames(seconds) == expected


@pytest.mark.parametrize("seconds", [0, -1, 0.001, float("nan"), float("inf")])
def test_hops_that_are_refused(seconds):
    with pytest.raises(ValueError, match="hop"):
        PREPROCESSING.hop_frames(seconds)
