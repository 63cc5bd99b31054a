"""Our synthesisers: which notes sound, their pitch, loudness, attack and decay."""

from dataclasses import replace

import librosa
import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.midi import additive, frequency_modulation
from quadpred_plugin.training.midi.synthesis import Note, envelope, is_struck, sounding_notes
from tests.training.midi.notes import control, off, on, write_notes

RATE = 44100
SYNTHESISERS = {"additive": additive, "fm": frequency_modulation}
PEDAL, VOLUME = 64, 7


def times_of(path):
    """Start, end and pitch of each note."""
    return [(one.start, one.start + one.seconds, one.pitch) for one in sounding_notes(path)]


def rms(samples):
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def test_the_pedal_holds_notes_until_it_is_up(tmp_path):
    # 480 ticks are half a second.
    path = write_notes(
        tmp_path / "pedal.mid",
        [
            *(control(PEDAL, 127), on(60), off(60, 480), on(64), off(64, 480)),
            *(control(PEDAL, 0, 960), on(67), off(67, 480)),
        ],
    )
    assert times_of(path) == [(0, 2, 60), (0.5, 2, 64), (2, 2.5, 67)]


def test_a_key_that_is_struck_again_under_the_pedal_ends_its_earlier_note(tmp_path):
    path = write_notes(
        tmp_path / "again.mid",
        [control(PEDAL, 127), on(60), off(60, 480), on(60, time=480), off(60, 480)],
    )
    assert times_of(path) == [(0, 1, 60), (1, 1.5, 60)]


def test_a_note_without_an_end_lasts_as_long_as_the_file(tmp_path):
    path = write_notes(tmp_path / "open.mid", [on(60), on(62, time=480), off(62, 480)])
    assert times_of(path) == [(0, 1, 60), (0.5, 1, 62)]


def test_tempo_changes_channels_and_programs_count(tmp_path):
    tempi = [
        {"type": "set_tempo", "tempo": 1_000_000, "time": 0},
        {"type": "set_tempo", "tempo": 500_000, "time": 480},
    ]
    strings = [
        {"type": "program_change", "program": 48, "channel": 1, "time": 0},
        control(VOLUME, 64, 0, 1),
        on(60, 127, 0, 1),
        off(60, 960, 1),
    ]
    drums = [on(38, 100, 0, 9), off(38, 960, 9)]
    others = [on(50, 0), on(52), on(52, 0, 480)]
    path = write_notes(tmp_path / "tempo.mid", tempi, strings, drums, others)
    first, second = sounding_notes(path)
    assert first == Note(0, 1, 52, 100 / 127)
    assert (second.start, second.seconds, second.pitch, second.program) == (0, 1.5, 60, 48)
    assert second.velocity == 1 and second.level == pytest.approx((64 / 127) ** 2)


@pytest.mark.parametrize("content", [b"", b"MThd", b"no notes"])
def test_what_is_no_midi_file_is_named(tmp_path, content):
    path = tmp_path / "bad.mid"
    path.write_bytes(content)
    with pytest.raises(QuadpredError, match=r"bad\.mid can't be read as MIDI"):
        sounding_notes(path)


def sound_of(module, note, seed=1):
    return module.voice(module.draw_timbre(seed, note.program))(note, RATE)


@pytest.mark.parametrize("name", SYNTHESISERS)
@pytest.mark.parametrize("pitch", [33, 60, 84])
@pytest.mark.parametrize("program", [0, 48])
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_notes_have_their_pitch(name, pitch, program, seed):
    samples = sound_of(SYNTHESISERS[name], Note(0, 1.5, pitch, 0.8, program), seed)
    expected = librosa.midi_to_hz(pitch)
    found, voiced, _ = librosa.pyin(
        samples[: int(1.2 * RATE)], fmin=expected / 3, fmax=expected * 3, sr=RATE, frame_length=8192
    )
    cents = 1200 * np.log2(np.nanmedian(found[voiced]) / expected)
    assert abs(cents) < 25


@pytest.mark.parametrize("name", SYNTHESISERS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_spectrum_has_harmonics_alone(name, seed):
    samples = sound_of(SYNTHESISERS[name], Note(0, 2, 57, 1, 48), seed)
    middle = samples[RATE // 2 : RATE // 2 + RATE] * np.hanning(RATE)
    power = np.abs(np.fft.rfft(middle)) ** 2
    # Bins are 1 Hz wide; detuned strings are up to 7 cents off.
    frequencies = np.arange(len(power))
    distance = np.abs(frequencies - 220 * np.round(frequencies / 220))
    near = distance <= 3 + 0.005 * frequencies
    assert power[near].sum() / power.sum() > 0.999


@pytest.mark.parametrize("name", SYNTHESISERS)
@pytest.mark.parametrize("program", [0, 48])
@pytest.mark.parametrize("seed", range(6))
def test_velocity_makes_notes_louder_and_brighter(name, program, seed):
    soft, loud = (
        sound_of(SYNTHESISERS[name], Note(0, 1, 57, velocity, program), seed)[: RATE // 2]
        for velocity in (0.3, 0.9)
    )
    # Amplitudes are velocity to the power of 1 to 2.
    assert 2.9 < rms(loud) / rms(soft) < 9.1
    brightness = [
        np.median(librosa.feature.spectral_centroid(y=one, sr=RATE)) for one in (soft, loud)
    ]
    assert brightness[0] < brightness[1]


@pytest.mark.parametrize("name", SYNTHESISERS)
@pytest.mark.parametrize("seed", range(1, 6))
def test_struck_programs_die_away_and_others_last(name, seed):
    module = SYNTHESISERS[name]
    for program, struck in ((0, True), (24, True), (48, False), (73, False)):
        assert is_struck(program) == struck
        samples = sound_of(module, Note(0, 4, 60, 0.8, program), seed)
        samples = np.pad(samples, (0, 5 * RATE))
        late = rms(samples[int(3.3 * RATE) : int(3.9 * RATE)])
        early = rms(samples[int(0.4 * RATE) : RATE])
        assert late / early < 0.75 if struck else late / early > 0.3
        # Two seconds after the release nothing is left.
        assert rms(samples[6 * RATE : 7 * RATE]) < 1e-3 * early


@pytest.mark.parametrize("name", SYNTHESISERS)
def test_seeds_are_sounds_and_a_seed_is_one_sound(name, tmp_path):
    path = write_notes(tmp_path / "notes.mid", [on(60), off(60, 480)])
    module = SYNTHESISERS[name]
    first, again, other = (module.synthesise(path, RATE, seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    size = min(len(first), len(other))
    assert abs(np.corrcoef(first[:size], other[:size])[0, 1]) < 0.99
    # Each program has a timbre of its own.
    assert module.draw_timbre(7, 0) != module.draw_timbre(7, 48)


def test_the_plain_sound_of_fm_is_one_for_all_programs():
    draw = frequency_modulation.draw_timbre
    assert draw(0, 0) == draw(0, 73) == frequency_modulation.PLAIN != draw(1, 0)


@pytest.mark.parametrize("name", SYNTHESISERS)
def test_a_silent_file_has_no_samples_and_a_late_note_starts_late(name, tmp_path):
    module = SYNTHESISERS[name]
    assert len(module.synthesise(write_notes(tmp_path / "empty.mid", []), RATE, 1)) == 0
    late = write_notes(tmp_path / "late.mid", [on(60, time=960), off(60, 480)])
    samples = module.synthesise(late, RATE, 1)
    assert np.flatnonzero(samples)[0] / RATE == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("name", SYNTHESISERS)
def test_the_highest_notes_don_t_alias(name):
    samples = sound_of(SYNTHESISERS[name], Note(0, 1, 120, 1, 48), 3)
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    # Whatever is folded back lies below the fundamental, 8372 Hz, or between harmonics.
    assert power[frequencies < 8000].sum() / power.sum() < 1e-3


def test_envelopes_rise_hold_and_fall():
    plain = envelope(1.0, 1000, 0.1, 0.05)
    assert plain[0] == 0 and plain[50] == pytest.approx(0.5, abs=0.01)
    np.testing.assert_allclose(plain[100:1000], 1)
    assert plain[1050] == pytest.approx(np.exp(-1), rel=0.03)
    assert plain[-1] == pytest.approx(5e-4, rel=0.1)
    dying = envelope(10.0, 1000, 0.001, 0.05, decay=0.5)
    assert dying[500] == pytest.approx(np.exp(-1), rel=0.01)
    assert len(dying) == pytest.approx(0.5 * np.log(2000) * 1000, abs=2)
    # A note that is shorter than its attack still reaches its peak.
    assert envelope(0.01, 1000, 0.2, 0.05).max() == pytest.approx(1, abs=0.01)


def test_inharmonic_partials_are_sharp_as_fletcher_says():
    timbre = replace(additive.draw_timbre(1, 0), inharmonicity=4e-4, cents=0.0, slope=0.2)
    timbre = replace(timbre, cutoff=6000.0, even=1.0, decay=None)
    samples = additive.voice(timbre)(Note(0, 4, 57, 1), RATE)[RATE : 3 * RATE]
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    for number in (1, 5, 10):
        expected = 220 * number * np.sqrt(1 + 4e-4 * number**2)
        near = np.abs(frequencies - expected) < 40
        assert frequencies[near][power[near].argmax()] == pytest.approx(expected, abs=0.6)
