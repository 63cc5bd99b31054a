"""The beets plugin in an installed beets, with its own library."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from tests.conftest import clean_environment
from tests.limits import HANG
from tests.signals import EXAMPLES
from tests.tags.conftest import metadata, samples

BEET = Path(sys.executable).with_name("beet")
PIECES = {"q1_joy": "Q1", "q2_anger": "Q2", "q4_calm": "Q4"}


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """Three pieces with titles, so that beets can identify them."""
    import mutagen

    folder = tmp_path_factory.mktemp("music")
    for name in PIECES:
        shutil.copy(EXAMPLES / f"{name}.ogg", folder)
        file = mutagen.File(folder / f"{name}.ogg")
        file["title"] = name
        file.save()
    return folder


@pytest.fixture
def beet(tmp_path):
    """Run beets with settings for the plugin: ``beet(*words, auto="yes")``."""
    base = tmp_path / "beets"
    base.mkdir()

    def run(*words, code=0, **settings):
        # A fixed model, so that the expected numbers don't depend on the default.
        settings = {"model": "music-4q", **settings}
        lines = [f"    {name}: {value}" for name, value in settings.items()]
        (base / "config.yaml").write_text(
            "\n".join(
                [
                    f"directory: {base / 'library'}",
                    f"library: {base / 'library.db'}",
                    "import: {copy: yes, write: yes, autotag: no, quiet: yes}",
                    "plugins: quadpred",
                    *(["quadpred:", *lines] if lines else []),
                    "",
                ]
            )
        )
        process = subprocess.run(
            [BEET, *words],
            env=clean_environment(BEETSDIR=str(base)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        assert "Traceback" not in process.stderr, process.stderr
        assert process.returncode == code, process.stderr
        return process.stdout + process.stderr if code else process.stdout

    return run


def listed(beet, *query):
    form = "$title|$quadrant|$arousal|$valence|$path"
    rows = [line.split("|") for line in beet("ls", "-f", form, *query).splitlines()]
    return {row[0]: row[1:] for row in rows}


def titles(beet, *query):
    return set(beet("ls", "-f", "$title", *query).split())


def test_import_run_and_query(beet, music, quadpred, tmp_path):
    beet("import", str(music))
    # Nothing is predicted without the command.
    assert titles(beet, "arousal:-1..1") == set()
    beet("quadpred", "--nowrite")
    paths = [music / f"{name}.ogg" for name in PIECES]
    words = ("predict", "--model", "music-4q", "--format", "csv")
    rows = quadpred(*words, *paths, folder=tmp_path).rows()
    found = listed(beet)
    for name, row in zip(PIECES, rows, strict=True):
        assert found[name][0] == row["quadrant"] == PIECES[name]
        assert float(found[name][1]) == pytest.approx(float(row["arousal"]), abs=5.1e-5)
        assert float(found[name][2]) == pytest.approx(float(row["valence"]), abs=5.1e-5)
        assert not any(key.startswith("QUADPRED") for key in metadata(found[name][3]))
    assert titles(beet, "arousal:0.5..") == {"q2_anger"}
    assert titles(beet, "arousal:..-0.5") == {"q4_calm"}
    assert titles(beet, "valence:0..") == {"q1_joy", "q4_calm"}
    assert titles(beet, "quadrant:Q1") == {"q1_joy"}
    assert beet("ls", "-f", "$title", "arousal-").split() == ["q2_anger", "q1_joy", "q4_calm"]


def test_tags_are_those_of_quadpred_tag(beet, music, quadpred, tmp_path):
    beet("import", str(music))
    beet("quadpred", "title:q2_anger")
    own = tmp_path / "own.ogg"
    shutil.copy(music / "q2_anger.ogg", own)
    words = ("tag", "--model", "music-4q", "own.ogg")
    assert quadpred(*words, folder=tmp_path, XDG_STATE_HOME=str(tmp_path)).code == 0
    written, reference = metadata(listed(beet)["q2_anger"][3]), metadata(own)
    for name in ("QUADPRED_QUADRANT", "QUADPRED_AROUSAL", "QUADPRED_VALENCE"):
        assert written[name] == reference[name]
    assert titles(beet, "arousal:-1..1") == {"q2_anger"}
    assert samples(listed(beet)["q2_anger"][3]) == samples(EXAMPLES / "q2_anger.ogg")


def test_tags_of_quadpred_tag_are_imported(beet, music, quadpred, tmp_path):
    folder = tmp_path / "tagged"
    shutil.copytree(music, folder)
    assert (
        quadpred(
            *("tag", "--model", "music-4q", "tagged"), folder=tmp_path, XDG_STATE_HOME=str(tmp_path)
        ).code
        == 0
    )
    beet("import", str(folder))
    assert {name: row[0] for name, row in listed(beet).items()} == PIECES
    assert titles(beet, "arousal:0.5..") == {"q2_anger"}
    # Tagged items count as predicted.
    assert "Q2" not in beet("quadpred", "--pretend")


def test_auto_predicts_imported_items(beet, music):
    before = {path.name: path.read_bytes() for path in music.iterdir()}
    beet("import", str(music), auto="yes", write="yes")
    found = listed(beet)
    assert {name: row[0] for name, row in found.items()} == PIECES
    # The importer writes only tags that it corrects.
    assert not any("QUADPRED_AROUSAL" in metadata(row[3]) for row in found.values())
    beet("write", "--force")
    assert {metadata(row[3])["QUADPRED_AROUSAL"] for row in found.values()} == {
        row[1] for row in found.values()
    }
    # The source files are unchanged.
    assert {path.name: path.read_bytes() for path in music.iterdir()} == before


def test_items_with_values_are_predicted_again_only_with_force(beet, music):
    beet("import", str(music))
    beet("quadpred")
    before = listed(beet)
    beet("modify", "-y", "-W", "title:q4_calm", "arousal=0.9")
    beet("quadpred")
    assert listed(beet)["q4_calm"][1] == "0.9000"
    shown = beet("quadpred", "--pretend", "--force", "title:q4_calm")
    assert "quadrant Q4, arousal -1.0, valence 0.07" in shown
    assert listed(beet)["q4_calm"][1] == "0.9000"
    beet("quadpred", "--force", "-j", "2")
    assert listed(beet) == before


def test_files_that_fail_do_not_stop_the_others(beet, music, tmp_path, silence):
    soundfile.write(tmp_path / "silent.flac", silence(2), 16000)
    beet("import", str(music))
    beet("import", str(tmp_path / "silent.flac"))
    broken = listed(beet)["q1_joy"][3]
    Path(broken).write_bytes(b"no music")
    output = beet("quadpred", code=0)
    assert titles(beet, "arousal:-1..1") == {"q2_anger", "q4_calm"}
    assert "Traceback" not in output


def test_a_missing_model_is_reported_in_a_sentence(beet, music):
    # An import continues without the model.
    beet("import", str(music), auto="yes", model="music-5q")
    assert titles(beet) == set(PIECES)
    output = beet("quadpred", code=1, model="music-5q")
    assert "There is no model 'music-5q'. Installed: " in output


def test_the_plugin_is_one_file_of_a_namespace():
    """An ``__init__.py`` there would hide all other plugins."""
    folder = Path(__file__).parent.parent.parent / "beetsplug"
    assert [name for name in os.listdir(folder) if name != "__pycache__"] == ["quadpred.py"]
