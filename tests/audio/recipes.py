"""Files whose headers are wrong, and files that are damaged, made from valid ones."""

import random

import soundfile
import soxr

from tests import signals
from tests.full_decode import ffmpeg

RATE = 44100
SECONDS = 12
# Name of a valid file, and options of the ffmpeg program that write it.
VALID = {
    "s.wav": (),
    "a.aiff": (),
    "x.mp3": ("-q:a", "2"),
    "bare.mp3": ("-q:a", "2", "-write_xing", "0"),
    "x.flac": (),
    "deep.flac": ("-sample_fmt", "s32"),
    "x.ogg": ("-c:a", "libvorbis"),
    "x.opus": (),
    "x.aac": (),
    "x.m4a": (),
    "x.mka": ("-c:a", "ac3"),
    "x.wv": (),
}


def write_valid(folder):
    """Write a valid file of each name, of 12 s, and ``short.flac`` and ``y.ogg`` of 5 s."""
    music = signals.example("q1_joy")[5 * signals.RATE :][: SECONDS * signals.RATE]
    soundfile.write(folder / "source.wav", soxr.resample(music, signals.RATE, RATE), RATE)
    source = ("-i", folder / "source.wav", "-fflags", "+bitexact", "-ar")
    for name, options in VALID.items():
        rate = 48000 if name == "x.opus" else RATE
        ffmpeg(*source, rate, *options, folder / name)
    ffmpeg(*source, RATE, "-t", 5, folder / "short.flac")
    ffmpeg(*source, RATE, "-t", 5, "-c:a", "libvorbis", folder / "y.ogg")


def without_length(content):
    """Return a FLAC file whose header states no number of samples, as one from a pipe."""
    place = content.index(b"fLaC") + 8 + 13
    return content[:place] + bytes([content[place] & 0xF0]) + bytes(4) + content[place + 5 :]


def with_size(content, size):
    """Return a WAV file whose header claims another size of its samples."""
    place = content.index(b"data") + 4
    return content[:place] + size.to_bytes(4, "little") + content[place + 4 :]


def with_frames(content, frames):
    """Return an MP3 file whose header claims another number of frames."""
    place = max(content.find(b"Xing"), content.find(b"Info")) + 8
    return content[:place] + frames.to_bytes(4, "big") + content[place + 4 :]


def zeroed(content, share, size):
    """Return a file with zero bytes from a share of it on."""
    place = int(share * len(content))
    return content[:place] + bytes(size) + content[place + size :]


def noise_bytes(size):
    return random.Random(size).randbytes(size)


def inserted(content, share, size):
    """Return a file with random bytes put in at a share of it."""
    place = int(share * len(content))
    return content[:place] + noise_bytes(size) + content[place:]


def cut(content, share):
    return content[: int(share * len(content))]


def ape_tag(size):
    """Return an APEv2 tag with a header, of that many bytes behind it."""
    head = b"APETAGEX" + (2000).to_bytes(4, "little") + size.to_bytes(4, "little")
    return head + (1).to_bytes(4, "little") + (0xA0000000).to_bytes(4, "little") + bytes(8 + size)


# Name of a recipe's file, the valid file, the change, and the status.
HEADERS = [
    ("joined.mp3", "x.mp3", lambda one: one + one, "ok"),
    ("joined bare.mp3", "bare.mp3", lambda one: one + one, "ok"),
    ("joined.aac", "x.aac", lambda one: one + one, "ok"),
    ("joined.flac", "x.flac", lambda one: one + one, "ok"),
    ("joined same.ogg", "x.ogg", lambda one: one + one, "ok"),
    ("joined.opus", "x.opus", lambda one: one + one, "ok"),
    ("joined.mka", "x.mka", lambda one: one + one, "ok"),
    ("joined.wv", "x.wv", lambda one: one + one, "ok"),
    ("size 0.wav", "s.wav", lambda one: with_size(one, 0), "ok"),
    ("size unknown.wav", "s.wav", lambda one: with_size(one, 0xFFFFFFFF), "ok"),
    ("size of sox.wav", "s.wav", lambda one: with_size(one, 0x7FFFF000), "ok"),
    ("too few frames.mp3", "x.mp3", lambda one: with_frames(one, 100), "ok"),
    ("unknown length.flac", "x.flac", without_length, "ok"),
    ("unknown length short.flac", "short.flac", without_length, "ok"),
    # What no decoder takes for audio but was probably meant to be.
    ("old size.wav", "s.wav", lambda one: with_size(one, 4 * RATE), "partial"),
    ("joined.wav", "s.wav", lambda one: one + one, "partial"),
    ("joined.m4a", "x.m4a", lambda one: one + one, "partial"),
]
DAMAGES = [
    ("zeros.mp3", "x.mp3", lambda one: zeroed(one, 0.5, 200), "ok"),
    ("junk after.mp3", "x.mp3", lambda one: one + noise_bytes(100_000), "ok"),
    ("zeros after.mp3", "x.mp3", lambda one: one + bytes(100_000), "ok"),
    ("junk before.mp3", "x.mp3", lambda one: noise_bytes(5000) + one, "ok"),
    ("zeros before.mp3", "x.mp3", lambda one: bytes(20_000) + one, "ok"),
    ("tag before.mp3", "x.mp3", lambda one: ape_tag(3000) + one, "ok"),
    ("tag after.mp3", "bare.mp3", lambda one: one + ape_tag(30_000), "ok"),
    ("zeros before.aac", "x.aac", lambda one: bytes(20_000) + one, "ok"),
    ("junk before.flac", "x.flac", lambda one: noise_bytes(5000) + one, "ok"),
    ("junk before.ogg", "x.ogg", lambda one: noise_bytes(5000) + one, "ok"),
    ("tag after.flac", "x.flac", lambda one: one + ape_tag(30_000), "ok"),
    ("zeros.flac", "x.flac", lambda one: zeroed(one, 0.5, 40), "ok"),
    ("zeros deep.flac", "deep.flac", lambda one: zeroed(one, 0.4, 40), "ok"),
    ("junk inside.flac", "x.flac", lambda one: inserted(one, 0.4, 20), "ok"),
    ("many zeros.mp3", "x.mp3", lambda one: zeroed(one, 0.3, 30_000), "partial"),
    ("many zeros bare.mp3", "bare.mp3", lambda one: zeroed(one, 0.3, 30_000), "partial"),
    ("many zeros.aac", "x.aac", lambda one: zeroed(one, 0.3, 50_000), "partial"),
    ("many zeros.ogg", "x.ogg", lambda one: zeroed(one, 0.4, 40_000), "partial"),
    ("many zeros.m4a", "x.m4a", lambda one: zeroed(one, 0.4, 40_000), "partial"),
    ("cut.flac", "x.flac", lambda one: cut(one, 5 / 33), "partial"),
    ("cut.mp3", "x.mp3", lambda one: cut(one, 0.5), "partial"),
    ("cut.wav", "s.wav", lambda one: cut(one, 0.5), "partial"),
    ("cut.aiff", "a.aiff", lambda one: cut(one, 0.5), "partial"),
    ("cut.mka", "x.mka", lambda one: cut(one, 0.5), "partial"),
    ("cut.wv", "x.wv", lambda one: cut(one, 0.5), "partial"),
    # Nothing in these states their length.
    ("cut bare.mp3", "bare.mp3", lambda one: cut(one, 0.5), "ok"),
    ("cut.ogg", "x.ogg", lambda one: cut(one, 0.5), "ok"),
]
