"""Which files of paths and folders are analysed, and in which order."""

import os
import shutil

import pytest
import soundfile


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("choosing")
    soundfile.write(folder / "source.wav", noise(1), 16000)
    names = "b.wav a.wav LOUD.WAV .hidden.wav notes.txt deep/c.wav deep/deeper/d.wav .git/e.wav"
    for name in names.split():
        path = folder / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "source.wav", path)
    (folder / "album" / "folder.wav").mkdir()
    return folder


def analysed(quadpred, folder, *arguments):
    run = quadpred("predict", "--format", "csv", *arguments, folder=folder)
    assert run.code == 0
    return [row["file"] for row in run.rows()]


def test_a_folder_gives_its_own_audio_files_by_name(quadpred, folder):
    names = analysed(quadpred, folder, "album")
    assert names == ["album/LOUD.WAV", "album/a.wav", "album/b.wav"]


def test_recursion_goes_into_folders_but_hidden_ones(quadpred, folder):
    names = analysed(quadpred, folder, "-r", "album")
    own = ["album/LOUD.WAV", "album/a.wav", "album/b.wav"]
    assert names == [*own, "album/deep/c.wav", "album/deep/deeper/d.wav"]


def test_rows_come_in_the_order_given(quadpred, folder):
    wanted = ["album/b.wav", "album/deep", "source.wav", "album/a.wav"]
    expected = ["album/b.wav", "album/deep/c.wav", "source.wav", "album/a.wav"]
    assert analysed(quadpred, folder, "-j", "2", *wanted) == expected


def test_a_named_file_is_analysed_whatever_its_name(quadpred, folder):
    wanted = ["album/notes.txt", "album/.hidden.wav"]
    assert analysed(quadpred, folder, *wanted) == wanted


def test_a_file_named_twice_has_two_rows(quadpred, folder):
    assert analysed(quadpred, folder, "source.wav", "source.wav") == ["source.wav"] * 2


def test_the_original_input_option_still_works(quadpred, folder):
    assert analysed(quadpred, folder, "-i", "source.wav") == ["source.wav"]
    both = analysed(quadpred, folder, "album/a.wav", "-i", "source.wav", "-i", "album/b.wav")
    assert sorted(both) == ["album/a.wav", "album/b.wav", "source.wav"]


def test_names_stay_as_they_were_given(quadpred, folder):
    given = ["./source.wav", str(folder / "source.wav"), "album/../source.wav"]
    assert analysed(quadpred, folder, *given) == given


def test_links_are_followed_and_broken_ones_fail(quadpred, folder):
    os.symlink("source.wav", folder / "link.wav")
    os.symlink("nowhere.wav", folder / "broken.wav")
    run = quadpred("predict", "--format", "csv", "link.wav", "broken.wav", folder=folder)
    assert run.code == 1
    assert [row["status"] for row in run.rows()] == ["ok", "error"]
    assert "does not exist" in run.messages
