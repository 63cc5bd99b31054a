"""Several models over the same files: each file is decoded once per front end."""

import csv
import io
import json
import shutil
import subprocess
from collections import Counter

import numpy as np
import pytest
import soundfile

from checks.soak.runs import crash
from quadpred_plugin.analysis.disagreement import divergence
from quadpred_plugin.batch.model_set import ModelSet
from quadpred_plugin.inference import load_model
from quadpred_plugin.model.registry import find_model, list_models, shipped_folder
from tests import signals
from tests.conftest import clean_environment, importing_at_start
from tests.limits import HANG

NAMES = ("default", "music-4q", "speech-both")
JOY, SAD = (str(signals.EXAMPLES / f"{name}.ogg") for name in ("q1_joy", "q3_sadness"))

# Counts calls of the decoder in all processes, and changes nothing else.
COUNTED = """
import os
from quadpred_plugin.audio import mixing

decode = mixing.open_decoder

def open_decoder(source, stream=None):
    with open(os.environ["OPENED"], "a") as file:
        file.write(f"{source}\\n")
    return decode(source, stream)

mixing.open_decoder = open_decoder
"""


@pytest.fixture
def other_front_end(tmp_path):
    """Path of a copy of a model whose card has another smallest divisor."""
    for suffix in (".pb", ".json"):
        shutil.copy(shipped_folder() / f"music-4q{suffix}", tmp_path / f"other{suffix}")
    card = tmp_path / "other.json"
    content = json.loads(card.read_text())
    content["quadpred"]["preprocessing"]["peak_floor"] = 1e-3
    card.write_text(json.dumps(content))
    return tmp_path / "other.pb"


@pytest.fixture
def counted(tmp_path, script):
    """Run ``quadpred predict``; return its JSON and how often each file was decoded."""

    environment = importing_at_start(COUNTED, tmp_path / "counted")

    def run(*arguments):
        opened = tmp_path / "opened"
        opened.write_text("")
        process = subprocess.run(
            [script, "predict", "--format", "json", *arguments],
            env=clean_environment(OPENED=str(opened), **environment),
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        assert "Traceback" not in process.stderr, process.stderr
        return json.loads(process.stdout), Counter(opened.read_text().splitlines())

    return run


def assert_equal(one, other):
    for name in ("quadrants", "arousal", "valence", "times"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("source", "status", "duration", "provenance", "warnings", "pooling"):
        assert getattr(one, name) == getattr(other, name)
    assert one.sample_rate == other.sample_rate


@pytest.mark.parametrize("hop", [None, 0.32])
def test_predictions_equal_those_of_each_model_alone(tmp_path, noise, other_front_end, hop):
    names = (*NAMES, str(other_front_end), "compact")
    soundfile.write(tmp_path / "short.wav", noise(0.5), 16000)
    soundfile.write(tmp_path / "stereo.wav", np.stack([noise(3, 1), noise(3, 2)], 1), 44100)
    soundfile.write(tmp_path / "quiet.wav", noise(3) * np.float32(3e-4), 16000)
    (tmp_path / "empty.wav").touch()
    (tmp_path / "broken.mp3").write_text("no audio")
    models = ModelSet([find_model(name) for name in names])
    alone = [load_model(name) for name in names]
    files = [JOY, *(str(tmp_path / f"{one}.wav") for one in ("short", "stereo", "quiet", "empty"))]
    statuses = []
    for file in (*files, str(tmp_path / "broken.mp3"), str(tmp_path / "missing.wav"), ""):
        found = models.predict_or_explain(file, hop)
        for one, model in zip(found, alone, strict=True):
            assert_equal(one, model.predict_or_explain(file, hop))
        statuses.append({one.status for one in found})
    assert statuses == [{one} for one in ("ok", "short", "ok", "ok", "empty", *("error",) * 3)]
    # The same graph behind two front ends, below the smallest divisor of the second.
    _, own, _, other, _ = models.predict_or_explain(str(tmp_path / "quiet.wav"), hop)
    assert not np.array_equal(own.quadrants, other.quadrants)


def test_the_default_model_and_the_studies_share_one_front_end():
    shared = [card for card in list_models() if card.name != "large"]
    assert len({card.preprocessing.hash for card in shared}) == 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_three_models_decode_each_file_once(counted, jobs):
    against = [argument for name in NAMES[1:] for argument in ("--against", name)]
    found, opened = counted(*against, "--level", "frame", "-j", jobs, JOY, SAD)
    assert opened == {JOY: 1, SAD: 1}
    for one in found:
        predictions = [load_model(name).predict(one["file"]) for name in NAMES]
        expected = divergence(np.stack([each.quadrants for each in predictions]))
        assert one["frames"]["disagreement"] == pytest.approx(expected, abs=1e-6)
        assert [each["model"] for each in one["provenance"]["against"]] == list(NAMES[1:])
        del one["frames"]["disagreement"], one["disagreement"], one["provenance"]["against"]
    alone, opened = counted("--level", "frame", JOY, SAD)
    assert found == alone
    assert opened == {JOY: 1, SAD: 1}


def test_another_front_end_is_a_pass_of_its_own(counted, other_front_end):
    found, opened = counted("--against", "music-4q", "--against", str(other_front_end), JOY)
    assert opened == {JOY: 2}
    assert [one["model"] for one in found[0]["provenance"]["against"]] == ["music-4q"] * 2


def test_a_crash_costs_its_file_alone(tmp_path, noise, start_quadpred):
    long = tmp_path / "long.wav"
    with soundfile.SoundFile(long, "w", 16000, 1, "PCM_16") as file:
        for _ in range(30):
            file.write(noise(60))
    arguments = ["predict", "-q", "--format", "csv", "--against", "music-4q"]
    process = start_quadpred(*arguments, "long.wav", JOY, SAD, folder=tmp_path)
    crash(process, long)
    output, messages = process.communicate(timeout=HANG)
    rows = list(csv.DictReader(io.StringIO(output.decode())))
    assert [row["status"] for row in rows] == ["error", "ok", "ok"]
    assert messages.decode().count("crashed the decoder or the network") == 1
    assert process.returncode == 1


def test_a_hop_that_is_too_short_for_one_of_the_models(tmp_path, quadpred, other_front_end):
    """A longer frame hop makes a longer shortest hop."""
    card = other_front_end.with_suffix(".json")
    content = json.loads(card.read_text())
    content["quadpred"]["preprocessing"]["hop_size"] = 1024
    card.write_text(json.dumps(content))
    arguments = ["predict", "--hop", "0.03", JOY, "--against", other_front_end]
    run = quadpred(*arguments, folder=tmp_path)
    assert run.code == 2
    assert "--hop" in run.messages
