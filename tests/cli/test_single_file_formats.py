"""Formats of one audio file: chosen by name or suffix, a folder for several."""

import jams
import pytest
import soundfile

from quadpred_plugin.exports import FORMATS

ONE_FORM = {name: export for name, export in FORMATS.items() if not export.levels}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise, silence):
    folder = tmp_path_factory.mktemp("music")
    soundfile.write(folder / "one.wav", noise(5), 16000)
    soundfile.write(folder / "two.flac", noise(4, 1), 22050)
    soundfile.write(folder / "silent.wav", silence(2), 16000)
    (folder / "broken.wav").write_text("no audio")
    return folder


@pytest.mark.parametrize("format_name", ONE_FORM)
def test_a_folder_takes_a_file_each(folder, tmp_path, quadpred, format_name):
    suffix = ONE_FORM[format_name].suffix
    names = [str(folder / name) for name in ("one.wav", "broken.wav", "silent.wav")]
    arguments = ["predict", "--format", format_name, "-q", "-o", "results", *names]
    run = quadpred(*arguments, folder=tmp_path)
    # The broken one is named, leaves no file and stops nothing.
    assert run.code == 1
    assert "broken.wav" in run.messages
    results = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert results == [f"one{suffix}", f"silent{suffix}"]
    one, silent = ((tmp_path / "results" / name).read_bytes() for name in results)
    # Five seconds of noise turn nowhere.
    assert one and (one != silent or format_name == "turning-points-csv")


@pytest.mark.parametrize("format_name", ["svl", "jams", "npz"])
def test_several_files_do_not_go_into_one(folder, tmp_path, quadpred, format_name):
    suffix = FORMATS[format_name].suffix
    names = [str(folder / "one.wav"), str(folder / "two.flac")]
    run = quadpred("predict", "-o", f"all{suffix}", *names, folder=tmp_path)
    assert run.code == 2
    words = " ".join(run.messages.split())
    assert f"A {suffix} file contains one audio file, not 2" in words
    assert "folder" in words
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format_name", ["svl", "labels"])
def test_standard_output_takes_one_file(folder, tmp_path, quadpred, format_name):
    name = str(folder / "one.wav")
    suffix = FORMATS[format_name].suffix
    printed = quadpred("predict", "--format", format_name, name, folder=tmp_path)
    assert printed.code == 0
    quadpred("predict", "-o", f"file{suffix}", name, folder=tmp_path)
    assert printed.output == (tmp_path / f"file{suffix}").read_bytes()
    several = quadpred("predict", "--format", format_name, name, name, folder=tmp_path)
    assert (several.code, several.output) == (2, b"")
    broken = str(folder / "broken.wav")
    failed = quadpred("predict", "--format", format_name, broken, folder=tmp_path)
    assert (failed.code, failed.output) == (1, b"")
    assert broken in failed.messages


def test_a_binary_format_needs_a_name(folder, tmp_path, quadpred):
    run = quadpred("predict", "--format", "mood", str(folder / "one.wav"), folder=tmp_path)
    assert run.code == 2
    assert "A .mood file needs a name: give -o." in run.messages


def test_a_level_is_refused_where_there_is_none(folder, tmp_path, quadpred):
    arguments = ["predict", "--level", "file", "-o", "song.jams", str(folder / "one.wav")]
    run = quadpred(*arguments, folder=tmp_path)
    assert run.code == 2
    assert "A .jams file has no levels: leave the level out." in run.messages
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_or_replaced(folder, tmp_path, quadpred):
    path = tmp_path / "song.jams"
    path.write_text("kept")
    arguments = ["predict", "-o", "song.jams", str(folder / "one.wav")]
    assert quadpred(*arguments, folder=tmp_path).code == 2
    assert quadpred(*arguments, "--skip-existing", folder=tmp_path).code == 0
    assert path.read_text() == "kept"
    assert quadpred(*arguments, "--force", folder=tmp_path).code == 0
    assert jams.load(str(path), strict=True).file_metadata.duration == pytest.approx(5)


def test_a_file_that_fails_leaves_the_old_result(folder, tmp_path, quadpred):
    path = tmp_path / "song.jams"
    path.write_text("kept")
    arguments = ["predict", "--force", "-o", "song.jams", str(folder / "broken.wav")]
    assert quadpred(*arguments, folder=tmp_path).code == 1
    assert path.read_text() == "kept"
