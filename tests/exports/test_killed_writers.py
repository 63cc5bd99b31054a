"""A killed writer leaves the old file or the new one, never an incomplete one."""

import multiprocessing
import random
import time

import pytest

from quadpred_plugin.exports import FORMATS, export_to
from tests.exports.endless_writer import write_for_ever
from tests.exports.synthetic import random_prediction
from tests.limits import HANG

KILLS = 3
# Repeat until a kill interrupts the writing of a file, however short that is.
MOST_KILLS = 50
FRAMES = 500


@pytest.fixture(scope="module")
def processes():
    """Return a context of processes forked from one with the libraries and without threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["jams", "pyarrow.parquet", "quadpred_plugin.prediction"])
    return context


@pytest.fixture(scope="module")
def predictions():
    return [random_prediction(FRAMES, seed) for seed in (1, 2)]


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_killed_writer(format_name, processes, predictions, tmp_path):
    level = "frame" if FORMATS[format_name].levels else None
    whole = []
    for index, prediction in enumerate(predictions):
        export_to(tmp_path / str(index), [prediction], format_name, level)
        whole.append((tmp_path / str(index)).read_bytes())
    assert whole[0] != whole[1]
    folder = tmp_path / "results"
    folder.mkdir()
    path = folder / "result"
    delays = random.Random(format_name)
    parts = []
    for kill in range(1, MOST_KILLS):
        started = processes.Event()
        writer = processes.Process(
            target=write_for_ever, args=(path, predictions, format_name, level, started)
        )
        writer.start()
        assert started.wait(HANG)
        time.sleep(delays.uniform(0, 0.05))
        writer.kill()
        writer.join()
        assert writer.exitcode == -9
        assert path.read_bytes() in whole
        # An interrupted write leaves an incomplete file under a hidden name.
        parts = [part.name for part in folder.iterdir() if part != path]
        if kill >= KILLS and parts:
            break
    assert parts and all(name.startswith(".quadpred-") for name in parts)
