"""What is found under a folder, and what is not followed."""

import os

import pytest

from quadpred_plugin.batch.tracks import Stamp, find_tracks, read_stamp
from quadpred_plugin.errors import AudioError


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "music"
    for name in ("b.wav", "a.MP3", "z/c.flac", "z/y/d.ogg", "m/e.wav", ".hidden/f.wav", "m/.g.wav"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    (root / "notes.txt").touch()
    return root


def files(root, **options):
    return [found.file for found in find_tracks(str(root), **options)]


def problems(root):
    found = find_tracks(str(root))
    return {one.file: one.problem for one in found if one.problem is not None}


def test_each_folder_gives_its_files_by_name_before_its_folders(root):
    assert files(root) == ["a.MP3", "b.wav", "m/e.wav", "z/c.flac", "z/y/d.ogg"]


def test_the_folder_of_results_is_left_out(root):
    assert "z/c.flac" not in files(root, excluded=str(root / "z"))
    # Results beside their tracks: everything is found all the same.
    assert files(root, excluded=str(root)) == files(root)


def test_links_to_files_are_followed_inside_and_named_where_they_lead_out(root, tmp_path):
    outside = tmp_path / "outside.wav"
    outside.write_bytes(b"secret")
    (root / "inside link.wav").symlink_to("z/c.flac")
    (root / "outside link.wav").symlink_to(outside)
    (root / "upward.wav").symlink_to("../outside.wav")
    (root / "chain.wav").symlink_to("outside link.wav")
    assert set(problems(root)) == {"outside link.wav", "upward.wav", "chain.wav"}
    assert all("leads out of the collection" in words for words in problems(root).values())
    assert "inside link.wav" in files(root)


def test_a_neighbour_with_the_same_beginning_is_outside(root, tmp_path):
    (tmp_path / "music 2").mkdir()
    (tmp_path / "music 2" / "a.wav").touch()
    (root / "link.wav").symlink_to("../music 2/a.wav")
    assert set(problems(root)) == {"link.wav"}


def test_links_to_folders_are_not_entered_so_that_a_circle_ends(root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "f.wav").touch()
    (root / "z" / "circle").symlink_to(root)
    (root / "away").symlink_to(tmp_path / "elsewhere")
    before = ["a.MP3", "b.wav", "m/e.wav", "z/c.flac", "z/y/d.ogg"]
    assert sorted(files(root)) == sorted([*before, "away"])
    assert set(problems(root)) == {"away"}


def test_links_are_followed_into_places_that_are_named(root, tmp_path):
    archive = tmp_path / "archive"
    for name in ("album/1.wav", "album/2.wav", "other/3.wav"):
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).touch()
    (tmp_path / "archive 2").mkdir()
    (tmp_path / "archive 2" / "4.wav").touch()
    selection = tmp_path / "selection"
    selection.mkdir()
    (selection / "3.wav").symlink_to(archive / "other" / "3.wav")
    (selection / "4.wav").symlink_to("../archive 2/4.wav")
    (selection / "album").symlink_to("../archive/album")
    # The same folder by another name, a circle through the archive, and one back to the root.
    (selection / "album again").symlink_to(archive / "album")
    (archive / "album" / "circle").symlink_to(archive)
    (archive / "other" / "back").symlink_to(selection)
    found = list(find_tracks(str(selection), places=[str(archive)]))
    assert [one.file for one in found] == ["3.wav", "4.wav", "album/1.wav", "album/2.wav"]
    (refused,) = (one.problem for one in found if one.problem)
    assert refused == (
        f"is a link that leads out of the collection, to {tmp_path}/archive 2/4.wav; "
        "--follow-links FOLDER follows links into that folder."
    )
    # A place may be named through a link itself.
    (tmp_path / "link").symlink_to(archive)
    assert files(selection, places=[str(tmp_path / "link")]) == [one.file for one in found]
    assert all(one.problem for one in find_tracks(str(selection), places=["/nowhere"]))


def test_the_results_are_left_out_behind_links_too(tmp_path):
    archive, selection = tmp_path / "archive", tmp_path / "selection"
    (archive / "results").mkdir(parents=True)
    (archive / "results" / "1.wav").touch()
    selection.mkdir()
    (selection / "all").symlink_to(archive)
    options = {"places": [str(archive)], "excluded": str(archive / "results")}
    assert files(selection, **options) == []


def test_the_root_itself_may_be_a_link(root, tmp_path):
    (tmp_path / "link").symlink_to(root)
    assert files(tmp_path / "link") == files(root)


def test_an_unreadable_folder_is_named_and_the_others_are_found(root):
    # A path that is longer than the system accepts fails also with root's permissions.
    here = os.open(root, os.O_RDONLY)
    for _ in range(17):
        os.mkdir("d" * 255, dir_fd=here)
        below = os.open("d" * 255, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    (words,) = problems(root).values()
    assert "can't be read: File name too long" in words
    assert "z/y/d.ogg" in files(root)


def test_a_root_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(AudioError, match="nowhere can't be read: No such file"):
        files(tmp_path / "nowhere")


def test_a_stamp_is_of_regular_files_alone(tmp_path):
    (tmp_path / "file").write_bytes(b"12345")
    os.utime(tmp_path / "file", ns=(0, 123456789))
    assert read_stamp(str(tmp_path / "file")) == Stamp(5, 123456789)
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "", "nothing"):
        assert read_stamp(str(tmp_path / name)) is None


def test_a_large_folder_is_gone_through_in_order(tmp_path):
    (tmp_path / "0.wav").touch()
    for number in range(1, 2000):
        os.link(tmp_path / "0.wav", tmp_path / f"{number}.wav")
    found = files(tmp_path)
    assert found == sorted(found)
    assert len(found) == 2000
