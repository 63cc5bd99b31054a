"""The call of quad-pred's script, which has no commands: ``-s e -m e -i song.mp3 -o song.npy``."""

import numpy as np
import pytest
import soundfile

from quadpred_plugin.model.registry import find_by_language, list_models


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("original")
    soundfile.write(folder / "song.wav", noise(3), 16000)
    return folder


def test_the_model_is_found_by_its_languages(quadpred, folder):
    for speech, music in {(card.speech, card.music) for card in list_models()}:
        choice = ["-s", speech] if speech else []
        name = f"{speech}{music}.npy"
        run = quadpred(*choice, "-m", music, "-i", "song.wav", "-o", name, folder=folder)
        assert run.code == 0, run.messages
        chosen = find_by_language(speech, music).name
        wanted = f"wanted-{name}"
        quadpred("predict", "--model", chosen, "-o", wanted, "song.wav", folder=folder)
        found = np.load(folder / name)
        assert found.shape == (3, 4)
        assert found.tobytes() == np.load(folder / wanted).tobytes()


def test_languages_without_a_model_are_reported(quadpred, folder):
    # CH-818 isn't public, so that no such model can be shipped.
    run = quadpred("-s", "m", "-m", "m", "-i", "song.wav", "-o", "mm.npy", folder=folder)
    assert run.code == 2
    assert "No installed model was trained on Mandarin speech and Mandarin music" in run.messages
    assert not (folder / "mm.npy").exists()


def test_any_option_of_predict_may_come_first(quadpred, folder):
    short = quadpred("--format", "csv", "song.wav", folder=folder)
    assert short.code == 0, short.messages
    assert short.output == quadpred("predict", "--format", "csv", "song.wav", folder=folder).output
    run = quadpred("--lound", "song.wav", folder=folder)
    assert run.code == 2
    assert "No such option" in run.messages


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_the_programs_own_options_are_still_its(quadpred, folder, word):
    run = quadpred(word, folder=folder)
    assert run.code == 0
    assert b"predict" in run.output if word == "--help" else b"version" in run.output


def test_a_word_that_is_no_command_is_not_taken_for_a_file(quadpred, folder):
    for word in ("song.wav", "-"):
        run = quadpred(word, folder=folder)
        assert run.code == 2
        assert f"No such command '{word}'" in run.messages
