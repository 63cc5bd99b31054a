"""``quadpred playlist``: lists that players open, along the path, from results alone."""

import csv
import os
import shutil

import mutagen
import numpy as np
import pytest
from beets.util.m3u import M3UFile
from scipy.stats import spearmanr

from tests.signals import EXAMPLES

COLUMNS = ["file", "status", "duration", "q1", "q2", "q3", "q4", "arousal", "valence", "quadrant"]
COUNT = 30


def row(name, arousal, valence, duration=180.0):
    return [name, "ok", duration, 0.7, 0.1, 0.1, 0.1, arousal, valence, "Q1"]


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8", errors="surrogateescape") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Thirty tagged files that are as good as empty, and their results."""
    folder = tmp_path_factory.mktemp("playlist")
    (folder / "music, best of").mkdir()
    random = np.random.default_rng(0)
    rows = []
    for place in range(COUNT):
        name = f"music, best of/{place:02} #1 é.ogg"
        shutil.copy(EXAMPLES / "q4_calm.ogg", folder / name)
        tags = mutagen.File(folder / name)
        tags["title"], tags["artist"] = [f"Title\n{place}"], [f"Artist {place // 3}"]
        tags.save()
        rows.append(row(name, *random.uniform(-0.2, 0.9, 2).round(3), 100 + place))
    write(folder / "results.csv", rows)
    return folder


@pytest.fixture
def playlist(folder, quadpred, tmp_path):
    """Run ``quadpred playlist`` into a file: ``playlist(*words)`` gives the run and its entries."""

    def run(*words, results="results.csv"):
        path = tmp_path / "lists" / "x.m3u8"
        found = quadpred("playlist", "--from", results, *words, "-o", path, folder=folder)
        return found, path

    return run


def entries(path):
    """Return the files of a playlist as beets reads them, in the folder of the playlist."""
    reader = M3UFile(os.fsencode(path))
    before = os.getcwd()
    # Its paths start from the current folder.
    os.chdir(path.parent)
    try:
        reader.load()
        return [os.path.realpath(one) for one in reader.media_list]
    finally:
        os.chdir(before)


def values_of(folder, paths):
    with open(folder / "results.csv", encoding="utf-8", newline="") as stream:
        rows = {
            os.fsencode(os.path.realpath(folder / row["file"])): row
            for row in csv.DictReader(stream)
        }
    return np.array([(float(rows[one]["valence"]), float(rows[one]["arousal"])) for one in paths])


def test_a_reader_of_playlists_opens_it(folder, playlist):
    run, path = playlist("--path", "(-0.8,-0.8) (0.8,0.8)", "--length", "12")
    assert run.code == 0, run.messages
    found = entries(path)
    assert len(set(found)) == 12 and all(map(os.path.isfile, found))
    values = values_of(folder, found)
    for column in values.T:
        assert spearmanr(column, np.arange(12)).statistic > 0.7
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#EXTM3U" and len(lines) == 25
    for information, line in zip(lines[1::2], lines[2::2]):
        number = int(os.path.basename(line)[:2])
        assert information == f"#EXTINF:{100 + number},Artist {number // 3} - Title {number}"
        assert not os.path.isabs(line)


def test_the_same_seed_gives_the_same_bytes(playlist):
    contents = []
    for seed in ("1", "1", "2"):
        run, path = playlist("--path", "calm,happy", "--length", "9", "--seed", seed, "--force")
        assert run.code == 0, run.messages
        contents.append(path.read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_predict_reads_the_list(folder, playlist, quadpred):
    _, path = playlist("--path", "Q4", "--length", "2")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    run = quadpred("predict", "--from-file", path, "--format", "csv", folder=folder)
    assert run.code == 0, run.messages
    assert [os.fsencode(os.path.realpath(one["file"])) for one in run.rows()] == entries(path)


def test_too_few_tracks(folder, playlist):
    run, path = playlist("--path", "sad,happy", "--length", "31")
    assert run.code == 1 and "there are only 30 tracks." in run.messages
    assert len(entries(path)) == 30
    run, path = playlist("--path", "sad,happy", "--length", "11", "--per-artist", "1", "--force")
    assert run.code == 1 and "only 10 tracks with this limit per artist" in run.messages
    artists = {mutagen.File(os.fsdecode(one))["artist"][0] for one in entries(path)}
    assert len(artists) == len(entries(path)) == 10
    run, path = playlist("--path", "sad", "--minutes", "600", "--force")
    assert run.code == 1 and len(entries(path)) == 30
    run, path = playlist("--path", "sad", "--minutes", "1", "--force")
    assert run.code == 1 and "no track fits into 1 minutes" in run.messages


def test_minutes(playlist):
    run, path = playlist("--path", "sad,happy", "--minutes", "20")
    assert run.code == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    total = sum(int(line[8:].partition(",")[0]) for line in lines if line.startswith("#EXTINF:"))
    assert 20 * 60 - 130 < total <= 20 * 60


def test_standard_output(folder, quadpred):
    words = ["playlist", "--from", "results.csv", "--path", "Q1", "--length", "1"]
    run = quadpred(*words, folder=folder / "music, best of")
    assert run.code == 2
    run = quadpred(*words, folder=folder)
    assert run.code == 0
    assert (folder / run.output.decode().splitlines()[2]).is_file()


def test_changed_and_missing_files_are_named_and_left_out(folder, quadpred, tmp_path):
    for name in ("a.ogg", "b.ogg", "#c.ogg", "new\nline.ogg"):
        shutil.copy(EXAMPLES / "q4_calm.ogg", tmp_path / name)
        os.utime(tmp_path / name, (0, 0))
    names = ["a.ogg", "b.ogg", "#c.ogg", "new\nline.ogg", "gone.ogg"]
    rows = [row(name, place / 10, place / 10) for place, name in enumerate(names)]
    silent = ["s.ogg", "silent", 3.0, *[""] * 7]
    write(tmp_path / "r.csv", [*rows, silent])
    os.utime(tmp_path / "b.ogg", (2e9, 2e9))
    words = ["playlist", "--from", "r.csv", "--path", "sad,happy"]
    run = quadpred(*words, "-o", "x.m3u", folder=tmp_path)
    assert run.code == 1
    assert run.messages_on("b.ogg")[0].endswith("give --allow-changed if only its tags were.")
    assert run.messages_on("gone.ogg")[0].endswith("doesn't exist any more.")
    assert "has a line break in its name" in run.messages_on(r"new\nline.ogg")[0]
    assert "left out, without values: 1 of 6 tracks" in run.messages
    assert len(entries(tmp_path / "x.m3u")) == 2
    lines = (tmp_path / "x.m3u").read_text().splitlines()
    assert lines[2] == "a.ogg" and lines[4] == "./#c.ogg"
    run = quadpred(*words, "--allow-changed", "--force", "-o", "x.m3u", folder=tmp_path)
    assert run.code == 1 and len(entries(tmp_path / "x.m3u")) == 3


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        (None, ["--path", "Q5"], "'Q5' isn't a waypoint"),
        (None, ["--path", "Q1", "--minutes", "nan"], "--minutes must be a number above 0"),
        (None, ["--path", "Q1", "--length", "0"], "0 is not in the range"),
        (None, ["--path", "Q1", "-o", "x.txt"], "name ends in .m3u or .m3u8"),
        (None, ["--path", "Q1", "-o", "old.m3u8"], "exists: --force replaces it"),
        (None, [], "Missing option '--path'"),
        ("", ["--path", "Q1"], "isn't a result of"),
        (",".join(COLUMNS) + "\n", ["--path", "Q1"], "has no tracks"),
        (
            f"{','.join(COLUMNS)}\na,ok,1,.7,.1,.1,.1,nan,0,Q1\n",
            ["--path", "Q1"],
            "it is damaged (ValueError: not a finite number",
        ),
    ],
)
def test_wrong_use_is_refused(folder, quadpred, tmp_path, content, words, message):
    results = folder / "results.csv"
    if content is not None:
        results = tmp_path / "r.csv"
        results.write_text(content)
    (tmp_path / "old.m3u8").write_text("mine")
    run = quadpred("playlist", "--from", results, *words, folder=tmp_path)
    assert run.code == 2 and message in run.messages
    assert not run.output and (tmp_path / "old.m3u8").read_text() == "mine"


def test_one_track(quadpred, tmp_path):
    shutil.copy(EXAMPLES / "q4_calm.ogg", tmp_path / "a.ogg")
    os.utime(tmp_path / "a.ogg", (0, 0))
    write(tmp_path / "r.csv", [row("a.ogg", 0.1, 0.1)])
    run = quadpred("playlist", "--from", "r.csv", "--path", "calm,happy", folder=tmp_path)
    assert run.code == 0 and run.output.decode().endswith("\na.ogg\n")
