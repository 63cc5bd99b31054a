"""Damaged models, the models command, Ctrl-C and closed pipes."""

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from quadpred_plugin.models import find_model
from tests import signals
from tests.command_line.program import COMMAND, predict, quadpred

JOY = signals.EXAMPLES / "q1_joy.ogg"


@pytest.fixture
def copied(tmp_path):
    graph = find_model().graph
    for suffix in (".pb", ".json"):
        shutil.copy(graph.with_suffix(suffix), tmp_path / f"copy{suffix}")
    return tmp_path / "copy.pb"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_damaged_models(copied, jobs, tmp_path):
    def message(model, code=2):
        outcome = predict("-j", jobs, "--model", model, JOY, JOY)
        assert outcome.code == code
        assert outcome.out in (b"", b"file,status,duration,q1,q2,q3,q4,arousal,valence,quadrant\n")
        *_, sentence = outcome.error.splitlines()
        return sentence

    assert predict("--model", copied, JOY).code == 0
    content = copied.read_bytes()
    assert "There is no model 'unknown'. Installed: " in message("unknown")
    assert "There is no model file" in message(tmp_path / "missing.pb")
    copied.write_bytes(content[:-100])
    assert "SHA-256" in message(copied, code=1)
    # Damaged before its card was written: the sum is right, the graph isn't.
    card = json.loads(copied.with_suffix(".json").read_text())
    card["quadpred"]["sha256"] = hashlib.sha256(content[:-100]).hexdigest()
    copied.with_suffix(".json").write_text(json.dumps(card))
    assert "can't be loaded" in message(copied, code=1)
    copied.with_suffix(".json").write_text("{")
    assert "is not JSON" in message(copied)
    copied.with_suffix(".json").unlink()
    assert "no readable card" in message(copied)


def test_models_command(copied):
    listed = quadpred("models", "list")
    assert listed.code == 0
    name = find_model().name
    assert listed.out.decode().splitlines()[1].startswith(name)
    shown = quadpred("models", "show").out.decode()
    for word in (name, "CC BY-NC-SA 4.0", "arousal", "limits", find_model().sha256):
        assert word in shown
    assert json.loads(quadpred("models", "show", "--json").out)["name"] == name
    assert quadpred("models", "verify").out.decode().splitlines()[0] == f"{name}: ok"
    copied.write_bytes(b"something else")
    outcome = quadpred("models", "verify", str(copied), name)
    assert outcome.code == 1
    assert "SHA-256" in outcome.error
    assert f"{name}: ok" in outcome.out.decode()


def interrupted(tmp_path, *arguments, stdout=subprocess.PIPE):
    names = []
    for index in range(300):
        names.append(str(tmp_path / f"{index}.ogg"))
        os.link(JOY, names[-1]) if os.stat(JOY).st_dev == os.stat(tmp_path).st_dev else (
            shutil.copy(JOY, names[-1])
        )
    process = subprocess.Popen(
        [*COMMAND, "predict", "--format", "csv", "-j", "2", *arguments, *names],
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(4)
    os.killpg(process.pid, signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert b"Traceback" not in error
    assert b"of 300 files are done" in error
    # Nobody of its session is left.
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    return names, out


def check_rows(text, names):
    rows = list(csv.DictReader(text.splitlines()))
    assert 0 < len(rows) < 300
    assert [row["file"] for row in rows] == names[: len(rows)]
    assert {row["status"] for row in rows} == {"ok"}


def test_control_c_keeps_what_is_finished(tmp_path):
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "result.csv"
    names, _ = interrupted(tmp_path, "-o", str(target))
    check_rows(target.read_text(), names)
    assert os.listdir(tmp_path / "out") == ["result.csv"]


def test_control_c_with_rows_on_standard_output(tmp_path):
    names, out = interrupted(tmp_path)
    check_rows(out.decode(), names)


def test_a_reader_that_goes_away():
    process = subprocess.Popen(
        [*COMMAND, "predict", "--format", "csv", "-j", "1", *[str(JOY)] * 30],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"file,status")
    process.stdout.close()
    assert process.stderr is not None
    error = process.stderr.read()
    assert process.wait(timeout=60) == 1
    assert b"Traceback" not in error
    assert b"Exception ignored" not in error
