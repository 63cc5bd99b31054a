"""Folders of ``quadpred batch``: each track, its path and record, and sentences on stale files."""

import os
import shutil
import sqlite3
from pathlib import Path

import pyarrow.parquet
import pytest
import soundfile

from quadpred_plugin.batch.saved import read_saved_runs
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.results.reading import read_results
from quadpred_plugin.results.staleness import chosen, staleness
from tests.signals import example

NAMES = ["a, with comma.wav", "c/d.wav", "c/not utf-8 \udcff.wav"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    (folder / "music" / "c").mkdir(parents=True)
    for place, name in enumerate(NAMES):
        piece = example(("q1_joy", "q3_sadness", "q4_calm")[place])[: 16000 * (3 + place)]
        with open(folder / "music" / name, "wb") as stream:
            soundfile.write(stream, piece, 16000, format="WAV")
    (folder / "music" / "text.mp3").write_text("This is no music.\n" * 100)
    return folder


FORMS = {
    "json": (),
    "dataset": ("--dataset",),
    "csv": ("--format", "csv", "--level", "file"),
    "parquet": ("--format", "parquet", "--level", "file"),
}


@pytest.fixture(scope="module")
def batch(folder, quadpred):
    """Run ``quadpred batch``: ``batch(form)`` returns the folder of results."""
    done = {}

    def run(form):
        if form not in done:
            output = folder / form
            run = quadpred("batch", "-q", *FORMS[form], "-o", output, "music", folder=folder)
            assert run.code == 1, run.messages
            done[form] = output
        return done[form]

    return run


@pytest.fixture(scope="module")
def predicted(folder, quadpred):
    """Rows of ``quadpred predict`` by name below the folder of music."""
    run = quadpred("predict", "-r", "--format", "csv", "music", folder=folder)
    return {row["file"].removeprefix("music/"): row for row in run.rows()}


@pytest.mark.parametrize("form", FORMS)
def test_results_are_those_of_predict(folder, batch, predicted, form):
    tracks = {track.source: track for track in read_results(batch(form))}
    assert sorted(tracks) == sorted([*NAMES, "text.mp3"])
    failed = tracks["text.mp3"]
    assert failed.status == "error" and not failed.has_values and failed.summary() is None
    assert failed.failure and failed.failure != "has no values in the results."
    for name in NAMES:
        track, row = tracks[name], predicted[name]
        assert os.path.samefile(track.path, folder / "music" / name)
        assert track.status == row["status"] and track.quadrant == row["quadrant"]
        numbers = [track.duration, *track.quadrants, track.arousal, track.valence]
        columns = ["duration", "q1", "q2", "q3", "q4", "arousal", "valence"]
        assert numbers == pytest.approx([float(row[one]) for one in columns], abs=2e-6)
        assert track.confidence == pytest.approx(max(track.quadrants))
        assert (track.consistency is not None) == (form == "json")
        assert track.provenance["model"] and len(track.provenance["sha256"]) == 64
        status = os.stat(folder / "music" / name)
        assert (track.recorded.size, track.recorded.mtime_ns) == (
            status.st_size,
            status.st_mtime_ns,
        )
        assert staleness(track) is None


def test_a_data_set_alone(batch, tmp_path):
    within = read_results(batch("dataset") / "tracks.parquet")
    assert within == read_results(batch("dataset"))
    shutil.copytree(batch("dataset") / "tracks.parquet", tmp_path / "copy")
    alone = read_results(tmp_path / "copy")
    # Without the manifest, invalid bytes of names stay escaped.
    assert [track.source for track in alone] == [
        track.source.replace("\udcff", r"\udcff") for track in within
    ]
    assert {track.provenance["model"] for track in alone} == {within[0].provenance["model"]}


def test_curves_of_a_folder(batch):
    tracks = read_results(batch("json"), curves=True)
    both = {track.source: track for track in tracks}
    assert set(both["c/d.wav"].curves) == {"q1", "q2", "q3", "q4", "arousal", "valence"}
    assert [bool(track.curves) for track in tracks] == [track.has_values for track in tracks]
    assert not any(track.curves for track in read_results(batch("json")))


def test_patches_alone_are_refused_where_values_of_files_are_needed(folder, quadpred, tmp_path):
    for name in ("frames.csv", "frames.parquet"):
        run = quadpred(
            *("predict", "--level", "frame", "-o", tmp_path / name, "music/c/d.wav"), folder=folder
        )
        assert run.code == 0, run.messages
        with pytest.raises(QuadpredError, match="has values of patches"):
            read_results(tmp_path / name)
    first, second = (
        read_results(tmp_path / name, curves=True)[0] for name in ("frames.csv", "frames.parquet")
    )
    assert first.curves["arousal"].values == pytest.approx(
        second.curves["arousal"].values, abs=1e-6
    )


def test_changed_and_missing_files(folder, batch, tmp_path):
    copy = tmp_path / "music"
    shutil.copytree(folder / "music", copy)
    (track,) = chosen(read_results(batch("json")), [str(folder / "music" / "c" / "d.wav")])[0]
    moved = type(track)(**{**vars(track), "path": str(copy / "c" / "d.wav")})
    assert staleness(moved) is None
    # Another time with the same content, then another content of the same size, then another size.
    os.utime(moved.path, ns=(0, 0))
    assert staleness(moved) is None
    content = bytearray(Path(moved.path).read_bytes())
    content[-1] ^= 1
    Path(moved.path).write_bytes(content)
    assert staleness(moved) == "was changed since it was analysed: analyse it again."
    Path(moved.path).write_bytes(content[:-2])
    assert staleness(moved) == "was changed since it was analysed: analyse it again."
    os.remove(moved.path)
    assert staleness(moved) == "doesn't exist any more."


def test_results_without_records_go_by_time(tmp_path, monkeypatch):
    columns = "file,status,duration,q1,q2,q3,q4,arousal,valence,quadrant"
    results = tmp_path / "r.csv"
    results.write_text(f"{columns}\nsong.wav,ok,2.5,.7,.1,.1,.1,.6,.6,Q1\n")
    (tmp_path / "song.wav").write_bytes(b"RIFF")
    os.utime(results, ns=(10**18, 10**18))
    for time, reason in ((10**18, None), (10**18 + 1, "was changed after the results were")):
        os.utime(tmp_path / "song.wav", ns=(time, time))
        # Found beside the results, wherever the user is.
        (track,) = read_results(results)
        found = staleness(track)
        assert found is None if reason is None else found.startswith(reason)
    monkeypatch.chdir(tmp_path)
    assert read_results(Path("r.csv"))[0].path == "song.wav"


def test_files_of_a_user_are_found_by_any_spelling(folder, batch, monkeypatch):
    monkeypatch.chdir(folder / "music")
    tracks = read_results(batch("json"))
    found, unrecorded = chosen(tracks, ["c/../c/d.wav", "./new.wav", "c/../c/d.wav"])
    assert [(track.source, track.path) for track in found] == [("c/d.wav", "c/../c/d.wav")]
    assert unrecorded == ["./new.wav"]


def test_a_later_format_replaces_earlier_files(folder, batch, quadpred, tmp_path):
    output = tmp_path / "results"
    shutil.copytree(batch("json"), output)
    run = quadpred("batch", "-q", *FORMS["csv"], "-o", output, "music", folder=folder)
    assert run.code == 1 and (output / "c" / "d.wav.json").is_file()
    tracks = read_results(output)
    assert sorted(track.source for track in tracks) == sorted([*NAMES, "text.mp3"])
    assert all(track.consistency is None for track in tracks)


def test_reading_changes_nothing(batch):
    def state():
        return {
            path: (path.stat().st_mtime_ns, path.stat().st_size)
            for path in batch("json").rglob("*")
        }

    before = state()
    read_results(batch("json"))
    assert state() == before


def test_a_folder_in_use_and_a_damaged_one(batch, tmp_path):
    output = tmp_path / "results"
    shutil.copytree(batch("json"), output)
    path = output / ".quadpred" / "manifest.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("BEGIN EXCLUSIVE")
    database.execute("UPDATE tracks SET run = run")
    with pytest.raises(QuadpredError, match="is in use: a run of 'quadpred batch'"):
        read_results(output)
    database.close()
    assert read_saved_runs(output).records.keys() == {*NAMES, "text.mp3"}
    path.write_bytes(b"SQLite format 3\0" + bytes(100))
    for log in path.parent.glob("*-wal"):
        log.unlink()
    with pytest.raises(QuadpredError, match="can't be read"):
        read_results(output)


def test_other_parquet_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"file": ["a"]}), path)
    with pytest.raises(QuadpredError, match="isn't a result of 'quadpred predict --format parq"):
        read_results(path)
    path.write_bytes(b"PAR1")
    with pytest.raises(QuadpredError, match="or it is damaged"):
        read_results(path)
