"""``quadpred report``: where the page goes, what fails, and what is said."""

import json
import os
import subprocess
import sys

import pytest
import soundfile

from tests.limits import HANG


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("report")
    (folder / "album").mkdir()
    for seed, name in enumerate(("one.wav", "two.wav")):
        soundfile.write(folder / "album" / name, noise(3, seed), 16000)
    (folder / "broken.mp3").write_text("no music")
    return folder


@pytest.fixture
def report(folder, quadpred):
    def run(*arguments, **environment):
        return quadpred("report", *arguments, folder=folder, **environment)

    return run


def test_a_page_has_the_file_s_name_and_is_not_replaced(folder, report):
    run = report("album/one.wav")
    assert (run.code, run.output) == (0, b"")
    assert run.messages == "quadpred: one.html is written, 0.1 MB.\n"
    before = (folder / "one.html").read_bytes()
    assert b"<title>one.wav: emotion over time</title>" in before
    refused = report("album/one.wav")
    assert refused.code == 2
    assert "one.html exists: --force replaces it." in refused.messages
    assert (folder / "one.html").read_bytes() == before
    quiet = report("--force", "--quiet", "--no-audio", "album/one.wav")
    assert (quiet.code, quiet.messages) == (0, "")
    assert len((folder / "one.html").read_bytes()) < len(before)


def test_a_failed_file_costs_its_own_row(folder, report):
    run = report("-o", "pages/", "album", "broken.mp3")
    assert run.code == 1
    assert run.messages_on("broken.mp3") == [
        "quadpred: broken.mp3: is not audio that libsndfile or FFmpeg can read (Invalid data "
        "found when processing input)."
    ]
    page = (folder / "pages" / "report.html").read_text()
    assert "3 tracks compared" in page
    assert page.count("<audio") == 2
    assert "no values: is not audio that libsndfile" in page


def test_nothing_to_show_is_no_page(folder, report):
    run = report("-o", "none.html", "broken.mp3", "missing.wav")
    assert run.code == 1
    assert run.messages_on("missing.wav") == ["quadpred: missing.wav: does not exist."]
    assert not (folder / "none.html").exists()


def test_a_folder_without_audio_is_reported(quadpred, tmp_path):
    run = quadpred("report", ".", folder=tmp_path)
    assert run.code == 1
    assert "has no audio files in it" in run.messages
    assert os.listdir(tmp_path) == []


def test_sound_that_does_not_fit_is_left_out(folder, report):
    run = report("--audio-limit", "0.001", "-o", "small.html", "album/one.wav")
    assert run.code == 0
    assert "The page has no audio: 0 minutes don't fit into 0.001 MB." in run.messages
    assert "<audio" not in (folder / "small.html").read_text()


def test_the_help_names_the_limit():
    from quadpred_plugin.cli.report import command
    from quadpred_plugin.report.sound import BIT_RATES, choose_bit_rate
    from quadpred_plugin.report.writing import SOUND_LIMIT

    (option,) = (option for option in command.params if option.name == "audio_limit")
    assert f"at {BIT_RATES[-1] // 1000} kbit/s is left out" in option.help
    assert f"Default: {SOUND_LIMIT // 10**6}" in option.help
    minutes = 50
    assert option.help.endswith(f", which is {minutes} minutes.")
    assert choose_bit_rate(minutes * 60, SOUND_LIMIT) == BIT_RATES[-1]
    assert choose_bit_rate((minutes + 1) * 60, SOUND_LIMIT) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name at least one audio file or folder, or results by --from."),
        (["-o", "page.pdf", "album"], "ends in .html or .htm"),
        (["--hop", "0", "album"], "A hop of 0 s can't be used"),
        (["--model", "nobody", "album"], "There is no model 'nobody'"),
        (["--no-audio", "--audio-limit", "1", "album"], "exclude each other"),
        (["--audio-limit", "0", "album"], "not in the range"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_wrong_use(folder, report, arguments, words):
    before = sorted(os.listdir(folder))
    run = report(*arguments)
    assert run.code == 2
    assert words in run.messages
    assert sorted(os.listdir(folder)) == before


def test_a_folder_that_is_a_script(folder, report):
    """A name can't hold a slash, but a path can."""
    parts = ("a<", "script><script>alert(1)<", "script>.wav")
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True)
    target.write_bytes((folder / "album" / "one.wav").read_bytes())
    again = folder / "script>.wav"
    again.write_bytes(target.read_bytes())
    run = report("-o", "hostile.html", "/".join(parts), "script>.wav")
    assert run.code == 0
    page = (folder / "hostile.html").read_text()
    assert "<script>alert" not in page
    assert "a&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;.wav" in page


def test_a_name_that_is_not_utf_8(folder, report):
    name = b"odd \xff.wav"
    with open(os.path.join(os.fsencode(folder), name), "wb") as stream:
        stream.write((folder / "album" / "one.wav").read_bytes())
    assert report("--no-audio", name).code == 0
    page = os.path.join(os.fsencode(folder), b"odd \xff.html")
    with open(page, encoding="utf-8") as stream:
        assert r"<title>odd \udcff.wav: emotion" in stream.read()


def test_without_jinja_a_sentence_names_the_command(folder):
    code = (
        "import sys\n"
        "sys.modules['jinja2'] = None\n"
        "from quadpred_plugin.cli.main import main\n"
        "sys.argv = ['quadpred', 'report', '-o', 'x.html', 'album/one.wav']\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=HANG
    )
    assert run.returncode == 1
    assert run.stderr == (
        "quadpred: Reports need one more package: pip install 'quadpred-plugin[report]'.\n"
    )
    assert not (folder / "x.html").exists()


def test_the_page_of_a_collection_from_results(folder, report, quadpred):
    made = quadpred("batch", "-q", "-o", "results", "album", folder=folder)
    assert made.code == 0, made.messages
    run = report("--from", "results", "-o", "album/collection.html")
    assert (run.code, run.output) == (0, b"")
    assert run.messages == ("quadpred: album/collection.html is written, 2 tracks, 0.0 MB.\n")
    page = (folder / "album" / "collection.html").read_text()
    data = json.loads(page.partition('class="data">')[2].partition("</script>")[0])
    rows = {
        row["file"]: row
        for row in quadpred("predict", "--format", "csv", "album", folder=folder).rows()
    }
    assert data["name"] == data["address"] == ["one.wav", "two.wav"]
    for place, name in enumerate(data["name"]):
        row = rows[f"album/{name}"]
        assert data["quadrants"][data["quadrant"][place]] == row["quadrant"]
        for column in ("arousal", "valence", "duration"):
            assert data[column][place] == pytest.approx(float(row[column]), abs=1e-4)
    os.utime(folder / "album" / "one.wav", (4e9, 4e9))
    soundfile.write(folder / "album" / "one.wav", [0.1] * 20000, 16000)
    run = report("--from", "results", "-o", "left.html")
    assert run.code == 1
    assert (
        "album/one.wav: was changed since it was analysed: analyse it again, or give"
        in run.messages
    )
    assert "<title>1 track: " in (folder / "left.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--from", "results.csv", "album"), "excludes PATHS"),
        (("--from", "results.csv", "--no-audio", "-j", "2"), "excludes --no-audio and -j"),
        (("--from", "results.csv"), "results.csv has no tracks."),
        (("--allow-changed", "album"), "--allow-changed is an option of --from."),
        (("--from", "broken.mp3"), "isn't a .csv, .json or .parquet file"),
        (("--from", "results.csv", "-o", "page.txt"), "ends in .html or .htm"),
        ((), "Name at least one audio file or folder, or results by --from."),
    ],
)
def test_wrong_use_with_results(folder, report, arguments, sentence):
    header = "file,status,duration,q1,q2,q3,q4,arousal,valence,quadrant\n"
    (folder / "results.csv").write_text(header)
    run = report(*arguments)
    assert run.code == 2
    assert sentence in run.messages
