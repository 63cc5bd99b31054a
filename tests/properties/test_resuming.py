"""After any sequence of interruptions and changes, the results are those of a single run."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from quadpred_plugin.batch.plan import ReuseRules
from quadpred_plugin.batch.run import open_batch
from quadpred_plugin.batch.tasks import analyse_track
from quadpred_plugin.inference import load_model
from tests.properties.settings import FEW
from tests.signals import example

TRACKS = ("a.wav", "b.wav", "album/c.wav", "broken.wav")
STEPS = st.one_of(
    st.tuples(st.just("stop after"), st.integers(0, 4)),
    st.tuples(st.just("lose"), st.sampled_from(TRACKS)),
    st.tuples(st.just("cut"), st.sampled_from(TRACKS)),
    st.tuples(st.just("touch"), st.sampled_from(TRACKS)),
    st.tuples(st.just("change"), st.sampled_from(TRACKS[:3])),
    st.tuples(st.just("remove"), st.sampled_from(TRACKS[:3])),
    st.tuples(st.just("no tables"), st.just("")),
)


@pytest.fixture(scope="module")
def model():
    return load_model("default")


def write_track(path, piece):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, example(piece)[: 2 * 16000], 16000)


def write_collection(root):
    for name, piece in zip(TRACKS, ("q1_joy", "q2_anger", "q3_sadness"), strict=False):
        write_track(root / name, piece)
    (root / "broken.wav").write_bytes(b"RIFF and no more")


def run(model, root, output, format_name, most=None):
    """Run in this process; after `most` outcomes, stop as in a power failure."""

    def engine(job, tasks):
        for task in tasks:
            yield analyse_track(job, model, task)

    with open_batch(
        str(root), str(output), model.card, None, format_name, None, ReuseRules(), lambda one: None
    ) as batch:
        for number, outcome in enumerate(batch.outcomes(engine)):
            if number == most:
                return
            batch.record(outcome)
        batch.finish()


def results(output):
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in output.rglob("*.json")
        if path.name != "settings.json"
    }


def apply(step, model, root, output):
    kind, what = step
    if kind == "stop after":
        run(model, root, output, "json", most=what)
    elif kind in ("lose", "cut"):
        path = output / f"{what}.json"
        if path.exists():
            path.unlink() if kind == "lose" else path.write_bytes(path.read_bytes()[:7])
    elif kind == "touch":
        if (root / what).exists():
            os.utime(root / what)
    elif kind == "change":
        write_track(root / what, "q4_calm")
    elif kind == "remove":
        (root / what).unlink(missing_ok=True)
    else:
        for path in output.glob("*.csv"):
            path.unlink()


def test_any_history_ends_as_one_run(model):
    @FEW
    @given(st.lists(STEPS, min_size=1, max_size=5))
    def check(steps):
        place = Path(tempfile.mkdtemp())
        root, output, fresh = place / "music", place / "results", place / "fresh"
        write_collection(root)
        for step in steps:
            apply(step, model, root, output)
        run(model, root, output, "json")
        run(model, root, fresh, "json")
        found = results(output)
        expected = results(fresh)
        # Results of tracks that are gone are kept; all others are those of a single run.
        assert {name: found.get(name) for name in expected} == expected
        gone = {f"{name}.json" for name in TRACKS if not (root / name).exists()}
        assert found.keys() - expected.keys() <= gone
        assert (output / "failures.csv").read_text() == (fresh / "failures.csv").read_text()
        shutil.rmtree(place)

    check()
