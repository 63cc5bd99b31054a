"""Decoders: a short tone in each container that people have."""

from collections.abc import Iterator
from pathlib import Path

from quadpred_plugin.doctor.children import probe
from quadpred_plugin.doctor.findings import OK, PROBLEM, Finding

SAMPLES = Path(__file__).parent / "samples"
# File and words for each; checks/decoder_samples.py writes them.
CONTAINERS = {
    "tone.wav": "WAV",
    "tone.aiff": "AIFF",
    "tone.flac": "FLAC",
    "tone.ogg": "Ogg Vorbis",
    "tone.opus": "Opus",
    "tone.mp3": "MP3",
    "tone-aac.m4a": "M4A (AAC)",
    "tone-alac.m4a": "M4A (ALAC)",
    "tone.wma": "WMA",
    "tone.wv": "WavPack",
}


def decoders() -> Iterator[Finding]:
    """Decode each sample as audio files are decoded, and look for its tone."""
    answers = list(probe("decode", [str(SAMPLES / name) for name in CONTAINERS]))
    working = [words for words, answer in zip(CONTAINERS.values(), answers) if not answer.problem]
    if working:
        yield Finding("decoders", "readable", OK, ", ".join(working))
    for words, answer in zip(CONTAINERS.values(), answers):
        if answer.problem:
            yield Finding(
                "decoders",
                words,
                PROBLEM,
                f"can't be read: {answer.problem}",
                "pip install --force-reinstall soundfile av",
            )
