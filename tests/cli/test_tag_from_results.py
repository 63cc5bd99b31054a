"""``quadpred tag --from``: results once computed become tags; no audio is decoded."""

import csv
import os
import shutil

import mutagen
import pytest

from quadpred_plugin.results.reading import read_results
from quadpred_plugin.results.staleness import staleness
from tests.conftest import importing_at_start
from tests.signals import EXAMPLES
from tests.tags.conftest import samples

COLUMNS = ["file", "status", "duration", "q1", "q2", "q3", "q4", "arousal", "valence", "quadrant"]
# Fails where anything would decode or analyse.
NO_ANALYSIS = """
import sys
for name in ("essentia", "tensorflow", "soundfile", "soxr"):
    sys.modules[name] = None
"""


@pytest.fixture(scope="module")
def analysed(tmp_path_factory, quadpred):
    """Two pieces and the folder of their results."""
    folder = tmp_path_factory.mktemp("analysed")
    (folder / "music").mkdir()
    for name in ("q2_anger.ogg", "q4_calm.ogg"):
        shutil.copy(EXAMPLES / name, folder / "music" / name.replace("_", ", "))
    run = quadpred("batch", "--dataset", "--model", "music-4q", "-o", "r", "music", folder=folder)
    assert run.code == 0, run.messages
    return folder


@pytest.fixture
def folder(analysed, tmp_path):
    """A copy of them, read with its new path, since the collection counts as moved."""
    folder = tmp_path / "copy"
    shutil.copytree(analysed, folder)
    return folder


@pytest.fixture
def tag(folder, quadpred, tmp_path):
    settings = {"XDG_STATE_HOME": str(tmp_path / "state")}
    settings |= importing_at_start(NO_ANALYSIS, tmp_path / "site")
    return lambda *words: quadpred("tag", *words, folder=folder, **settings)


def write_csv(path, *rows):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])


def row(name, arousal="0.5", status="ok"):
    return [name, status, 60, 0.1, 0.7, 0.1, 0.1, arousal, -0.25, "Q2"]


def test_results_of_a_data_set_become_tags(analysed, quadpred, tmp_path):
    settings = {"XDG_STATE_HOME": str(tmp_path / "state")}
    settings |= importing_at_start(NO_ANALYSIS, tmp_path / "site")
    words = ["tag", "--from", "r", "--undo-file", tmp_path / "u", "--field", "ENERGY=arousal:1..10"]
    before = {path: path.read_bytes() for path in (analysed / "music").iterdir()}
    shown = quadpred(*words, "--dry-run", folder=analysed, **settings)
    assert shown.code == 0, shown.messages
    assert b"  ENERGY             (none) -> 10\n" in shown.output
    assert {path: path.read_bytes() for path in before} == before
    run = quadpred(*words, "--mood-values", "--comment=", folder=analysed, **settings)
    assert run.code == 0, run.messages
    for track in read_results(analysed / "r"):
        tags = mutagen.File(track.path)
        assert tags["QUADPRED_AROUSAL"] == [f"{track.arousal:.4f}"]
        assert tags["QUADPRED_QUADRANT"] == [track.quadrant]
        assert tags["QUADPRED_MODEL"] == [f"music-4q {track.provenance['sha256'][:12]}"]
        assert tags["ENERGY"] == [str(round(5.5 + 4.5 * track.arousal))]
        assert len(tags["MOOD"]) == 2 and tags["COMMENT"][0].startswith(f"{track.quadrant} ")
        name = os.path.basename(track.path)
        assert samples(track.path) == samples(EXAMPLES / name.replace(", ", "_"))
    # The folder of results knows that only tags were changed.
    assert [staleness(track) for track in read_results(analysed / "r")] == [None, None]
    again = quadpred(
        *("batch", "--dataset", "--model", "music-4q", "-v", "-o", "r", "music"), folder=analysed
    )
    assert again.code == 0 and "2 unchanged" in again.messages + again.output.decode()
    undone = quadpred("tag", "--undo", tmp_path / "u", folder=analysed, **settings)
    assert undone.code == 0
    assert {path: path.read_bytes() for path in before} == before


def test_csv_without_a_model(folder, tag):
    song = folder / "music" / "q4, calm.ogg"
    tags = mutagen.File(song)
    tags["QUADPRED_MODEL"] = ["another 0123456789ab"]
    tags.save()
    write_csv(folder / "r.csv", row("music/q4, calm.ogg"))
    run = tag("--from", "r.csv", "-q")
    assert run.code == 0 and run.messages == ""
    tags = mutagen.File(song)
    assert tags["MOOD"] == ["angry, tense"] and "QUADPRED_MODEL" not in tags


def test_names_with_commas_and_line_breaks(folder, tag):
    name = 'two\nlines, "é".ogg'
    shutil.copy(folder / "music" / "q4, calm.ogg", folder / name)
    write_csv(folder / "r.csv", row(name))
    run = tag("--from", "r.csv")
    assert run.code == 0 and run.output.count(b"\n") == 1
    assert mutagen.File(folder / name)["QUADPRED_QUADRANT"] == ["Q2"]


def test_changed_missing_and_unrecorded_files(folder, tag):
    write_csv(folder / "r.csv", row("music/q4, calm.ogg"), row("gone.ogg"))
    song = folder / "music" / "q4, calm.ogg"
    os.utime(song, (2e9, 2e9))
    before = song.read_bytes()
    run = tag("--from", "r.csv")
    assert run.code == 1
    assert "was changed after the results were written" in run.messages_on("music/q4, calm.ogg")[0]
    assert "doesn't exist any more" in run.messages_on("gone.ogg")[0]
    assert song.read_bytes() == before
    run = tag("--from", "r.csv", "--allow-changed", "music")
    assert run.code == 1
    assert run.messages_on("music/q2, anger.ogg") == [
        "quadpred: music/q2, anger.ogg: isn't in the results: analyse it first."
    ]
    assert mutagen.File(song)["QUADPRED_QUADRANT"] == ["Q2"]


def test_a_file_that_was_analysed_in_part(folder, tag):
    write_csv(folder / "r.csv", row("music/q4, calm.ogg", status="partial"))
    run = tag("-q", "--from", "r.csv")
    assert run.code == 1
    assert run.messages == "quadpred: music/q4, calm.ogg: was analysed in part.\n"
    assert mutagen.File(folder / "music" / "q4, calm.ogg")["QUADPRED_QUADRANT"] == ["Q2"]


def test_a_damaged_file_is_analysed_in_part_and_told(folder, quadpred, tmp_path):
    """Half of a FLAC file: FFmpeg decodes it, and its header states twice as much."""
    import soundfile

    from tests.signals import example

    soundfile.write(folder / "cut.flac", example("q4_calm")[: 16000 * 12], 16000)
    content = (folder / "cut.flac").read_bytes()
    (folder / "cut.flac").write_bytes(content[: len(content) // 2])
    run = quadpred(
        *("tag", "-q", "--dry-run", "cut.flac"), folder=folder, XDG_STATE_HOME=str(tmp_path)
    )
    assert run.code == 1 and run.messages_on("cut.flac")
    assert b"QUADPRED_QUADRANT" in run.output


def test_skip_existing(analysed, quadpred, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(analysed, folder)
    run = quadpred("batch", "--model", "music-4q", "-q", "-o", "j", "music", folder=folder)
    assert run.code == 0, run.messages
    settings = {"XDG_STATE_HOME": str(tmp_path / "state")}
    words = ["tag", "--from", "j", "--allow-changed"]
    assert quadpred(*words, "music/q4, calm.ogg", folder=folder, **settings).code == 0
    run = quadpred(*words, "--skip-existing", folder=folder, **settings)
    assert run.code == 0 and run.output.count(b"\n") == 1 and b"q2, anger.ogg" in run.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "r.csv", "--field", "ENERGY=tempo:1..10"], "'tempo' isn't a dimension"),
        (
            ["--from", "r.csv", *["--field", "ENERGY=arousal:1..10"] * 2],
            "A field is given twice",
        ),
        (["--from", "r.csv", "--model", "music-4q"], "--model excludes it"),
        (["--from", "r.csv", "-j", "2"], "-j excludes it"),
        (["--from", "gone.csv"], "does not exist"),
        (["--from", "empty.csv"], "has no tracks"),
        (["--from", "nan.csv"], "not a finite number"),
        (["--from", "r.csv", "--comment", "r.csv"], "r.csv is a file, not a prefix"),
        (["--from", "r.csv", "--comment", "a|b"], "can't begin a comment"),
        (["--allow-changed", "music"], "--allow-changed is an option of --from"),
        (["--undo", "r.csv", "--from", "r.csv"], "--undo excludes"),
    ],
)
def test_wrong_use(folder, tag, words, message):
    write_csv(folder / "r.csv", row("music/q4, calm.ogg"))
    write_csv(folder / "empty.csv")
    write_csv(folder / "nan.csv", row("music/q4, calm.ogg", arousal="nan"))
    before = (folder / "music" / "q4, calm.ogg").read_bytes()
    run = tag(*words)
    assert run.code == 2 and message in run.messages
    assert (folder / "music" / "q4, calm.ogg").read_bytes() == before
