"""Names that mean harm, through every command that writes: nothing is run, nothing gets out."""

import hashlib
import os

import pytest
import soundfile

from quadpred_plugin.exports import FORMATS
from tests.signals import example

# What shells, option parsers, spreadsheets, browsers, terminals, paths and file systems stumble on.
NAMES = [
    b"-o.wav",
    b"--help.wav",
    b"=1+1.wav",
    b"$(touch ran).wav",
    b"; touch ran;.wav",
    b"<script>alert(1)<script>.wav",
    b"a%2f..%2f..%2fout.wav",
    b"a\\..\\..\\out.wav",
    b"two\nlines.wav",
    b"\x1b]0;title\x07\x1b[31m.wav",
    b"not utf-8 \xff\xfe.wav",
    b"CON.wav",
    b"{0.__class__}%s%n.wav",
    b"l" * 251 + b".wav",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with music, a neighbour that nobody may touch, and links that lead there."""
    place = tmp_path_factory.mktemp("hostile")
    music, neighbour = place / "music", place / "neighbour"
    music.mkdir(), neighbour.mkdir()
    for name in NAMES:
        with open(os.path.join(os.fsencode(music), name), "wb") as stream:
            soundfile.write(stream, example("q1_joy")[: 2 * 16000], 16000, format="WAV")
    soundfile.write(neighbour / "foreign.wav", example("q4_calm")[: 2 * 16000], 16000)
    (neighbour / "kept.txt").write_text("kept")
    os.symlink(neighbour, music / "out")
    os.symlink(neighbour / "foreign.wav", music / "foreign.wav")
    return place


@pytest.fixture(autouse=True)
def fence(place):
    """Whatever a command does, all that was there before is there as it was."""
    before = contents(place)
    yield
    after = contents(place)
    assert {name: after.get(name) for name in before} == before
    new = {name.split(b"/")[0] for name in after.keys() - before.keys()}
    assert new <= {b"written"}, new


def contents(place):
    found = {}
    for folder, _, files in os.walk(os.fsencode(place)):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as stream:
                key = os.path.relpath(path, os.fsencode(place))
                found[key] = hashlib.sha256(stream.read()).hexdigest()
    return found


def assert_told_well(run):
    assert "Traceback" not in run.messages
    assert "\x1b" not in run.messages
    assert all(line.startswith("quadpred: ") for line in run.messages.splitlines())


@pytest.mark.parametrize("format_name", FORMATS)
def test_results(format_name, place, quadpred):
    target = place / "written" / format_name
    words = ["predict", "-j", "1", "--format", format_name, "-o", f"{target}/", "music"]
    run = quadpred(*words, folder=place)
    assert run.code == 0, run.messages
    assert_told_well(run)
    written = [path for path in target.rglob("*") if not path.is_dir()]
    # Those of the folder, and the file that a link names.
    many = format_name in ("table", "csv", "json", "parquet")
    assert len(written) == len(NAMES) + 1 or (many and len(written) >= 1)
    assert all(path.parent == target for path in written)


@pytest.mark.parametrize("words", [["--format", "json"], ["--format", "svl"], ["--dataset"]])
def test_collections(words, place, quadpred):
    target = place / "written" / f"batch{words[-1]}"
    run = quadpred("batch", "-j", "1", *words, "-o", target, "music", folder=place)
    assert run.code == 1
    assert_told_well(run)
    # Links that lead out are named, not followed.
    failures = (target / "failures.csv").read_text().splitlines()[1:]
    assert [failure.split(",")[0] for failure in failures] == ["foreign.wav", "out"]
    assert all("leads out of the collection" in failure for failure in failures)
    again = quadpred("batch", "-j", "1", *words, "-o", target, "music", folder=place)
    assert f"{len(NAMES)} unchanged" in again.messages


def test_names_given_one_by_one(place, quadpred):
    words = ["predict", "-j", "1", "--format", "csv", "-o", "../written/rows.csv", "--"]
    run = quadpred(*words, *NAMES, folder=place / "music")
    assert run.code == 0, run.messages
    rows = (place / "written" / "rows.csv").read_bytes()
    assert all(name in rows for name in NAMES)


def test_pictures_and_a_page(place, quadpred):
    (place / "written").mkdir(exist_ok=True)
    words = ["predict", "-q", "-j", "1", "--format", "csv", "--plot", "written/pictures/", "music"]
    assert quadpred(*words, folder=place).code == 0
    run = quadpred("report", "--no-audio", "-o", "written/page.html", "music", folder=place)
    assert run.code == 0, run.messages
    assert_told_well(run)
    page = (place / "written" / "page.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_tags_that_are_only_shown(place, quadpred):
    run = quadpred("tag", "--dry-run", "-j", "1", "music", folder=place)
    assert run.code == 0, run.messages
    assert b"\x1b" not in run.output
    assert "Traceback" not in run.messages


ODD = b"two\nlines \x1b]0;title\x07 \xff.wav"


@pytest.fixture
def odd_place(tmp_path, noise):
    """Files with hostile names: an audio file, an unreadable file and a link."""
    music = os.fsencode(tmp_path / "music")
    os.mkdir(music)
    with open(os.path.join(music, b"good " + ODD), "wb") as stream:
        soundfile.write(stream, noise(2), 16000, format="WAV")
    with open(os.path.join(music, b"bad " + ODD), "wb") as stream:
        stream.write(b"This is no music.")
    outside = os.path.join(os.fsencode(tmp_path), ODD)
    with open(outside, "wb") as stream:
        stream.write(b"This isn't either.")
    os.symlink(outside, os.path.join(music, b"link.wav"))
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "--verbose", "--format", "csv", "-o", "rows.csv"],
        ["predict", "--top", "Q1", "--seconds", "1", "--format", "table", "-o", "best.txt"],
        ["batch", "--verbose", "--format", "json", "-o", "results"],
        ["tag", "--dry-run"],
        ["report", "--no-audio", "-o", "page.html"],
    ],
    ids=["predict", "excerpts", "batch", "tag", "report"],
)
def test_every_message_is_one_line(words, odd_place, quadpred):
    run = quadpred(*words, "music", folder=odd_place)
    lines = run.messages.splitlines()
    assert lines and all(line.startswith("quadpred: ") for line in lines), lines
    assert all(line.isprintable() for line in lines), lines
    if words[0] == "predict" and words[-1] == "best.txt":
        text = (odd_place / "best.txt").read_text()
        assert text.replace("\n", "").isprintable()


def test_a_list_that_is_not_there_is_named_on_one_line(tmp_path, quadpred):
    run = quadpred("predict", "--from-file", b"no\nlist \x1b]0;title\x07", folder=tmp_path)
    assert run.code == 2
    assert r"no\nlist \x1b]0;title\x07 can't be read" in run.messages
