"""Bad and odd files: message, status, exit code, and nothing else lost."""

import os
import shutil

import av
import numpy as np
import pytest
import soundfile

from tests import signals
from tests.command_line.program import predict

GOOD = [str(signals.EXAMPLES / name) for name in ("q1_joy.ogg", "q3_sadness.ogg")]


@pytest.fixture(scope="module")
def good_rows():
    outcome = predict(*GOOD)
    assert outcome.code == 0
    return outcome.rows


@pytest.fixture
def among_good(good_rows):
    """Run files between two good ones, whose rows must stay what they are alone."""

    def run(*files, code=0):
        outcome = predict(GOOD[0], *files, GOOD[1])
        assert outcome.code == code, outcome.error
        rows = outcome.rows
        assert [row["file"] for row in rows] == [GOOD[0], *map(str, files), GOOD[1]]
        assert [rows[0], rows[-1]] == good_rows
        return rows[1:-1], outcome.error

    return run


def no_numbers(row):
    return not any(row[name] for name in ("q1", "q2", "q3", "q4", "arousal", "valence", "quadrant"))


def numbers(row):
    values = [float(row[name]) for name in ("q1", "q2", "q3", "q4")]
    assert sum(values) == pytest.approx(1, abs=1e-5)
    assert all(-1 <= float(row[name]) <= 1 for name in ("arousal", "valence"))
    assert row["quadrant"] == f"Q{1 + int(np.argmax(values))}"
    return True


def test_files_that_are_no_audio(among_good, tmp_path):
    missing, text, folder = (tmp_path / name for name in ("missing.wav", "text.mp3", "folder"))
    text.write_text("This is no music.\n" * 300)
    folder.mkdir()
    (folder / "notes.txt").write_text("no audio")
    noise = tmp_path / "noise.flac"
    noise.write_bytes(np.random.default_rng(0).bytes(20000))
    rows, error = among_good(missing, text, folder, noise, code=1)
    assert [row["status"] for row in rows] == ["error"] * 4
    assert all(no_numbers(row) and row["duration"] == "" for row in rows)
    assert f"{missing}: does not exist." in error
    assert f"{text}: " in error
    assert f"{folder}: has no audio files in it" in error
    assert f"{noise}: " in error
    assert len(error.splitlines()) == 4


def test_files_without_samples_or_sound(among_good, tmp_path):
    names = ("zero bytes.wav", "header only.wav", "silence.wav", "nearly silence.wav")
    files = [tmp_path / name for name in names]
    files[0].write_bytes(b"")
    soundfile.write(files[1], np.zeros(0), 16000)
    soundfile.write(files[2], np.zeros(48000), 16000)
    soundfile.write(files[3], signals.sine(3) * 1e-4, 16000, subtype="FLOAT")
    rows, error = among_good(*files)
    assert [row["status"] for row in rows] == ["empty", "empty", "silent", "silent"]
    assert all(map(no_numbers, rows))
    assert [float(row["duration"]) for row in rows] == [0, 0, 3, 3]
    assert error.count("has no samples.") == 2
    assert error.count("no sample reaches -80 dB below full scale".replace("-80", "-80")) == 2


def test_odd_samples(among_good, tmp_path):
    broken = signals.noise(3)
    broken[[100, 20000]] = np.nan, np.inf
    cases = {
        "dc": np.full(48000, 0.5),
        "some not numbers": broken,
        "no numbers at all": np.full(48000, np.nan),
        "ten samples": signals.noise(1)[:10],
        "half a second": signals.noise(0.5),
        "a second": signals.noise(1.0),
        "over full scale": signals.noise(2) * 20,
    }
    files = []
    for name, samples in cases.items():
        files.append(tmp_path / f"{name}.wav")
        soundfile.write(files[-1], samples, 16000, subtype="FLOAT")
    rows, error = among_good(*files)
    statuses = ["ok", "ok", "silent", "short", "short", "ok", "ok"]
    assert [row["status"] for row in rows] == statuses
    assert all(numbers(row) for row in rows if row["status"] != "silent")
    assert "some not numbers.wav: 2 samples were not numbers" in error
    assert error.count("is shorter than one patch") == 2
    assert len(error.splitlines()) == 4


def test_rates_depths_and_channels(among_good, tmp_path):
    cases = [
        ("8 kHz.wav", signals.noise(3, rate=8000), 8000, "PCM_16"),
        ("96 kHz.wav", signals.noise(3, rate=96000), 96000, "PCM_24"),
        ("24 bits.flac", signals.noise(3), 16000, "PCM_24"),
        ("float.wav", signals.noise(3), 16000, "FLOAT"),
        ("double.wav", signals.noise(3), 16000, "DOUBLE"),
        ("eight bits.wav", signals.noise(3), 16000, "PCM_U8"),
        ("six channels.wav", np.tile(signals.noise(3)[:, None], 6), 16000, "PCM_16"),
        ("odd.aiff", signals.noise(3, rate=11127), 11127, "PCM_16"),
        ("opus.opus", signals.noise(3, rate=48000), 48000, "OPUS"),
        ("mp3.mp3", signals.noise(3, rate=44100), 44100, "MPEG_LAYER_III"),
    ]
    files = []
    for name, samples, rate, subtype in cases:
        files.append(tmp_path / name)
        container = {"opus": "OGG", "mp3": "MP3"}.get(name.split(".")[-1])
        soundfile.write(files[-1], samples, rate, subtype=subtype, format=container)
    rows, error = among_good(*files)
    assert [row["status"] for row in rows] == ["ok"] * len(cases)
    assert all(map(numbers, rows))
    assert [float(row["duration"]) for row in rows] == pytest.approx([3] * len(cases), abs=0.1)
    assert error == ""
    # Six equal channels are one; 24 bits and float differ by rounding alone.
    by_name = dict(zip([name for name, *_ in cases], rows))
    for other in ("six channels.wav", "24 bits.flac", "double.wav"):
        for column in ("q1", "q2", "q3", "q4", "arousal", "valence"):
            assert float(by_name[other][column]) == pytest.approx(
                float(by_name["float.wav"][column]), abs=0.01
            )


def encode(path, codec, samples, rate=48000):
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            stream.codec_context.format, "mono", rate, frame_size=stream.codec_context.frame_size
        )
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("song.m4a", "aac"),
        ("song.webm", "libopus"),
        ("song.aac", "aac"),
        ("song.mka", "ac3"),
        ("song.mov", "alac"),
    ],
)
def test_formats_of_ffmpeg(tmp_path, name, codec):
    samples, rate = soundfile.read(GOOD[1], dtype="float32")
    mono = np.ascontiguousarray(samples.mean(axis=1)[: 10 * rate])
    import soxr

    at_48 = soxr.resample(mono, rate, 48000).astype(np.float32)
    encode(tmp_path / name, codec, at_48)
    soundfile.write(tmp_path / "plain.wav", at_48, 48000, subtype="FLOAT")
    outcome = predict(tmp_path / name, tmp_path / "plain.wav")
    assert outcome.code == 0, outcome.error
    coded, plain = outcome.rows
    assert coded["status"] == "ok"
    assert float(coded["duration"]) == pytest.approx(10, abs=0.1)
    for column in ("q1", "q2", "q3", "q4"):
        assert float(coded[column]) == pytest.approx(float(plain[column]), abs=0.1)


def test_a_truncated_mp3(among_good, tmp_path):
    whole, cut = tmp_path / "whole.mp3", tmp_path / "cut.mp3"
    samples, rate = soundfile.read(GOOD[0], dtype="float32")
    soundfile.write(whole, samples[: 20 * rate], rate, format="MP3")
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    rows, _ = among_good(whole, cut)
    assert [row["status"] for row in rows] == ["ok", "ok"]
    assert float(rows[0]["duration"]) == pytest.approx(20, abs=0.2)
    assert 5 < float(rows[1]["duration"]) < 15


def test_a_truncated_container_says_that_it_ends_early(tmp_path):
    whole, cut = tmp_path / "whole.webm", tmp_path / "cut.webm"
    encode(whole, "libopus", signals.noise(10, rate=48000))
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    outcome = predict(cut)
    assert outcome.code == 0
    assert outcome.rows[0]["status"] == "ok"
    assert "ends early" in outcome.error


@pytest.mark.parametrize(
    "name",
    [
        "two  spaces.ogg",
        "quotes \" and ' and, commas.ogg",
        "two\nlines.ogg",
        "Ünïcødé 音楽 🎵.ogg",
        "-dash.ogg",
        "http:colon.ogg",
        os.fsdecode(b"not utf-8 \xff\xfe.ogg"),
    ],
)
def test_names(tmp_path, name, good_rows):
    path = os.path.join(tmp_path, name)
    shutil.copy(GOOD[0], path)
    outcome = predict(path, os.path.join(tmp_path, "not there " + name))
    assert outcome.code == 1
    assert [row["file"] for row in outcome.rows] == [
        path,
        os.path.join(tmp_path, "not there " + name),
    ]
    assert outcome.rows[0] == {**good_rows[0], "file": path}
    assert len(outcome.error.splitlines()) == 1


def test_each_file_alone_or_among_others_in_any_number_of_processes(good_rows):
    names = [*GOOD, *reversed(GOOD), GOOD[0]]
    one, two, many = (predict("-j", str(jobs), *names) for jobs in (1, 2, 5))
    assert one.out == two.out == many.out
    assert one.rows[:2] == good_rows
    assert predict("-j", "1", GOOD[1]).rows == good_rows[1:]
