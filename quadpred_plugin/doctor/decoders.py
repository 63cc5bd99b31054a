"""Check the decoders with a short tone in each common container."""

from collections.abc import Iterator
from pathlib import Path

from quadpred_plugin.doctor.findings import OK, PROBLEM, Finding
from quadpred_plugin.doctor.subprocess_probes import run_probe

SAMPLES = Path(__file__).parent / "samples"
# File name and name for display; checks/decoder_samples.py writes the files.
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


def check_decoders() -> Iterator[Finding]:
    """Decode each sample as audio files are decoded, and check its tone."""
    results = list(run_probe("decode", [str(SAMPLES / name) for name in CONTAINERS]))
    containers = CONTAINERS.values()
    working = [name for name, result in zip(containers, results) if not result.problem]
    if working:
        yield Finding("decoders", "readable", OK, ", ".join(working))
    for name, result in zip(containers, results):
        if result.problem:
            yield Finding(
                "decoders",
                name,
                PROBLEM,
                f"can't be read: {result.problem}",
                "pip install --force-reinstall soundfile av",
            )
