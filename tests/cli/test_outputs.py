"""Where results go: nothing overwritten, nothing half written, nothing unsaid."""

import os
import stat

import pytest
import soundfile

CSV = ["predict", "--format", "csv"]


@pytest.fixture(scope="module")
def music(tmp_path_factory, noise):
    """Four files, three of one stem, and one whose stem is another's name."""
    folder = tmp_path_factory.mktemp("music")
    names = ["one/song.wav", "two/song.wav", "two/song.flac", "two/song.wav.mp3"]
    for seconds, name in enumerate(names, start=1):
        (folder / name).parent.mkdir(exist_ok=True)
        soundfile.write(folder / name, noise(seconds, rate=16000), 16000)
    return [str(folder / name) for name in names]


def files_below(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("chosen", [[0, 1], [1, 2], [1, 2, 3], [0, 1, 2, 3]])
def test_files_of_one_stem_keep_an_array_each(tmp_path, quadpred, music, chosen):
    (tmp_path / "arrays").mkdir()
    names = [music[index] for index in chosen]
    run = quadpred("predict", "--format", "npz", "-o", "arrays", *names, folder=tmp_path)
    assert run.code == 0
    assert len(files_below(tmp_path / "arrays")) == len(chosen)


def test_files_of_one_stem_keep_a_picture_each(tmp_path, quadpred, music):
    run = quadpred(*CSV, "--plot", "pictures", *music, folder=tmp_path)
    assert run.code == 0
    assert len(run.rows()) == len(music)
    assert len(files_below(tmp_path / "pictures")) == len(music)


def test_a_name_with_a_slash_at_its_end_is_a_folder(tmp_path, quadpred, music):
    assert quadpred(*CSV, "-o", "results/", *music[:2], folder=tmp_path).code == 0
    assert (tmp_path / "results").is_dir()
    assert len(files_below(tmp_path / "results")) == 2


def test_files_that_fail_leave_no_output(tmp_path, quadpred, music):
    (tmp_path / "arrays").mkdir()
    arguments = ["predict", "--format", "npz", "-o", "arrays", "missing.wav", music[0]]
    run = quadpred(*arguments, folder=tmp_path)
    assert run.code == 1
    assert [path.name for path in files_below(tmp_path / "arrays")] == ["song.npz"]


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("file/results.csv", 2),
        ("file/deeper/results.csv", 2),
        ("/proc/quadpred/results.csv", 2),
        # This folder says that it can be written to, until one tries.
        ("/proc/results.csv", 1),
    ],
)
def test_an_output_that_cannot_be_written(tmp_path, quadpred, music, output, code):
    (tmp_path / "file").write_text("kept")
    run = quadpred(*CSV, "-o", output, music[0], folder=tmp_path)
    assert run.code == code
    assert run.output == b""
    assert output.removesuffix("/results.csv") in run.messages
    assert files_below(tmp_path) == [tmp_path / "file"]
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("option", [["--plot", "file"], ["--format", "npz", "-o", "file"]])
def test_a_folder_that_is_a_file(tmp_path, quadpred, music, option):
    (tmp_path / "file").write_text("kept")
    run = quadpred("predict", *option, *music[:2], folder=tmp_path)
    assert run.code == 2
    assert "file" in run.messages
    assert (tmp_path / "file").read_text() == "kept"


def test_force_replaces_files_and_never_devices(tmp_path, quadpred, music):
    # A pipe stands for all that isn't a regular file, such as /dev/null.
    os.mkfifo(tmp_path / "pipe")
    run = quadpred(*CSV, "--force", "-o", "pipe", music[0], folder=tmp_path)
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)
    assert run.code == 2
    assert "pipe" in run.messages


def test_an_existing_output(tmp_path, quadpred, music):
    output = tmp_path / "results.csv"
    output.write_text("kept\n")
    refused = quadpred(*CSV, "-o", "results.csv", music[0], folder=tmp_path)
    assert refused.code == 2
    assert "results.csv exists: --force replaces it, --skip-existing keeps it" in refused.messages
    skipped = quadpred(*CSV, "--skip-existing", "-o", "results.csv", music[0], folder=tmp_path)
    assert skipped.code == 0
    assert output.read_text() == "kept\n"
    forced = quadpred(*CSV, "--force", "-o", "results.csv", music[0], folder=tmp_path)
    assert forced.code == 0
    assert output.read_bytes() == quadpred(*CSV, music[0], folder=tmp_path).output
    assert os.listdir(tmp_path) == ["results.csv"]


def test_existing_outputs_in_a_folder(tmp_path, quadpred, music):
    kept, made = tmp_path / "arrays" / "song.wav.npz", tmp_path / "arrays" / "song.flac.npz"
    kept.parent.mkdir()
    kept.write_text("kept")
    arguments = ["predict", "--format", "npz", "-o", "arrays", music[1], music[2]]
    assert quadpred(*arguments, folder=tmp_path).code == 2
    assert not made.exists()
    assert quadpred(*arguments, "--skip-existing", folder=tmp_path).code == 0
    assert kept.read_text() == "kept"
    assert made.exists()
    assert quadpred(*arguments, "--force", folder=tmp_path).code == 0
    assert kept.read_bytes() != b"kept"


def test_an_existing_picture(tmp_path, quadpred, music):
    (tmp_path / "picture.png").write_text("kept")
    refused = quadpred(*CSV, "--plot", "picture.png", music[0], folder=tmp_path)
    assert refused.code == 2
    assert refused.output == b""
    assert (tmp_path / "picture.png").read_text() == "kept"


def test_outputs_have_the_permissions_of_other_new_files(tmp_path, quadpred, music):
    quadpred(*CSV, "-o", "results.csv", music[0], folder=tmp_path)
    (tmp_path / "new").touch()
    assert (tmp_path / "results.csv").stat().st_mode == (tmp_path / "new").stat().st_mode
