"""Names in tables: audio files in a folder, and results by path, end of path or stem."""

from pathlib import Path

import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.matching import match_audio, match_results
from quadpred_plugin.evaluation.ratings_table import RatedFile, RatingsTable


def table(*names):
    return RatingsTable(
        Path("table.csv"), tuple(RatedFile(name, line) for line, name in enumerate(names, 2))
    )


@pytest.fixture
def folder(tmp_path):
    for name in (
        "a.mp3",
        "b.v2.flac",
        "c.mp3",
        "c.wav",
        "notes.txt",
        "odd",
        "sub/d.ogg",
        "sub/e.ogg",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_audio_by_path_and_by_stem(folder):
    matches = match_audio(table("a", "b.v2", "c.wav", "odd", "sub/d", "f.mp3"), folder)
    found = {str(Path(path).relative_to(folder)): one.name for path, one in matches.found.items()}
    assert found == {
        "a.mp3": "a",
        "b.v2.flac": "b.v2",
        "c.wav": "c.wav",
        "odd": "odd",
        "sub/d.ogg": "sub/d",
    }
    assert [one.name for one in matches.missing] == ["f.mp3"]
    assert [Path(path).name for path in matches.unrated] == ["c.mp3", "e.ogg"]


def test_audio_in_the_current_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    matches = match_audio(table("a.mp3", "b.v2", "c.mp3", "c.wav"), Path())
    assert list(matches.found) == ["a.mp3", "b.v2.flac", "c.mp3", "c.wav"]
    assert matches.missing == () and matches.unrated == ()


def test_ambiguous_audio(folder):
    with pytest.raises(QuadpredError, match=r"Line 2 of table.csv: c may be .*c\.mp3 and .*c\.wav"):
        match_audio(table("c"), folder)
    with pytest.raises(QuadpredError, match=r"Line 3 of table.csv: \./a is the file of line 2 too"):
        match_audio(table("a.mp3", "./a"), folder)
    # A folder isn't an audio file.
    assert match_audio(table("sub", "a"), folder).missing[0].name == "sub"


@pytest.mark.parametrize("name", ["no\0name/x", "a.mp3/x", "x" * 300, "nowhere/x", "/"])
def test_names_that_no_file_has(folder, name):
    matches = match_audio(table(name, "a"), folder)
    assert [one.name for one in matches.missing] == [name] and len(matches.found) == 1


SOURCES = ["/music/x/one.mp3", "/music/y/one.mp3", "/music/y/two.v2.flac", "three.ogg"]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("/music/x/one.mp3", SOURCES[0]),
        ("y/one.mp3", SOURCES[1]),
        ("y/one", SOURCES[1]),
        ("y/one.wav", SOURCES[1]),
        ("two.v2", SOURCES[2]),
        ("two.v2.flac", SOURCES[2]),
        ("../albums/three.ogg", SOURCES[3]),
        ("/somewhere/three.wav", SOURCES[3]),
        ("three", SOURCES[3]),
        ("wo.v2", None),
        ("z/one.mp3", None),
        ("two", None),
    ],
)
def test_results(name, source):
    matches = match_results(table(name), SOURCES)
    assert list(matches.found) == ([] if source is None else [source])
    assert set(matches.unrated) == set(SOURCES) - {source}


def test_ambiguous_results():
    with pytest.raises(QuadpredError, match=r"one\.mp3 may be /music/x/one\.mp3 and /music/y"):
        match_results(table("one.mp3"), SOURCES)
    with pytest.raises(QuadpredError, match="three is the file of line 2 too"):
        match_results(table("three.ogg", "three"), SOURCES)
    with pytest.raises(QuadpredError, match=r"The results have a\.mp3 more than once"):
        match_results(table("a"), ["a.mp3", "./a.mp3"])
