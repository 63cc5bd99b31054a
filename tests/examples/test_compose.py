"""The example audio is reproducible, as committed, and has the cues of its quadrants."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
AUDIO = EXAMPLES / "audio"
NAMES = ("q1_joy", "q2_anger", "q3_sadness", "q4_calm")
AROUSED, QUIET = NAMES[:2], NAMES[2:]
HOP = 1024

D, E, F = 2, 4, 5
MINOR_SECOND, SECOND, MINOR_THIRD, THIRD = 1, 2, 3, 4


@pytest.fixture(scope="session")
def compose():
    """The script as a module."""
    specification = importlib.util.spec_from_file_location("compose", EXAMPLES / "compose.py")
    module = importlib.util.module_from_spec(specification)
    sys.path.insert(0, str(EXAMPLES))
    # Dataclasses look up their module by name.
    sys.modules["compose"] = module
    try:
        specification.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(EXAMPLES))
        del sys.modules["compose"]


@pytest.fixture(scope="session")
def rendered(compose):
    """Fresh samples of each piece by its name."""
    return {piece.name: piece.render() for piece in compose.PIECES}


@pytest.fixture(scope="session")
def spectra(rendered):
    """Magnitudes of each piece by its name; shape (frames, frequencies)."""
    return {name: spectrogram(samples) for name, samples in rendered.items()}


def spectrogram(samples, length=4096):
    windows = np.lib.stride_tricks.sliding_window_view(samples.mean(axis=1), length)[::HOP]
    return np.abs(np.fft.rfft(windows * np.hanning(length), axis=1)).astype(np.float32)


def rms(samples):
    return float(np.sqrt(np.mean(samples**2)))


def loudness_curve(samples):
    frames = len(samples) // HOP
    return np.sqrt(np.mean(samples[: frames * HOP].reshape(frames, -1) ** 2, axis=1))


def centroid(spectrum):
    """Mean frequency in Hz, weighted by magnitude."""
    frequencies = np.linspace(0.0, 22050.0, spectrum.shape[1])
    return float((spectrum.sum(axis=0) * frequencies).sum() / spectrum.sum())


def onsets_per_second(spectrum):
    """Rate of clear peaks of the spectral flux of compressed magnitudes."""
    flux = np.maximum(np.diff(np.log1p(100.0 * spectrum / spectrum.max()), axis=0), 0.0)
    flux = flux.mean(axis=1)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(flux, 4, mode="edge"), 9)
    clear = (flux == around.max(axis=1)) & (flux > around.mean(axis=1) + 0.02)
    return float(clear.sum() * 44100 / HOP / len(flux))


def pitch_classes(spectrum):
    """Mean magnitude of each pitch class, C first."""
    frequencies = np.linspace(0.0, 22050.0, spectrum.shape[1])
    band = (frequencies > 200.0) & (frequencies < 1500.0)
    classes = np.round(12 * np.log2(frequencies[band] / 440.0) + 69).astype(int) % 12
    magnitudes = np.sqrt((spectrum[:, band] ** 2).mean(axis=0))
    return np.bincount(classes, weights=magnitudes) / np.bincount(classes)


def test_pieces_are_the_four(compose):
    assert tuple(piece.name for piece in compose.PIECES) == NAMES
    assert len({piece.seed for piece in compose.PIECES}) == 4


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_sound(compose, rendered, name):
    samples = rendered[name]
    assert samples.ndim == 2 and samples.shape[1] == 2
    assert 20.0 <= len(samples) / compose.SAMPLE_RATE <= 40.0
    assert np.isfinite(samples).all()
    assert 0.1 < np.abs(samples).max() <= 1.0
    assert abs(samples.mean()) < 1e-3
    # No click at the end, and no gap between the first half second and the last echo.
    assert np.abs(samples[-1]).max() < 1e-3
    curve = loudness_curve(samples)
    assert curve[20 : int(0.8 * len(curve))].min() > 0.005 * curve.max()


def test_rendering_repeats_itself(compose, rendered):
    calm = compose.PIECES[3]
    assert np.array_equal(calm.render(), rendered[calm.name])


def test_another_seed_is_another_performance(compose, rendered):
    calm = compose.PIECES[3]
    other = calm.compose(calm.seed + 100)
    assert other.shape == rendered[calm.name].shape
    assert not np.allclose(other, rendered[calm.name], atol=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_committed_file_is_the_piece(compose, rendered, name):
    path = AUDIO / f"{name}.ogg"
    assert path.stat().st_size < 400_000
    stored, sample_rate = soundfile.read(path)
    assert sample_rate == compose.SAMPLE_RATE
    assert stored.shape == rendered[name].shape
    assert np.abs(stored).max() <= 1.0
    pair = loudness_curve(stored), loudness_curve(rendered[name])
    assert np.corrcoef(*pair)[0, 1] > 0.99
    assert rms(stored) == pytest.approx(rms(rendered[name]), rel=0.05)


def test_command_writes_files(compose, tmp_path, monkeypatch, rendered):
    quick = compose.PIECES[3]
    monkeypatch.setattr(compose, "PIECES", (quick,))
    monkeypatch.setattr(sys, "argv", ["compose.py", "--output", str(tmp_path / "new")])
    compose.main()
    stored, _ = soundfile.read(tmp_path / "new" / "q4_calm.ogg")
    committed, _ = soundfile.read(AUDIO / "q4_calm.ogg")
    assert np.allclose(stored, committed, atol=0.01)


@pytest.mark.parametrize("aroused", AROUSED)
@pytest.mark.parametrize("quiet", QUIET)
def test_arousal_is_louder_brighter_busier(rendered, spectra, aroused, quiet):
    assert rms(rendered[aroused]) > 2.0 * rms(rendered[quiet])
    assert centroid(spectra[aroused]) > 2.0 * centroid(spectra[quiet])
    assert onsets_per_second(spectra[aroused]) > 1.5 * onsets_per_second(spectra[quiet])


@pytest.mark.parametrize("name", AROUSED)
def test_aroused_mix_is_full_band(spectra, name):
    power = (spectra[name] ** 2).sum(axis=0)
    high = power[int(5000 / 22050 * len(power)) : int(8000 / 22050 * len(power))].sum()
    assert 10.0 * np.log10(high / power.sum()) > -30.0


def test_anger_is_rougher_than_joy(spectra):
    # Noise and distortion fill the gaps between partials, which flattens the spectrum.
    def flatness(spectrum):
        band = spectrum[:, 20:500] ** 2 + 1e-9
        return float(np.median(np.exp(np.log(band).mean(axis=1)) / band.mean(axis=1)))

    assert flatness(spectra["q2_anger"]) > 1.5 * flatness(spectra["q1_joy"])


@pytest.mark.parametrize(
    ("name", "tonic", "present", "absent"),
    [
        ("q1_joy", D, THIRD, MINOR_THIRD),
        ("q2_anger", E, MINOR_SECOND, SECOND),
        ("q3_sadness", D, MINOR_THIRD, THIRD),
        ("q4_calm", F, THIRD, MINOR_THIRD),
    ],
)
def test_mode_follows_valence(spectra, name, tonic, present, absent):
    magnitudes = pitch_classes(spectra[name])
    assert magnitudes[(tonic + present) % 12] > 1.2 * magnitudes[(tonic + absent) % 12]
