"""Results have names of their own, and stay below their folder."""

import os

import pytest

from quadpred_plugin.batch.results import put_in_place, remove, result_path
from quadpred_plugin.errors import OutputError

LONG = [
    "a" * 251 + ".mp3",
    "a" * 250 + "b.mp3",
    "ü" * 125 + ".mp3",
    "音" * 83 + "x.mp3",
    os.fsdecode(b"\xff" * 251 + b".mp3"),
]


@pytest.fixture
def place(tmp_path):
    output = tmp_path / "output"
    output.mkdir()

    def put(result):
        staged = tmp_path / "staged"
        staged.write_text("new")
        put_in_place(staged, output, result)
        return output / result

    return put


def test_same_stems_keep_apart():
    names = ["song.mp3", "song.flac", "song.mp3.json.wav", "song.wav", "song.mp3.wav"]
    assert len({result_path(name, ".json") for name in names}) == len(names)


@pytest.mark.parametrize("suffix", [".json", ".TextGrid"])
def test_long_names_are_cut_to_what_a_file_system_takes(tmp_path, suffix):
    results = [result_path(f"album/{name}", suffix) for name in LONG]
    assert len(set(results)) == len(LONG)
    for name, result in zip(LONG, results, strict=True):
        folder, file = os.path.split(result)
        assert folder == "album"
        assert file.endswith(suffix)
        assert file[:60] == name[:60]
        (tmp_path / file).touch()
    # What is cut, is cut between characters.
    for result in results[:4]:
        result.encode()


def test_the_longest_name_that_fits_is_kept():
    name = "a" * 246 + ".mp3"
    assert result_path(name, ".json") == f"{name}.json"
    assert "~" in result_path(f"a{name}", ".json")


def test_folders_are_made_and_old_results_replaced(place):
    assert place("a/b/c.json").read_text() == "new"
    path = place("a/b/d.json")
    path.write_text("old")
    assert place("a/b/d.json").read_text() == "new"


@pytest.mark.parametrize("where", ["link", "link/sub"])
def test_nothing_is_written_through_a_link(place, tmp_path, where):
    (tmp_path / "outside" / "sub").mkdir(parents=True)
    (tmp_path / "output" / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(OutputError, match="nothing is written through"):
        place(f"{where}/song.json")
    assert os.listdir(tmp_path / "outside") == ["sub"]
    assert os.listdir(tmp_path / "outside" / "sub") == []


def test_a_link_in_the_place_of_a_result_is_replaced_not_followed(place, tmp_path):
    (tmp_path / "outside.txt").write_text("mine")
    (tmp_path / "output" / "song.json").symlink_to(tmp_path / "outside.txt")
    assert not place("song.json").is_symlink()
    assert (tmp_path / "outside.txt").read_text() == "mine"


def test_what_is_no_file_is_not_replaced(place, tmp_path):
    (tmp_path / "output" / "song.json").mkdir()
    with pytest.raises(OutputError, match="not a regular file"):
        place("song.json")
    (tmp_path / "output" / "album").touch()
    with pytest.raises(OutputError, match="not a folder"):
        place("album/song.json")


def test_removing_stays_below_the_folder_too(tmp_path):
    output, outside = tmp_path / "output", tmp_path / "outside"
    (output / "a").mkdir(parents=True)
    outside.mkdir()
    (output / "a" / "song.json").touch()
    (outside / "song.json").touch()
    (output / "link").symlink_to(outside)
    remove(output, "a/song.json")
    remove(output, "a/never.json")
    remove(output, "link/song.json")
    assert os.listdir(output / "a") == []
    assert os.listdir(outside) == ["song.json"]
