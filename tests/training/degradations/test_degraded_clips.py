"""The command that writes degraded versions: what is in the files, and a kill in between."""

import csv
import subprocess
import time

import numpy as np
import pytest
import soundfile

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.degraded import read_degraded
from quadpred_plugin.training.datasets.emopia import read_renders
from quadpred_plugin.training.datasets.fourq import read_tracks
from quadpred_plugin.training.degradations.degraded_clips import degrade_clips
from quadpred_plugin.training.degradations.recording_chain import draw_chain
from quadpred_plugin.training.midi.renditions import held_back, training_renders
from quadpred_plugin.training.served import read_at_users_rate
from tests import signals
from tests.limits import HANG
from tests.training.degradations.measuring import RATE, music
from tests.training.tables import write_csv

NAMES = ("q1_joy", "q2_anger", "q3_sadness", "q4_calm")


@pytest.fixture
def data(tmp_path):
    """Four clips at 16 kHz as in 4Q; of the first, there is a full-band file."""
    folder = tmp_path / "4q"
    folder.mkdir()
    rows = []
    for index, name in enumerate(NAMES):
        soundfile.write(folder / f"{name}.flac", signals.example(name)[: 16000 * 3], 16000)
        rows.append({"clip": name, "path": f"{name}.flac", "quadrant": f"Q{index + 1}"})
        rows[-1] |= {"artist_id": index, "fold": index}
    write_csv(folder / "labels.csv", rows)
    soundfile.write(folder / "full.flac", music(NAMES[0], 3), RATE)
    write_csv(folder / "fullband.csv", [{"clip": NAMES[0], "path": "full.flac"}])
    return folder


@pytest.fixture
def command(script, data):
    def run(output, versions):
        words = ("train", "degrade", "--data", data, "-o", output, "--versions", str(versions))
        return [script, *words, "-j", "1"]

    return run


def contents(folder):
    """Return the bytes of each file by its path; a killed process may leave a hidden one."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_files_are_what_the_chains_give(data, command, tmp_path):
    output = tmp_path / "degraded"
    run = subprocess.run(command(output, 2), capture_output=True, text=True, timeout=HANG)
    assert run.returncode == 0, run.stderr
    assert run.stdout == f"{output / 'degraded.csv'}\n" and "8 of 8 degraded" in run.stderr
    with open(output / "degraded.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["clip"], row["number"]) for row in rows] == [(n, v) for v in "12" for n in NAMES]
    for row in rows:
        chain = draw_chain(row["clip"], int(row["number"]))
        assert row["chain"] == chain.name and float(row["start"]) == chain.start
        about = soundfile.info(output / row["path"])
        assert (about.samplerate, about.channels, about.subtype) == (RATE, 1, "PCM_16")
        source = "full" if row["clip"] == NAMES[0] else row["clip"]
        before = read_at_users_rate(data / f"{source}.flac")
        written, _ = soundfile.read(output / row["path"], dtype="float32")
        np.testing.assert_allclose(written, chain.apply(before, RATE), atol=1.01 / 32768)


def test_a_killed_run_ends_as_an_uninterrupted_one(command, tmp_path):
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    subprocess.run(command(whole, 8), check=True, capture_output=True, timeout=HANG)
    # A busy machine may finish before the kill: then it is tried again.
    for attempt in range(10):
        resumed = tmp_path / f"resumed{attempt}"
        killed = subprocess.Popen(command(resumed, 8), stderr=subprocess.DEVNULL)
        end = time.monotonic() + HANG
        while not list(resumed.rglob("*.flac")) and time.monotonic() < end:
            time.sleep(0.005)
        killed.kill()
        killed.wait()
        if not (resumed / "degraded.csv").exists():
            break
    before = {path: path.stat().st_mtime_ns for path in resumed.rglob("*.flac")}
    assert 0 < len(before) < 32 and not (resumed / "degraded.csv").exists()
    subprocess.run(command(resumed, 8), check=True, capture_output=True, timeout=HANG)
    assert contents(resumed) == contents(whole) and len(contents(whole)) == 33
    again = {path: path.stat().st_mtime_ns for path in before if path.name[0] != "."}
    assert again.items() <= before.items()


def degrade(data, output, versions=1, seed=0, jobs=1):
    return degrade_clips(read_tracks(data), versions, output, seed, jobs, lambda *numbers: None)


def test_processes_and_seeds(data, tmp_path):
    one, two, other = (tmp_path / name for name in ("one", "two", "other"))
    degrade(data, one, jobs=1)
    degrade(data, two, jobs=2)
    degrade(data, other, seed=1)
    assert contents(one) == contents(two)
    assert not set(contents(one)) & set(contents(other)) - {"degraded.csv"}


def test_replaced_audio_is_degraded_again(data, tmp_path):
    output = tmp_path / "out"
    before = read_degraded(degrade(data, output), read_tracks(data))
    soundfile.write(data / f"{NAMES[1]}.flac", signals.noise(2), 16000)
    after = read_degraded(degrade(data, output), read_tracks(data))
    changed = [one.clip for one, other in zip(before, after) if one.path != other.path]
    assert changed == [NAMES[1]]
    assert soundfile.info(after[1].path).duration <= 2


def test_renders_of_the_training_part_are_degraded(data, script, tmp_path):
    """A version of a held-back soundfont's render is of that soundfont."""
    rows = [
        {
            "clip": f"clip{index}",
            "path": f"{name}.flac",
            "soundfont": soundfont,
            "part": part,
            "song_id": index,
            "quadrant": "Q1",
        }
        for index, (name, soundfont, part) in enumerate(
            zip(NAMES, ("timgm", "musescore", "musescore"), ("train", "train", "val"))
        )
    ]
    write_csv(data / "renders.csv", rows)
    words = ("train", "degrade", "--renders", data / "renders.csv", "-o", tmp_path / "out")
    subprocess.run([script, *words], check=True, capture_output=True, timeout=HANG)
    renders = read_renders(data / "renders.csv")
    found = read_degraded(tmp_path / "out" / "degraded.csv", renders)
    assert [(one.clip, one.rendition) for one in found] == [
        ("clip0", "timgm"),
        ("clip1", "musescore"),
    ] * 2
    assert [held_back(one) for one in found] == [False, True] * 2
    usable = training_renders(renders, final=False)
    allowed = read_degraded(tmp_path / "out" / "degraded.csv", usable)
    assert [one.name for one in allowed if not held_back(one)] == [
        "clip0@timgm~degraded1",
        "clip0@timgm~degraded2",
    ]


def test_versions_are_read_back_as_tracks(data, tmp_path):
    tracks = read_tracks(data)
    table = degrade(data, tmp_path / "out", versions=2)
    found = read_degraded(table, tracks[1:3])
    assert [one.name for one in found] == [
        f"{name}~degraded{number}" for number in (1, 2) for name in NAMES[1:3]
    ]
    for one in found:
        (track,) = (track for track in tracks if track.name == one.undegraded)
        assert (one.quadrant, one.group, one.fold) == (track.quadrant, track.group, track.fold)
        assert one.clip == track.name and one.path.exists() and one.rendition == ""
        assert one.start == draw_chain(track.name, int(one.name[-1])).start


@pytest.mark.parametrize("start", ["soon", "-1", "nan", ""])
def test_a_start_that_is_none_is_named(start, data, tmp_path):
    row = {"clip": NAMES[0], "path": "a", "number": 1, "start": start, "chain": ""}
    write_csv(tmp_path / "degraded.csv", [row])
    with pytest.raises(QuadpredError, match=rf"Line 2 of .*degraded\.csv: start is '{start}'"):
        read_degraded(tmp_path / "degraded.csv", read_tracks(data))


def test_what_is_not_audio_is_named(data, tmp_path):
    (data / f"{NAMES[2]}.flac").write_text("words")
    with pytest.raises(QuadpredError, match=r"q3_sadness\.flac"):
        degrade(data, tmp_path / "out")
    assert not (tmp_path / "out" / "degraded.csv").exists()


def test_either_kind_of_clips_is_asked_for(script, data, tmp_path):
    for options in ((), ("--data", data, "--renders", data / "labels.csv")):
        words = [script, "train", "degrade", *options, "-o", tmp_path / "out"]
        run = subprocess.run(words, capture_output=True, text=True, timeout=HANG)
        assert run.returncode == 2 and "either --data or --renders" in run.stderr
        assert not (tmp_path / "out").exists()
