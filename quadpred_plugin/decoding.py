"""Two decoders behind one face: libsndfile, and FFmpeg for what it can't read.

Essentia's loaders are not used here: they bring the process down on codecs that their
FFmpeg lacks, and resample slowly.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import AudioError

BLOCK_FRAMES = 1 << 16
# Of a stream at a time: 23 ms of CD audio.
_STREAM_BYTES = 4096

# Suffixes that are looked for in folders: what libsndfile and FFmpeg read in practice.
AUDIO_SUFFIXES = frozenset(
    ".aac .aif .aifc .aiff .ape .au .caf .flac .m4a .m4b .mka .mkv .mov .mp2 .mp3 .mp4 .mpc "
    ".oga .ogg .opus .rf64 .snd .spx .tta .w64 .wav .webm .wma .wv".split()
)


@dataclass
class Decoder:
    """An open audio file.

    Attributes
    ----------
    sample_rate : float
        The file's own rate, Hz.
    channels : int
    blocks : iterator of ndarray of float32, shape (frames, channels)
        The samples; full scale is 1, what exceeds it is kept.
    declared_seconds : float or None
        Length that the file's header claims, if it claims one.
    complaints : list of str
        What went wrong while reading without ending it; complete after the last block.
    """

    sample_rate: float
    channels: int
    blocks: Iterator[NDArray[np.float32]]
    declared_seconds: float | None = None
    complaints: list[str] = field(default_factory=list)


@contextmanager
def open_decoder(path: Path) -> Iterator[Decoder]:
    """Open an audio file with the first library that reads it.

    Raises
    ------
    AudioError
        If the file is missing, unreadable, or nothing that either library knows.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        # A pipe would be waited for, and can't be read twice.
        raise AudioError("is not a regular file.")
    try:
        with open(path, "rb"):
            pass
    except IsADirectoryError:
        raise AudioError("is a folder, not an audio file.") from None
    except FileNotFoundError:
        raise AudioError("does not exist.") from None
    except (OSError, ValueError) as error:
        raise AudioError(f"can't be opened: {getattr(error, 'strerror', None) or error}.") from None
    if os.path.getsize(path) == 0:
        yield Decoder(1, 1, iter(()))
        return
    sound = _open_soundfile(path)
    if sound is None:
        with _open_ffmpeg(path) as decoder:
            yield decoder
        return
    with sound:
        yield _decode_soundfile(sound)


@contextmanager
def open_stream(content: IO[bytes]) -> Iterator[Decoder]:
    """Open audio that is read while it is still being written, such as a pipe's.

    Parameters
    ----------
    content : file object
        Its ``read`` returns what is there, at most as many bytes as are asked for.

    Raises
    ------
    AudioError
        If it is nothing that FFmpeg knows by its first bytes.
    """
    import av

    av.logging.set_level(av.logging.PANIC)
    # FFmpeg would wait for megabytes before it says what it reads.
    options = {"probesize": "4096", "analyzeduration": "0"}
    try:
        container = av.open(content, options=options, buffer_size=_STREAM_BYTES)
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(
            f"is not audio that FFmpeg can read ({getattr(error, 'strerror', None) or error})."
        ) from None
    with container:
        if not container.streams.audio:
            raise AudioError("holds no audio stream.")
        yield _decode_ffmpeg(container, container.streams.audio[0])


def _open_soundfile(path: Path) -> Any:
    """Return the open file, or None if libsndfile doesn't read it."""
    import soundfile

    if path.suffix.lower() == ".mp3":
        # libsndfile believes the name, and its MPEG decoder then searches the whole file
        # for a frame, with remarks on standard error.
        with open(path, "rb") as content:
            head = content.read(3)
        frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
        if head != b"ID3" and not frame:
            return None
    try:
        return soundfile.SoundFile(os.fsencode(path))
    except (soundfile.LibsndfileError, TypeError):
        return None


def _decode_soundfile(sound: Any) -> Decoder:
    import soundfile

    def blocks() -> Iterator[NDArray[np.float32]]:
        while True:
            try:
                block = sound.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                decoder.complaints.append(f"decoding stopped: {str(error).rstrip('.')}")
                return
            if not len(block):
                return
            yield block

    # libsndfile says 2**63 - 1 frames where it can't know the length.
    known = 0 < sound.frames < 2**62
    declared = sound.frames / sound.samplerate if known else None
    decoder = Decoder(sound.samplerate, sound.channels, blocks(), declared)
    return decoder


@contextmanager
def _open_ffmpeg(path: Path) -> Iterator[Decoder]:
    import av

    av.logging.set_level(av.logging.PANIC)
    # An open file rather than its name: FFmpeg would take "http://…" or "a:b" for a protocol
    # and needs names to be UTF-8.
    with open(path, "rb") as content:
        try:
            container = av.open(content, metadata_errors="replace")
        except (av.FFmpegError, ValueError) as error:
            raise AudioError(
                "is not audio that libsndfile or FFmpeg can read"
                f" ({getattr(error, 'strerror', None) or error})."
            ) from None
        with container:
            if not container.streams.audio:
                raise AudioError("holds no audio stream.")
            stream = container.streams.audio[0]
            if not stream.codec_context.sample_rate:
                raise AudioError("has an audio stream that FFmpeg can't decode.")
            yield _decode_ffmpeg(container, stream)


def _decode_ffmpeg(container: Any, stream: Any) -> Decoder:
    import av

    rate = stream.codec_context.sample_rate
    resampler = av.AudioResampler("flt", stream.codec_context.layout, rate)
    channels = stream.codec_context.layout.nb_channels

    def samples(frame: Any) -> Iterator[NDArray[np.float32]]:
        for converted in resampler.resample(frame):
            yield converted.to_ndarray().reshape(-1, channels)

    def blocks() -> Iterator[NDArray[np.float32]]:
        damaged = 0
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                frames = packet.decode()
            except av.FFmpegError:
                damaged += 1
                if damaged > 1000:
                    break
                continue
            for frame in frames:
                yield from samples(frame)
        if damaged:
            decoder.complaints.append(f"{damaged} damaged parts were skipped")
        yield from samples(None)

    seconds = None
    if container.duration:
        seconds = container.duration / av.time_base
    decoder = Decoder(rate, channels, blocks(), seconds)
    return decoder
