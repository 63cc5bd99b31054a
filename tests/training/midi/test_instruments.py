"""Instruments by real runs: pitch, time and rate, and which programs patches have."""

import os
import re
from functools import partial
from pathlib import Path

import librosa
import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.midi.instruments import INSTRUMENTS, Patches, Soundfont
from quadpred_plugin.training.midi.performance import Performance
from quadpred_plugin.training.midi.rendering import synthesise
from tests.training.midi.notes import off, on, write_notes

RATE = 44100
# Those whose packages the tests install.
HERE = ("timgm", "freepats", "additive", "fm")


@pytest.fixture
def late_notes(tmp_path):
    """A second of silence, then an A above middle C of a second, then the E above it."""
    messages = [on(69, time=960), off(69, 960), on(76, 60), off(76, 960)]
    return write_notes(tmp_path / "late.mid", messages)


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize("program", [0, 73])
def test_notes_have_their_pitch_and_time(name, rate, program, late_notes):
    samples = synthesise(late_notes, Performance("one", name, program, seed=2), rate)
    assert np.abs(samples).max() == pytest.approx(0.7, abs=1e-4)
    # The silence at the start is kept: ratings and note features count from there.
    onset = np.flatnonzero(np.abs(samples) > 0.07)[0] / rate
    assert onset == pytest.approx(1, abs=0.2)
    for start, frequency in ((1.1, 440), (2.1, 659.26)):
        part = samples[int(start * rate) : int((start + 0.8) * rate)]
        found, voiced, _ = librosa.pyin(part, fmin=200, fmax=1500, sr=rate)
        assert np.nanmedian(found[voiced]) == pytest.approx(frequency, rel=0.01)


@pytest.mark.parametrize("name", HERE)
def test_a_second_run_is_the_same(name, late_notes):
    performance = Performance("one", name, 48, seed=9)
    np.testing.assert_array_equal(
        synthesise(late_notes, performance, RATE), synthesise(late_notes, performance, RATE)
    )


def test_the_patches_programs_are_in_their_configuration():
    text = Path("/etc/timidity/freepats.cfg").read_text()
    tones = text.partition("bank 0")[2]
    configured = {int(one) for one in re.findall(r"^\s*(\d+)\s+Tone_000/", tones, re.M)}
    programs = INSTRUMENTS["freepats"].programs
    assert 0 in programs and programs <= configured and len(programs) > 50


def test_two_channels_become_one(late_notes):
    samples = INSTRUMENTS["timgm"].render(late_notes, RATE, 0)
    assert samples.ndim == 1 and samples.dtype == np.float32


def test_missing_packages_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    nowhere = tmp_path / "nothing"
    assert Soundfont(nowhere, "some-soundfont").missing_packages() == [
        "fluidsynth",
        "some-soundfont",
    ]
    patches = Patches(nowhere, "freepats", frozenset({0}))
    assert patches.missing_packages() == ["timidity", "freepats"]
    assert INSTRUMENTS["fm"].missing_packages() == []


@pytest.mark.parametrize("kind", ["fluidsynth", "timidity"])
def test_a_synthesiser_that_fails_is_named(kind, tmp_path, late_notes, monkeypatch):
    (tmp_path / kind).write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / kind).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    name = {"fluidsynth": "timgm", "timidity": "freepats"}[kind]
    with pytest.raises(QuadpredError, match=rf"late\.mid could not be rendered: {kind} failed"):
        synthesise(late_notes, Performance("one", name), RATE)


@pytest.mark.parametrize("kind", [Soundfont, partial(Patches, programs=frozenset({0}))])
def test_damaged_sounds_are_not_replaced_by_others(kind, tmp_path, late_notes, monkeypatch):
    damaged = tmp_path / "damaged"
    damaged.write_text("no sounds\n")
    monkeypatch.setitem(INSTRUMENTS, "damaged", kind(damaged, "package"))
    with pytest.raises(QuadpredError, match=r"no audible note by the instrument 'damaged'|failed"):
        synthesise(late_notes, Performance("one", "damaged"), RATE)
