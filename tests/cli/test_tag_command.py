"""``quadpred tag``: what FFmpeg then reads, what stays, and the way back."""

import json
import os
import shlex
import shutil
import stat

import pytest
import soundfile

from quadpred_plugin.tags.planning import Change
from quadpred_plugin.tags.writing import write_changes
from tests.limits import HANG
from tests.signals import EXAMPLES
from tests.tags.conftest import metadata, samples

FIELDS = ("MOOD", "QUADPRED_QUADRANT", "QUADPRED_AROUSAL", "QUADPRED_VALENCE", "QUADPRED_MODEL")


@pytest.fixture
def folder(tmp_path):
    """Two example pieces of opposite quadrants."""
    for name in ("q2_anger.ogg", "q4_calm.ogg"):
        shutil.copy(EXAMPLES / name, tmp_path)
    return tmp_path


@pytest.fixture
def tag(folder, quadpred):
    """Run ``quadpred tag`` with a state folder of its own."""
    state = folder / "state"
    # One model, whichever is the default, so that its numbers can stand here.
    settings = {"XDG_STATE_HOME": str(state), "QUADPRED_TAG_MODEL": "music-4q"}
    return lambda *words: quadpred("tag", *words, folder=folder, **settings)


def ours(path):
    return {key: value for key, value in metadata(path).items() if key in FIELDS}


def contents(folder):
    files = [path for path in folder.iterdir() if path.is_file()]
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_the_numbers_are_those_of_predict(folder, tag, quadpred):
    predicted = quadpred(
        *("predict", "--model", "music-4q", "--format", "csv", "q2_anger.ogg"), folder=folder
    ).rows()[0]
    shown = json.loads(quadpred("models", "show", "music-4q", "--json", folder=folder).output)
    run = tag("q2_anger.ogg")
    assert run.code == 0
    assert run.output.decode() == "q2_anger.ogg: Q2, arousal 0.98, valence -0.65\n"
    written = ours(folder / "q2_anger.ogg")
    assert written["MOOD"] == "angry, tense"
    assert written["QUADPRED_QUADRANT"] == predicted["quadrant"] == "Q2"
    for name in ("arousal", "valence"):
        assert float(written[f"QUADPRED_{name.upper()}"]) == pytest.approx(
            float(predicted[name]), abs=5.1e-5
        )
    sha256 = shown["quadpred"]["sha256"][:12]
    assert written["QUADPRED_MODEL"] == f"{shown['name']} {sha256}"
    assert samples(folder / "q2_anger.ogg") == samples(EXAMPLES / "q2_anger.ogg")


def test_a_dry_run_shows_old_and_new_values_and_writes_nothing(folder, tag):
    before = contents(folder)
    run = tag("--dry-run", "q2_anger.ogg")
    assert run.code == 0
    assert run.messages == "quadpred: nothing was written (--dry-run).\n"
    assert "  MOOD               (none) -> angry, tense\n" in run.output.decode()
    assert contents(folder) == before
    tag("q2_anger.ogg", "-q")
    mutated = {**ours(folder / "q2_anger.ogg"), "QUADPRED_AROUSAL": "0.1"}
    rewrite(folder / "q2_anger.ogg", QUADPRED_AROUSAL=mutated["QUADPRED_AROUSAL"])
    assert "  QUADPRED_AROUSAL  0.1 -> 0.98" in tag("-n", "q2_anger.ogg").output.decode()
    assert ours(folder / "q2_anger.ogg") == mutated


def rewrite(path, **fields):
    """Change fields as any other tagger would."""
    import mutagen

    file = mutagen.File(path)
    for name, value in fields.items():
        file[name] = value
    file.save()


def test_undo_brings_every_file_back(folder, tag):
    names = ["q2_anger.ogg", "q4_calm.ogg"]
    rewrite(folder / names[0], MOOD="Weltschmerz", TITLE="Zorn")
    before = {name: metadata(folder / name) for name in names}
    assert tag("--undo-file", "before.jsonl", "--force", ".").code == 0
    assert all(set(ours(folder / name)) == set(FIELDS) for name in names)
    assert ours(folder / names[0])["MOOD"] == "angry, tense"
    shown = tag("--undo", "before.jsonl", "--dry-run")
    assert "  MOOD               angry, tense -> Weltschmerz\n" in shown.output.decode()
    run = tag("--undo", "before.jsonl")
    assert run.code == 0 and run.messages == ""
    assert {name: metadata(folder / name) for name in names} == before
    for name in names:
        assert samples(folder / name) == samples(EXAMPLES / name)
    again = tag("--undo", "before.jsonl")
    assert again.code == 0 and again.output.decode().count("former tags unchanged.") == 2


def test_the_undo_file_is_printed_and_is_in_the_users_state_folder(folder, tag):
    run = tag("q2_anger.ogg")
    (path,) = (folder / "state" / "quadpred" / "undo").iterdir()
    assert run.messages == f"quadpred: to restore the former tags: quadpred tag --undo {path}\n"
    assert tag("--undo", str(path)).code == 0
    assert ours(folder / "q2_anger.ogg") == {}
    # Where nothing changes, nothing is taken down.
    tag("--dry-run", "q2_anger.ogg")
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize(
    "name", [b"-o.ogg", b"two\nlines.ogg", b"not utf-8 \xff.ogg", b"a 'q\".ogg"]
)
def test_names_of_any_bytes(folder, tag, name):
    path = os.fsdecode(os.path.join(os.fsencode(folder), name))
    shutil.copy(folder / "q4_calm.ogg", path)
    assert tag("--undo-file", "before.jsonl", "--", name).code == 0
    assert tagged_quadrant(path) == "Q4"
    run = tag("--undo", "before.jsonl")
    assert run.code == 0 and len(run.output.splitlines()) == 1
    assert tagged_quadrant(path) is None


def tagged_quadrant(path):
    import mutagen

    return (mutagen.File(path).get("QUADPRED_QUADRANT") or [None])[0]


def test_files_that_fail_are_named_and_others_go_on(folder, tag, silence, encode, noise):
    good = (folder / "q4_calm.ogg").read_bytes()
    (folder / "text.mp3").write_text("no music")
    (folder / "cut.flac").write_bytes(b"fLaC\0\0\0\x22" + bytes(9))
    (folder / "empty.wav").touch()
    (folder / "headless.ogg").write_bytes(good[:100])
    encode(folder / "stream.aac", "aac", noise(1), 16000)
    soundfile.write(folder / "silent.wav", silence(1), 16000)
    before = contents(folder)
    bad = ["text.mp3", "cut.flac", "empty.wav", "headless.ogg", "stream.aac", "missing.mp3"]
    run = tag(*bad, "silent.wav", "q4_calm.ogg")
    assert run.code == 1
    for name in bad:
        (line,) = run.messages_on(name)
        assert line.endswith(".")
    assert run.messages_on("stream.aac")[0].endswith("has a format that can't be tagged.")
    assert run.messages_on("missing.mp3")[0].endswith("does not exist.")
    assert "is silent" in run.messages_on("silent.wav")[0]
    assert run.output.decode() == "q4_calm.ogg: Q4, arousal -1.00, valence 0.07\n"
    after = contents(folder)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"q4_calm.ogg"}
    assert not [name for name in after if name.startswith(".quadpred-")]


def test_an_exception_of_a_library_costs_one_file(folder, tag):
    """A Speex stream of rate 0, by which mutagen divides."""
    from mutagen.ogg import OggPage

    head = bytearray(80)
    head[:8], head[28:36], head[48:52] = b"Speex   ", b"\1\0\0\0P\0\0\0", b"\1\0\0\0"
    pages = []
    for number, packet in enumerate([bytes(head), bytes(8), bytes(20)]):
        page = OggPage()
        page.packets, page.sequence, page.serial = [packet], number, 7
        page.first, page.last, page.position = number == 0, number == 2, 160 * (number > 1)
        pages.append(page.write())
    (folder / "a.ogg").write_bytes(b"".join(pages))
    run = tag("a.ogg", "q4_calm.ogg")
    assert run.code == 1
    (line,) = run.messages_on("a.ogg")
    assert "has damaged tags (ZeroDivisionError: " in line
    assert "Traceback" not in run.messages
    assert tagged_quadrant(folder / "q4_calm.ogg") == "Q4"


def test_a_folder_without_audio(folder, tag):
    (folder / "nothing").mkdir()
    run = tag("nothing")
    assert run.code == 1
    assert "has no audio files in it" in run.messages_on("nothing")[0]


def test_links_permissions_and_times(folder, tag):
    song, other, link = folder / "q2_anger.ogg", folder / "other.ogg", folder / "link.ogg"
    song.chmod(0o640)
    os.utime(song, (10**9, 10**9))
    os.link(song, other)
    link.symlink_to("q2_anger.ogg")
    run = tag("link.ogg", "-j", "1")
    assert run.code == 0
    assert link.is_symlink() and os.readlink(link) == "q2_anger.ogg"
    assert ours(song)["QUADPRED_QUADRANT"] == "Q2"
    assert stat.S_IMODE(song.stat().st_mode) == 0o640
    assert song.stat().st_mtime > 10**9
    assert other.read_bytes() == (EXAMPLES / "q2_anger.ogg").read_bytes()
    assert other.stat().st_mtime == 10**9
    assert other.stat().st_nlink == 1


def test_hard_links_are_reported(folder, tag):
    os.link(folder / "q2_anger.ogg", folder / "other.ogg")
    run = tag("q2_anger.ogg")
    assert "has other hard links, which keep the former tags" in run.messages


def test_a_write_protected_file_is_left(folder, tag):
    song = folder / "q2_anger.ogg"
    song.chmod(0o444)
    run = tag("q2_anger.ogg", "q4_calm.ogg")
    assert run.code == 1
    assert f"quadpred: {song} is write-protected.\n" in run.messages
    assert song.read_bytes() == (EXAMPLES / "q2_anger.ogg").read_bytes()
    assert ours(folder / "q4_calm.ogg")["QUADPRED_QUADRANT"] == "Q4"


def test_a_mood_of_another_origin_stays_unless_forced(folder, tag):
    rewrite(folder / "q4_calm.ogg", MOOD="Weltschmerz")
    run = tag("q4_calm.ogg")
    assert run.code == 0
    assert "q4_calm.ogg: keeps its mood 'Weltschmerz' (--force replaces it).\n" in run.messages
    assert ours(folder / "q4_calm.ogg")["MOOD"] == "Weltschmerz"
    assert ours(folder / "q4_calm.ogg")["QUADPRED_QUADRANT"] == "Q4"
    assert tag("--force", "q4_calm.ogg").code == 0
    assert ours(folder / "q4_calm.ogg")["MOOD"] == "calm, tender"


def test_skip_existing_leaves_what_this_model_has_tagged(folder, tag):
    assert tag("q4_calm.ogg").code == 0
    before = contents(folder)["q4_calm.ogg"]
    run = tag("--skip-existing", "q2_anger.ogg", "q4_calm.ogg")
    assert run.output.decode() == "q2_anger.ogg: Q2, arousal 0.98, valence -0.65\n"
    rewrite(folder / "q2_anger.ogg", QUADPRED_MODEL="another 0123456789ab")
    assert tag("--skip-existing", "q2_anger.ogg").output != b""
    assert contents(folder)["q4_calm.ogg"] == before


def test_tagging_again_writes_nothing(folder, tag):
    tag("q4_calm.ogg")
    before = contents(folder)["q4_calm.ogg"]
    assert b"(tags unchanged)" in tag("q4_calm.ogg").output
    assert contents(folder)["q4_calm.ogg"] == before


def test_undo_keeps_what_was_changed_since(folder, tag):
    tag("--undo-file", "before.jsonl", ".")
    rewrite(folder / "q4_calm.ogg", MOOD="better")
    (folder / "q2_anger.ogg").unlink()
    run = tag("--undo", "before.jsonl")
    assert run.code == 1
    assert f"quadpred: {folder / 'q2_anger.ogg'}: does not exist.\n" in run.messages
    assert "keeps MOOD, changed since (--force restores it)" in run.messages
    assert ours(folder / "q4_calm.ogg") == {"MOOD": "better"}
    assert tag("--undo", "before.jsonl", "--force").code == 1
    assert ours(folder / "q4_calm.ogg") == {}


def test_a_last_line_that_was_torn_is_left_out(folder, tag):
    tag("--undo-file", "before.jsonl", ".")
    content = (folder / "before.jsonl").read_bytes()
    (folder / "before.jsonl").write_bytes(content[:-30])
    run = tag("--undo", "before.jsonl")
    assert run.code == 0
    assert [len(ours(folder / name)) for name in ("q2_anger.ogg", "q4_calm.ogg")] == [0, 5]


@pytest.mark.parametrize(
    "content",
    [
        "no JSON\n",
        "{}\n",
        '{"kind": "quadpred tags"}\n{"file": "q4_calm.ogg", "fields": {"TITLE": '
        '{"before": [], "after": []}}}\n',
        '{"kind": "quadpred tags"}\n{"file": "q4_calm.ogg", "fields": {"MOOD": '
        '{"before": [1], "after": []}}}\n',
        "",
        "\u00e4\n",
    ],
)
def test_what_is_no_undo_file(folder, tag, content):
    (folder / "file.jsonl").write_text(content, encoding="utf-8")
    run = tag("--undo", "file.jsonl")
    assert run.code == 1
    assert run.messages == "quadpred: file.jsonl is not an undo file of 'quadpred tag'.\n"


def test_without_an_undo_file_nothing_is_written(folder, tag):
    before = contents(folder)
    run = tag("--undo-file", "q2_anger.ogg/before.jsonl", "q4_calm.ogg")
    assert run.code == 1
    assert "The undo file q2_anger.ogg/before.jsonl can't be written" in run.messages
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name at least one audio file or folder"),
        (["--undo-file", "q4_calm.ogg", "q2_anger.ogg"], "q4_calm.ogg exists: name a new file"),
        (["--undo", "missing.jsonl"], "does not exist"),
        (["--undo", "q4_calm.ogg", "q2_anger.ogg"], "--undo excludes PATHS"),
        (["--model", "music-5q", "q2_anger.ogg"], "There is no model 'music-5q'"),
    ],
)
def test_wrong_use(folder, tag, arguments, words):
    before = contents(folder)
    run = tag(*arguments)
    assert run.code == 2
    assert words in run.messages
    assert contents(folder) == before


def test_without_mutagen_a_sentence_names_the_package(folder, quadpred):
    blocked = folder / "blocked"
    blocked.mkdir()
    (blocked / "mutagen.py").write_text("raise ModuleNotFoundError('mutagen')\n")
    places = os.pathsep.join(filter(None, [str(blocked), os.environ.get("PYTHONPATH")]))
    run = quadpred("tag", "q4_calm.ogg", folder=folder, PYTHONPATH=places)
    assert run.code == 1
    assert run.messages == (
        "quadpred: Tags need another package: pip install 'quadpred-plugin[tags]'.\n"
    )


def test_options_have_environment_variables(folder, quadpred):
    before = contents(folder)
    run = quadpred("tag", "q2_anger.ogg", folder=folder, QUADPRED_TAG_DRY_RUN="1")
    assert run.code == 0 and b"(none) -> Q2" in run.output
    assert contents(folder) == before


def test_ctrl_c_ends_between_two_files(folder, start_quadpred, noise):
    import signal
    import time

    many = folder / "many"
    many.mkdir()
    for index in range(60):
        soundfile.write(many / f"{index:02}.flac", noise(20, seed=index), 16000)
    record = folder / "before.jsonl"
    process = start_quadpred("tag", "--undo-file", str(record), "many", folder=folder)
    deadline = time.monotonic() + HANG
    while not record.exists() or record.read_bytes().count(b"\n") < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(HANG) == 130
    tagged = [path.name for path in sorted(many.iterdir()) if tagged_quadrant(path)]
    assert f"interrupted: {len(tagged)} of 60 files are done." in process.stderr.read().decode()
    done = [json.loads(line)["file"] for line in record.read_text().splitlines()[1:]]
    assert [os.path.basename(name) for name in done] == tagged
    assert 2 <= len(tagged) < 60
    assert len(os.listdir(many)) == 60


def test_former_values_are_shown_as_text(tmp_path, quadpred, noise):
    path = tmp_path / "song.flac"
    soundfile.write(path, noise(2), 16000)
    write_changes(path, (Change("MOOD", "MOOD", (), ("two\nlines \x1b]0;title\x07",)),))
    for words in (["--dry-run"], ["--dry-run", "--force"], []):
        run = quadpred("tag", *words, "song.flac", folder=tmp_path, XDG_STATE_HOME=str(tmp_path))
        assert run.code == 0, run.messages
        told = run.output.decode() + run.messages
        assert told.replace("\n", "").isprintable()
        assert r"two\nlines \x1b]0;title\x07" in told


def test_the_command_that_brings_tags_back_can_be_pasted(tmp_path, quadpred, noise):
    soundfile.write(tmp_path / "song.flac", noise(2), 16000)
    record = "a b; touch ran.jsonl"
    run = quadpred("tag", "--undo-file", record, "song.flac", folder=tmp_path)
    assert run.code == 0, run.messages
    (line,) = (one for one in run.messages.splitlines() if "--undo" in one)
    assert shlex.split(line.partition("former tags: ")[2])[-1] == record
