"""Write valid files of each container and codec: 1.5 s of music."""

import os
from pathlib import Path

import soundfile
import soxr

from tests import encoding, signals

SECONDS = 1.5

# Written by libsndfile: name of the file, format, subtype, rate in Hz.
_BY_LIBSNDFILE = {
    "pcm16.wav": ("WAV", "PCM_16", 16000),
    "ima-adpcm.wav": ("WAV", "IMA_ADPCM", 16000),
    "gsm610.wav": ("WAV", "GSM610", 16000),
    "extensible.wav": ("WAVEX", "PCM_24", 16000),
    "pcm16.rf64": ("RF64", "PCM_16", 16000),
    "pcm16.w64": ("W64", "PCM_16", 16000),
    "pcm16.aiff": ("AIFF", "PCM_16", 16000),
    "ulaw.au": ("AU", "ULAW", 16000),
    "alac.caf": ("CAF", "ALAC_16", 16000),
    "pcm16.flac": ("FLAC", "PCM_16", 16000),
    "vorbis.ogg": ("OGG", "VORBIS", 22050),
    "layer3.mp3": ("MP3", "MPEG_LAYER_III", 22050),
}
# Written by FFmpeg: name of the file, codec, rate in Hz, container if the suffix doesn't name it.
_BY_FFMPEG = {
    "float.wav": ("pcm_f32le", 16000, None),
    "aac.m4a": ("aac", 22050, None),
    "alac.m4a": ("alac", 16000, None),
    "aac.aac": ("aac", 22050, "adts"),
    "opus.opus": ("libopus", 48000, None),
    "opus.webm": ("libopus", 48000, None),
    "alac.mka": ("alac", 16000, "matroska"),
    "wmav2.wma": ("wmav2", 22050, None),
    "wavpack.wv": ("wavpack", 16000, None),
    "tta.tta": ("tta", 16000, None),
    "layer2.mp2": ("mp2", 22050, None),
    "ac3.mka": ("ac3", 32000, "matroska"),
    "layer3.mkv": ("libmp3lame", 22050, None),
    "adpcm.avi": ("adpcm_ms", 22050, None),
    "pcm.mov": ("pcm_s16be", 16000, None),
}
KINDS = (*_BY_LIBSNDFILE, *_BY_FFMPEG)


def write_valid_files(folder: Path) -> None:
    """Write a file of each kind; the bytes are the same each time."""
    music = signals.example("q1_joy")[10 * signals.RATE :][: round(SECONDS * signals.RATE)]
    for name, (container, subtype, rate) in _BY_LIBSNDFILE.items():
        samples = soxr.resample(music, signals.RATE, rate)
        with soundfile.SoundFile(folder / name, "w", rate, 1, subtype, None, container) as file:
            file.write(samples)
    # libsndfile numbers its Ogg streams at random.
    os.rename(folder / "vorbis.ogg", folder / "random.ogg")
    encoding.repack(folder / "random.ogg", folder / "vorbis.ogg")
    os.remove(folder / "random.ogg")
    for name, (codec, rate, container) in _BY_FFMPEG.items():
        samples = soxr.resample(music, signals.RATE, rate)
        options = {"fflags": "+bitexact"}
        encoding.encode(folder / name, codec, samples, rate, options, container, title="quadpred")
