"""Write audio files with FFmpeg's encoders."""

import av
import numpy as np


def encode(path, codec, samples, rate, options=None, container_format=None, **metadata):
    """Write mono samples, shape (samples,), full scale 1, with one of FFmpeg's codecs."""
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="fltp", layout="mono")
    frame.sample_rate = rate
    with av.open(str(path), "w", container_format, options=options or {}) as container:
        container.metadata.update(metadata)
        stream = container.add_stream(codec, rate=rate, layout="mono")
        if codec == "wmav2":
            # The only codec without a default.
            stream.bit_rate = 96_000
        resampler = av.AudioResampler(stream.codec_context.format, "mono", rate)
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def repack(source, target):
    """Copy a file's packets into another container, reproducibly."""
    with (
        av.open(str(source)) as container,
        av.open(str(target), "w", options={"fflags": "+bitexact"}) as result,
    ):
        stream = result.add_stream_from_template(container.streams.audio[0])
        for packet in container.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                result.mux(packet)
