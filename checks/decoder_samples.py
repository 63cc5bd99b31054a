"""Write the audio files that ``quadpred doctor`` decodes: 0.25 s of 440 Hz each.

``python -m checks.decoder_samples`` writes them into the package.
"""

import argparse

import av
import numpy as np
import soundfile

from quadpred_plugin.doctor.decoders import CONTAINERS, SAMPLES
from quadpred_plugin.doctor.probes import TONE
from tests.signals import sine

RATE = 48000
# Codecs of FFmpeg for files that libsndfile doesn't write.
CODECS = {
    "tone.opus": "libopus",
    "tone.mp3": "libmp3lame",
    "tone-aac.m4a": "aac",
    "tone-alac.m4a": "alac",
    "tone.wma": "wmav2",
    "tone.wv": "wavpack",
}


def write(name, samples):
    """Encode a file of the folder, at a rate that its codec supports."""
    if name not in CODECS:
        soundfile.write(SAMPLES / name, samples[::3], RATE // 3)
        return
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="fltp", layout="mono")
    frame.sample_rate = RATE
    options = {"fflags": "+bitexact"}
    with av.open(str(SAMPLES / name), "w", options=options) as container:
        stream = container.add_stream(CODECS[name], rate=RATE, layout="mono")
        stream.bit_rate = 64_000
        resampler = av.AudioResampler(stream.codec_context.format, "mono", RATE)
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    for name in CONTAINERS:
        write(name, sine(0.25, TONE, RATE))


if __name__ == "__main__":
    main()
