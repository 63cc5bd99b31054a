"""Files are decoded as far as the ffmpeg program decodes them, or say that they aren't."""

import random

import numpy as np
import pytest
import soundfile

from checks.fuzz import kinds
from quadpred_plugin.audio.account import Account
from quadpred_plugin.audio.chunks import read_chunks
from quadpred_plugin.audio.mixing import open_sound
from quadpred_plugin.audio.mpeg import stated_samples
from quadpred_plugin.errors import AudioError
from tests.audio import recipes
from tests.full_decode import ffmpeg, full_decode

TOLERANCE = 0.1
# Length of a frame of FLAC, rounded up.
FRAME = 0.11
# Root mean square of the difference of two decoders; music has 0.1 to 0.2.
SAME_SAMPLES = 0.003


def decode(path, rate=recipes.RATE, stream=None):
    """Return the samples, whether they are a part only, and the warnings."""
    with open_sound(path, rate, stream) as sound:
        samples = np.concatenate([np.zeros(0, np.float32), *sound.blocks])
    return samples, sound.partial, sound.warnings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipes")
    recipes.write_valid(folder)
    for name, valid, change, _ in (*recipes.HEADERS, *recipes.DAMAGES):
        (folder / name).write_bytes(change((folder / valid).read_bytes()))
    content = [(folder / name).read_bytes() for name in ("x.ogg", "y.ogg")]
    (folder / "chained.ogg").write_bytes(b"".join(content))
    return folder


@pytest.mark.parametrize("name", recipes.VALID)
def test_valid_files_have_the_samples_of_the_ffmpeg_program(folder, name):
    ours, partial, warnings = decode(folder / name, rate=48000 if "opus" in name else 44100)
    reference = full_decode(folder / name, rate=48000 if "opus" in name else 44100)
    assert (partial, warnings) == (False, [])
    assert abs(len(ours) - len(reference)) < TOLERANCE * recipes.RATE
    # FFmpeg's versions differ in whether they remove AC-3's delay.
    ours = ours if name != "x.mka" else ours[-(len(reference) - 256) :]
    reference = reference if name != "x.mka" else reference[256:]
    length = min(len(ours), len(reference))
    assert np.sqrt(np.mean((ours[:length] - reference[:length]) ** 2)) < SAME_SAMPLES


@pytest.mark.parametrize("name", ["x.flac", "x.mp3", "x.ogg"])
def test_times_are_those_of_libsndfile(folder, name):
    ours, *_ = decode(folder / name)
    theirs, _ = soundfile.read(folder / name, dtype="float32")
    assert len(ours) == len(theirs)
    np.testing.assert_allclose(ours, np.clip(theirs, -1, 1), atol=2e-3)


@pytest.mark.parametrize(
    ("name", "status"),
    [(name, status) for name, *_, status in (*recipes.HEADERS, *recipes.DAMAGES)],
)
def test_all_that_ffmpeg_decodes_is_there(folder, name, status):
    ours, partial, warnings = decode(folder / name)
    reference = full_decode(folder / name, recipes.RATE)
    # A damaged frame of FLAC is left out here, and versions of FFmpeg differ in what they lose.
    less, more = (FRAME, 1.0) if name.endswith(".flac") else (TOLERANCE, TOLERANCE)
    assert -less < (len(ours) - len(reference)) / recipes.RATE < more
    assert partial == (status == "partial"), warnings
    assert partial == any(one.startswith("is analysed in part") for one in warnings)
    assert not any("ends early" in one for one in warnings)
    second = slice(recipes.RATE // 2, recipes.RATE)
    assert np.sqrt(np.mean((ours[second] - reference[second]) ** 2)) < SAME_SAMPLES


def test_a_chain_of_different_recordings_is_decoded_to_its_end(folder):
    ours, partial, warnings = decode(folder / "chained.ogg")
    assert len(ours) / recipes.RATE == pytest.approx(17, abs=TOLERANCE)
    assert (partial, warnings) == (False, [])


@pytest.mark.parametrize("name", ["joined.mp3", "size 0.wav", "unknown length.flac", "x.m4a"])
def test_what_is_whole_has_no_warning(folder, name):
    assert decode(folder / name)[1:] == (False, [])


def test_what_is_lost_is_said(folder):
    assert any(
        "follow the end that its header states" in one for one in decode(folder / "old size.wav")[2]
    )
    assert decode(folder / "cut.mp3")[2][-1].endswith(
        "s could be decoded of the 12.0 s that its header states."
    )
    assert any("damaged part" in one for one in decode(folder / "many zeros bare.mp3")[2])
    assert decode(folder / "junk after.mp3")[2] == ["its last 100000 bytes could not be decoded."]


@pytest.fixture(scope="module")
def valid_kinds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kinds")
    kinds.write_valid_files(folder)
    return folder


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_no_kind_of_file_is_shorter_than_for_ffmpeg_without_a_word(valid_kinds, kind, tmp_path):
    content = (valid_kinds / kind).read_bytes()
    middle, generator = len(content) // 2, random.Random(kind)
    changed = {
        "whole": content,
        "joined": content + content,
        "zeros": content[:middle] + bytes(1000) + content[middle + 1000 :],
        "inserted": content[:middle] + generator.randbytes(300) + content[middle:],
        "before": generator.randbytes(2000) + content,
        "after": content + generator.randbytes(len(content) // 3),
        "cut": content[:middle],
    }
    for change, damaged in changed.items():
        path = tmp_path / f"{change}-{kind}"
        path.write_bytes(damaged)
        try:
            ours, partial, _ = decode(path, 16000)
        except AudioError:
            assert change != "whole"
            continue
        missing = (len(full_decode(path, 16000)) - len(ours)) / 16000
        assert partial or missing < TOLERANCE, change


@pytest.mark.parametrize(
    ("seconds", "account", "partial"),
    [
        (10, Account(), False),
        (10, Account(declared_seconds=10.09), False),
        (10, Account(declared_seconds=10.09, damaged_seconds=0.05), False),
        (10, Account(declared_seconds=10.2), True),
        (30, Account(declared_seconds=30.2), False),
        (3000, Account(declared_seconds=3000.9), False),
        (3000, Account(declared_seconds=3001.1), True),
        (10, Account(trailing_seconds=5), True),
        (10, Account(declared_seconds=10, trailing_seconds=5), False),
        (10, Account(declared_seconds=10, unread_seconds=5), True),
        (10, Account(damaged_seconds=0.5), True),
    ],
)
def test_a_part_lacks_more_than_a_hundredth_or_a_second(seconds, account, partial):
    assert account.judge(seconds)[0] == partial


def test_the_length_of_an_mp3_is_that_of_its_samples(folder):
    assert stated_samples(folder / "x.mp3") == soundfile.info(folder / "x.mp3").frames
    assert stated_samples(folder / "bare.mp3") is None
    assert stated_samples(folder / "s.wav") is None


@pytest.mark.parametrize("name", ["s.wav", "a.aiff"])
def test_chunks_of_valid_files(folder, name):
    chunks = read_chunks(folder / name)
    assert chunks.seconds == pytest.approx(recipes.SECONDS, abs=1e-4)
    assert (chunks.complete, chunks.unread_bytes) == (True, 0)
    assert chunks.bytes_per_second == 2 * recipes.RATE


def test_the_other_decoder_goes_on_at_the_same_sample(folder):
    # libsndfile stops at the damage, in its last 262,144 frames, and FFmpeg reads on.
    whole, *_ = decode(folder / "x.flac")
    continued, *_ = decode(folder / "zeros.flac")
    lost = len(whole) - len(continued)
    assert 0 < lost < 2 * 4608
    assert any(
        np.array_equal(continued, np.delete(whole, slice(place, place + lost)))
        for place in range(0, len(whole), 4608)
    )


def test_the_default_stream_is_taken_and_others_on_demand(folder, tmp_path):
    path = tmp_path / "two.mka"
    ffmpeg(
        *("-f", "lavfi", "-i", "anullsrc=d=3", "-i", folder / "s.wav"),
        *("-map", "0:a", "-map", "1:a", "-c:a", "flac"),
        *("-disposition:a:0", "0", "-disposition:a:1", "default", path),
    )
    music = decode(path)[0]
    assert len(music) == recipes.SECONDS * recipes.RATE
    np.testing.assert_array_equal(decode(path, stream=1)[0], music)
    silence = decode(path, stream=0)[0]
    assert len(silence) / recipes.RATE == pytest.approx(3, abs=TOLERANCE)
    assert not silence.any()
    with pytest.raises(AudioError, match="has 2 audio streams, counted from 0, and none with"):
        decode(path, stream=2)
    with pytest.raises(AudioError, match="has one audio stream"):
        decode(folder / "s.wav", stream=1)


def test_an_mp3_without_a_whole_sample_is_as_long_as_for_ffmpeg(tmp_path):
    for name, seconds in (("tiny.mp3", 0.001), ("short.mp3", 0.02)):
        ffmpeg("-f", "lavfi", "-i", f"sine=d={seconds}", tmp_path / name)
        assert len(decode(tmp_path / name)[0]) == len(full_decode(tmp_path / name, 44100))
