"""``quadpred batch``: results, and which tracks are analysed again."""

import csv
import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import soundfile

from tests.conftest import read_rows

# Unusual names of the second album: CSV quotes, an option, bytes that aren't UTF-8, the longest
# possible name.
ODD = [
    b'a "quoted", b.wav',
    b"-o",
    b"not utf-8 \xff\xe9.wav",
    b"two\nlines.wav",
    b"x" * 251 + b".wav",
    "Größe 音楽.wav".encode(),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("batch")
    music = folder / "music"
    odd = music / "-odd album"
    odd.mkdir(parents=True)
    for seed, name in enumerate(ODD):
        path = os.path.join(os.fsencode(odd), name + b".wav" * (name == b"-o"))
        with open(path, "wb") as stream:
            soundfile.write(stream, noise(1.2, seed), 16000, format="WAV")
    soundfile.write(music / "song.flac", noise(3, 20), 16000)
    soundfile.write(music / "song.wav", noise(2, 21), 16000)
    soundfile.write(music / "silent.wav", np.zeros(32000), 16000)
    (music / "broken.mp3").write_text("This is no music.\n" * 100)
    (music / "notes.txt").touch()
    (folder / "outside.wav").write_bytes((music / "song.wav").read_bytes())
    (music / "link.wav").symlink_to("song.wav")
    (music / "away.wav").symlink_to("../outside.wav")
    return folder


@pytest.fixture
def batch(folder, quadpred, tmp_path):
    """Analyse the collection into a folder of the test."""

    def run(*arguments, root="music", output=tmp_path / "results", **options):
        return quadpred("batch", *arguments, "-o", output, root, folder=folder, **options)

    return run


@pytest.fixture(scope="module")
def first(folder, quadpred):
    run = quadpred("batch", "-j", "2", "-o", "first", "music", folder=folder)
    return run, folder / "first"


@pytest.fixture
def results(first, tmp_path):
    """A copy of the first run's folder, its state too."""
    shutil.copytree(first[1], tmp_path / "results", symlinks=True)
    return tmp_path / "results"


def table(output, name="manifest.csv"):
    return {row["file"]: row for row in read_rows((output / name).read_bytes())}


def track_names(music):
    walk = os.walk(music)
    found = [
        os.path.relpath(os.path.join(at, name), music) for at, _, names in walk for name in names
    ]
    return sorted(name for name in found if name != "notes.txt")


def inodes(output):
    """Return what differs between a result that was rewritten and one that was kept."""
    found = {path: path.stat() for path in output.rglob("*.json") if path.name != "settings.json"}
    return {path: (status.st_ino, status.st_mtime_ns) for path, status in found.items()}


def summary(run):
    return run.messages.splitlines()[-1]


def test_every_track_has_a_row_and_failures_have_reasons(first, folder):
    run, output = first
    assert run.code == 1
    assert run.output == b""
    rows = table(output)
    assert sorted(rows) == track_names(folder / "music")
    statuses = {name: row["status"] for name, row in rows.items()}
    assert {name for name in rows if statuses[name] == "error"} == {"broken.mp3", "away.wav"}
    assert statuses["silent.wav"] == "silent"
    failures = table(output, "failures.csv")
    assert list(failures) == ["away.wav", "broken.mp3"]
    assert "leads out of the collection" in failures["away.wav"]["reason"]
    assert "is not audio" in failures["broken.mp3"]["reason"]
    assert f"quadpred: broken.mp3: {failures['broken.mp3']['reason']}" in run.messages
    assert summary(run) == (
        "quadpred: 12 tracks: 10 analysed, 2 failed (reasons: first/failures.csv)."
    )


def test_links_into_a_named_place_are_followed(folder, quadpred, tmp_path):
    selection = tmp_path / "selection"
    selection.mkdir()
    (selection / "one.wav").symlink_to(folder / "outside.wav")
    (selection / "odd").symlink_to(folder / "music" / "-odd album")
    words = ("batch", "-q", "-o", "results", "selection")
    refused = quadpred(*words, folder=tmp_path)
    assert refused.code == 1
    assert "one.wav: is a link that leads out of the collection" in refused.messages
    assert "--follow-links FOLDER follows links into that folder" in refused.messages
    for place in ("nowhere", "results/manifest.csv"):
        wrong = quadpred(*words, "--follow-links", place, folder=tmp_path)
        assert wrong.code == 2 and "--follow-links" in wrong.messages
    run = quadpred(*words, "--follow-links", str(folder), folder=tmp_path)
    assert (run.code, run.messages) == (0, "")
    rows = table(tmp_path / "results")
    # The links to folders that were refused before are tracks no more.
    assert len(rows) == 1 + len(ODD) and {row["status"] for row in rows.values()} == {"ok"}
    assert (tmp_path / "results" / "odd" / "Größe 音楽.wav.json").is_file()
    again = quadpred(*words[:1], *words[2:], "--follow-links", str(folder), folder=tmp_path)
    assert f"{len(rows)} tracks: {len(rows)} unchanged." in again.messages


def test_rows_hold_digests_of_contents_and_of_settings(first, folder):
    rows = table(first[1])
    for name in ("song.flac", "broken.mp3"):
        content = (folder / "music" / name).read_bytes()
        assert rows[name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert int(rows[name]["size"]) == len(content)
    settings = json.loads((first[1] / "settings.json").read_text())
    (used,) = {row["settings"] for row in rows.values()}
    assert settings[used]["hop"] == pytest.approx(0.992)
    assert settings[used]["format"] == "json"


def test_results_are_those_of_predict_under_the_same_relative_path(first, folder, quadpred):
    rows = table(first[1])
    predict = ["predict", "--format", "json", "--level", "frame", "-r", "--", "."]
    run = quadpred(*predict, folder=folder / "music")
    expected = {one["file"].removeprefix("./"): one for one in json.loads(run.output)}
    analysed = [name for name, row in rows.items() if row["status"] != "error"]
    assert len(analysed) == 10
    for name in analysed:
        result = rows[name]["result"]
        (one,) = json.loads((first[1] / result).read_text())
        assert one == {**expected[name], "file": name}
        if len(os.fsencode(os.path.basename(name))) < 250:
            assert result == f"{name}.json"
    every = {os.path.join(at, name) for at, _, names in os.walk(first[1]) for name in names}
    every = {os.path.relpath(path, first[1]) for path in every if "/.quadpred/" not in path}
    tables = {"manifest.csv", "failures.csv", "settings.json"}
    assert every == {rows[name]["result"] for name in analysed} | tables


def test_a_second_run_analyses_only_failures(batch, results):
    before = inodes(results)
    manifest = (results / "manifest.csv").read_bytes()
    run = batch()
    assert run.code == 1
    assert "10 unchanged, 2 failed" in summary(run)
    assert inodes(results) == before
    assert (results / "manifest.csv").read_bytes() == manifest


def test_new_changed_and_lost_tracks_are_analysed(batch, results, folder, tmp_path, noise):
    """All cases in one run over a copy of the collection."""
    music = tmp_path / "music"
    shutil.copytree(folder / "music", music, symlinks=True)
    shutil.copy(folder / "outside.wav", tmp_path)
    before = inodes(results)
    touched, changed = results / "silent.wav.json", results / "song.wav.json"
    lost, cut = (results / "-odd album" / name for name in ("-o.wav.json", "two\nlines.wav.json"))
    os.utime(music / "silent.wav", ns=(0, 0))
    soundfile.write(music / "song.wav", noise(4, 22), 16000)
    lost.unlink()
    cut.write_bytes(cut.read_bytes()[:100])
    soundfile.write(music / "new.wav", noise(2, 23), 16000)
    (music / "broken.mp3").unlink()
    (music / "song.flac").write_text("No longer music.")
    run = batch("--force", root=music, output=tmp_path / "scratch")
    assert run.code == 1
    run = batch(root=music)
    assert run.code == 2
    assert f"contains results of {folder / 'music'}" in run.messages
    move_root(results, tmp_path / "no longer there")
    run = batch(root=music)
    assert run.code == 1
    after = inodes(results)
    written = {path for path in after if after[path] != before.get(path)}
    # link.wav is a name of song.wav.
    new = [results / "new.wav.json", results / "link.wav.json"]
    assert written == {changed, lost, cut, *new}
    assert after[touched] == before[touched]
    assert not (results / "song.flac.json").exists(), "an outdated result"
    for path in after:
        assert path.read_bytes() == (tmp_path / "scratch" / path.relative_to(results)).read_bytes()
    assert list(table(results, "failures.csv")) == ["away.wav", "song.flac"]


def move_root(results, root):
    """Change the collection that a folder of results belongs to."""
    path = results / ".quadpred" / "manifest.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE runs SET root = ?", (os.fsencode(root),))


def test_other_settings_replace_all_results(batch, results):
    before = inodes(results)
    run = batch("--hop", "0.32")
    assert "10 analysed" in summary(run)
    after = inodes(results)
    assert set(after) == set(before)
    assert all(after[path] != before[path] for path in after)
    (one,) = json.loads((results / "song.flac.json").read_text())
    assert one["provenance"]["hop"] == pytest.approx(0.32)
    assert len(json.loads((results / "settings.json").read_text())) == 1


def test_force_analyses_all_and_skip_existing_none(batch, results):
    before = inodes(results)
    run = batch("--skip-existing", "--hop", "0.32")
    assert "10 unchanged" in summary(run)
    assert inodes(results) == before
    assert "10 analysed" in summary(batch("--force"))
    assert not set(inodes(results).values()) & set(before.values())


def test_same_size_and_time_need_the_checksum(batch, tmp_path, noise):
    music = tmp_path / "few"
    music.mkdir()
    soundfile.write(music / "a.wav", noise(2, 1), 16000)
    os.utime(music / "a.wav", ns=(10**18, 10**18))
    assert batch(root=music).code == 0
    soundfile.write(music / "a.wav", noise(2, 2), 16000)
    os.utime(music / "a.wav", ns=(10**18, 10**18))
    assert "1 unchanged" in summary(batch(root=music))
    assert "1 analysed" in summary(batch("--checksum", root=music))
    assert "1 unchanged" in summary(batch("--checksum", root=music))


def test_tracks_that_are_gone_keep_their_results(batch, tmp_path, folder):
    music = tmp_path / "few"
    music.mkdir()
    for name in ("a.wav", "b.wav"):
        shutil.copy(folder / "music" / "song.wav", music / name)
    (music / "c.wav").write_bytes(b"no music")
    assert batch(root=music).code == 1
    for name in ("b.wav", "c.wav"):
        (music / name).unlink()
    run = batch(root=music)
    assert run.code == 0
    assert summary(run) == "quadpred: 1 tracks of earlier runs are gone; their results are kept."
    assert set(table(tmp_path / "results")) == {"a.wav", "b.wav"}
    assert (tmp_path / "results" / "b.wav.json").is_file()


@pytest.mark.parametrize("name", ["csv", "npz"])
def test_other_formats_come_from_the_registry(batch, tmp_path, name):
    assert batch("--format", name).code == 1
    result = tmp_path / "results" / f"song.flac.{name}"
    if name == "csv":
        frames = list(csv.DictReader(result.open()))
        assert [row["file"] for row in frames] == ["song.flac"] * 3
    else:
        assert np.load(result)["quadrants"].shape == (3, 4)


def test_rows_of_segments_are_those_of_predict(batch, tmp_path, quadpred, folder):
    assert batch("--format", "csv", "--level", "segment").code == 1
    found = list(csv.DictReader((tmp_path / "results" / "song.flac.csv").open()))
    arguments = ["predict", "--format", "csv", "--level", "segment", "song.flac"]
    assert found == quadpred(*arguments, folder=folder / "music").rows()
    assert found[0]["duration"]


def test_folders_of_others_are_left_alone(batch, tmp_path, folder):
    results = tmp_path / "results"
    results.mkdir()
    (results / "song.wav.json").write_text("mine")
    run = batch()
    assert run.code == 2
    assert "isn't empty" in run.messages
    assert os.listdir(results) == ["song.wav.json"]
    assert batch("--skip-existing").code == 1
    assert (results / "song.wav.json").read_text() == "mine"
    assert table(results)["song.wav"]["status"] == "existing"
    # Its content and settings are unknown, so the next run replaces it.
    assert batch().code == 1
    assert json.loads((results / "song.wav.json").read_text())[0]["file"] == "song.wav"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "x", "nowhere"], "does not exist"),
        (["music"], "Missing option '-o'"),
        (["-o", "x", "--force", "--skip-existing", "music"], "exclude each other"),
        (["-o", "x", "--dataset", "--format", "csv", "music"], "exclude each other"),
        (["-o", "x", "--dataset", "--level", "segment", "music"], "--level file or frame"),
        (["-o", "x", "--scheduler", "tcp://127.0.0.1:1", "music"], "needs --engine dask"),
        (["-o", "x", "--hop", "0.001", "music"], "--hop"),
        (["-o", "x", "--model", "nothing", "music"], "There is no model 'nothing'"),
        (["-o", "music/song.wav", "music"], "is a file"),
    ],
)
def test_wrong_use_is_exit_code_2_and_makes_nothing(quadpred, folder, arguments, words):
    run = quadpred("batch", *arguments, folder=folder)
    assert run.code == 2
    assert words in run.messages
    assert not (folder / "x").exists()


@pytest.mark.parametrize(
    ("package", "arguments", "extra"),
    [
        ("pyarrow", ["--dataset"], "quadpred-plugin[exports]"),
        ("distributed", ["--engine", "dask"], "quadpred-plugin[cluster]"),
    ],
)
def test_packages_that_are_missing_are_named(quadpred, folder, tmp_path, package, arguments, extra):
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking" / f"{package}.py").write_text(f"raise ImportError('No {package}')")
    paths = [str(tmp_path / "lacking"), os.environ.get("PYTHONPATH", "")]
    output = tmp_path / "results"
    run = quadpred(
        "batch", *arguments, "-o", output, "music", folder=folder, PYTHONPATH=os.pathsep.join(paths)
    )
    assert run.code in (1, 2)
    assert f"pip install '{extra}'" in run.messages
    assert not output.exists()


def test_a_collection_without_tracks_fails(batch, tmp_path):
    (tmp_path / "nothing").mkdir()
    run = batch(root=tmp_path / "nothing")
    assert run.code == 1
    assert "has no audio files in it" in run.messages


def test_a_damaged_manifest_is_reported_with_the_way_out(batch, results):
    (results / ".quadpred" / "manifest.sqlite").write_bytes(b"damaged" * 1000)
    run = batch()
    assert run.code == 2
    assert "manifest.sqlite is damaged" in run.messages
    (results / ".quadpred" / "manifest.sqlite").unlink()
    assert batch().code == 2
    assert "10 with existing results" in summary(batch("--skip-existing"))


def test_results_inside_the_collection_are_no_tracks(quadpred, tmp_path, folder):
    music = tmp_path / "music"
    music.mkdir()
    shutil.copy(folder / "music" / "song.wav", music)
    for output in (music / "results", music):
        arguments = ["batch", "--force", "-o", output, music]
        assert quadpred(*arguments, folder=tmp_path).code == 0
        assert "1 unchanged" in summary(quadpred("batch", "-o", output, music, folder=tmp_path))
