"""Two decoders behind one face: libsndfile, and FFmpeg for what it can't read.

Essentia's loaders are not used here: they bring the process down on codecs that their
FFmpeg lacks, and resample slowly.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.containers import open_container
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.processes import stalls_limited

# After each read soundfile seeks to where it is, for which the MPEG decoder decodes again: reads
# are few and long.
BLOCK_FRAMES = 1 << 18
# Blocks of many channels have fewer frames, as a header may claim 1,024 channels.
_BLOCK_SAMPLES = 1 << 19
# FFmpeg's frames are put together to so many.
_LEAST_FRAMES = 1 << 14
# A file that FFmpeg finds more to be wrong with is given up.
_MOST_DAMAGED_PARTS = 1000
# What rates of recordings lie between, Hz. A header that is damaged claims others, and a file
# of 1 Hz would be resampled to sixteen thousand times its size.
_RATES = (1_000, 1_000_000)
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
        If the file is missing, unreadable, nothing that either library knows, or of a rate
        that no recording has.
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
    with ExitStack() as stack:
        with stalls_limited():
            sound = _open_soundfile(path)
            if sound is None:
                decoder = stack.enter_context(_open_ffmpeg(path))
            else:
                decoder = _decode_soundfile(stack.enter_context(sound))
        if not _RATES[0] <= decoder.sample_rate <= _RATES[1]:
            raise AudioError(
                f"claims a sample rate of {decoder.sample_rate} Hz, and recordings have "
                f"{_RATES[0]} to {_RATES[1]} Hz."
            )
        decoder.blocks = _each_in_time(decoder.blocks)
        yield decoder


def _each_in_time(blocks: Iterator[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    while True:
        with stalls_limited():
            block = next(blocks, None)
        if block is None:
            return
        yield block


@contextmanager
def open_stream(content: BinaryIO) -> Iterator[Decoder]:
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

    # FFmpeg would wait for megabytes before it says what it reads.
    options = {"probesize": "4096", "analyzeduration": "0"}
    try:
        container = open_container(content, options=options, buffer_size=_STREAM_BYTES)
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(
            f"is not audio that FFmpeg can read ({getattr(error, 'strerror', None) or error})."
        ) from None
    with container:
        # As it comes: who listens while it is written doesn't wait for a longer block.
        yield _decode_ffmpeg(container, least_frames=1)


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

    frames = min(BLOCK_FRAMES, max(1, _BLOCK_SAMPLES // sound.channels))

    def blocks() -> Iterator[NDArray[np.float32]]:
        while True:
            try:
                block = sound.read(frames, dtype="float32", always_2d=True)
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

    with open(path, "rb") as content:
        try:
            container = open_container(content)
        except (av.FFmpegError, ValueError) as error:
            raise AudioError(
                "is not audio that libsndfile or FFmpeg can read"
                f" ({getattr(error, 'strerror', None) or error})."
            ) from None
        with container:
            yield _decode_ffmpeg(container, _LEAST_FRAMES)


def _decode_ffmpeg(container: Any, least_frames: int) -> Decoder:
    import av

    if not container.streams.audio:
        raise AudioError("holds no audio stream.")
    stream = container.streams.audio[0]
    if stream.codec_context is None or not stream.codec_context.sample_rate:
        raise AudioError("has an audio stream that FFmpeg can't decode.")
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout
    converter = _Converter(rate, layout)

    def parts() -> Iterator[NDArray[np.float32]]:
        damaged = 0
        packets = container.demux(stream)
        while damaged <= _MOST_DAMAGED_PARTS:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                found = [part for frame in packet.decode() for part in converter.convert(frame)]
            except (av.FFmpegError, ValueError):
                damaged += 1
                continue
            yield from found
        if damaged:
            decoder.complaints.append(f"{damaged} damaged parts were skipped")
        yield from converter.finish()

    seconds = None
    if container.duration:
        seconds = container.duration / av.time_base
    decoder = Decoder(rate, layout.nb_channels, join_blocks(parts(), least_frames), seconds)
    return decoder


class _Converter:
    """Frames to floats of one rate and layout; a damaged file's frames differ on the way."""

    def __init__(self, rate: int, layout: Any) -> None:
        self._rate, self._layout = rate, layout
        self._resampler: Any = None
        self._setup: tuple[Any, ...] = ()

    def convert(self, frame: Any) -> list[NDArray[np.float32]]:
        """Return a frame's samples, shape (samples, channels), after what was still to come."""
        import av

        setup = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest = []
        if self._resampler is None or setup != self._setup:
            rest = self.finish()
            self._resampler = av.AudioResampler("flt", self._layout, self._rate)
            self._setup = setup
        return rest + self._resample(frame)

    def finish(self) -> list[NDArray[np.float32]]:
        """Return what the resampler still holds."""
        return self._resample(None) if self._resampler is not None else []

    def _resample(self, frame: Any) -> list[NDArray[np.float32]]:
        # Put back where all went well: one that failed, or gave its last, is of no more use.
        resampler, self._resampler = self._resampler, None
        converted = resampler.resample(frame)
        if frame is not None:
            self._resampler = resampler
        return [one.to_ndarray().reshape(-1, self._layout.nb_channels) for one in converted]


def join_blocks(
    parts: Iterator[NDArray[np.float32]], least_frames: int
) -> Iterator[NDArray[np.float32]]:
    """Put short blocks together, such as those of one sample that damaged files have.

    Parameters
    ----------
    parts : iterator of ndarray of float32, shape (frames,) or (frames, channels)
    least_frames : int
        What each block has at least, but for the last.

    Yields
    ------
    block : ndarray of float32, of the same channels
    """
    waiting: list[NDArray[np.float32]] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= least_frames:
            yield np.concatenate(waiting)
            waiting, size = [], 0
    if waiting:
        yield np.concatenate(waiting)
