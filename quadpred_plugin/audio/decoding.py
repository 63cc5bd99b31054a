"""Decode audio with libsndfile, or with FFmpeg where libsndfile doesn't know the format.

Essentia's loaders aren't used: they end the process on codecs that their FFmpeg lacks, and
they resample slowly.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.containers import open_container
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.processes import stalls_limited

# Frames per read of libsndfile. Reads are long because soundfile seeks to the current position
# after each one, for which the MPEG decoder decodes again.
BLOCK_FRAMES = 1 << 18
# Upper limit of frames times channels per block: a header may claim 1,024 channels.
_BLOCK_SAMPLES = 1 << 19
# Minimum block size after merging FFmpeg frames.
_MINIMUM_FRAMES = 1 << 14
# Decoding of a file stops after more damaged packets than this.
_MAXIMUM_DAMAGED_PARTS = 1000
# Accepted sample rates, Hz. Damaged headers claim others, and a file of 1 Hz would be
# resampled to sixteen thousand times its size.
_RATES = (1_000, 1_000_000)
# FFmpeg's read size for streams: 23 ms of CD audio.
_STREAM_BYTES = 4096

# Suffixes of audio files in folders: formats that libsndfile and FFmpeg read in practice.
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
        The samples; full scale is 1, larger values aren't clipped.
    declared_seconds : float or None
        Length according to the file's header, if it has one.
    complaints : list of str
        Decoding errors that lost samples; complete after the last block. Each is part of
        a sentence, without a full stop.
    """

    sample_rate: float
    channels: int
    blocks: Iterator[NDArray[np.float32]]
    declared_seconds: float | None = None
    complaints: list[str] = field(default_factory=list)


@contextmanager
def open_decoder(source: str | os.PathLike[str]) -> Iterator[Decoder]:
    """Open an audio file with the first library that reads it.

    Every source of audio but streams and devices is opened here.

    Parameters
    ----------
    source : path
        As the user names it.

    Yields
    ------
    decoder : Decoder

    Raises
    ------
    AudioError
        If the file is missing, unreadable, in a format that neither library knows, or has a
        sample rate outside 1 kHz to 1 MHz.
    """
    if not os.fspath(source):
        raise AudioError(unreadable.MISSING)
    path = Path(source)
    if path.exists() and not path.is_file() and not path.is_dir():
        # Opening a pipe would block, and a pipe can't be read twice.
        raise AudioError(unreadable.NOT_REGULAR)
    try:
        with open(path, "rb"):
            pass
    except IsADirectoryError:
        raise AudioError(unreadable.FOLDER) from None
    except FileNotFoundError:
        raise AudioError(unreadable.MISSING) from None
    except (OSError, ValueError) as error:
        raise AudioError(unreadable.cannot_open(error)) from None
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
            raise AudioError(unreadable.impossible_rate(decoder.sample_rate, *_RATES))
        decoder.blocks = _with_stall_limit(decoder.blocks)
        yield decoder


def _with_stall_limit(blocks: Iterator[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    while True:
        with stalls_limited():
            block = next(blocks, None)
        if block is None:
            return
        yield block


@contextmanager
def open_stream(content: BinaryIO) -> Iterator[Decoder]:
    """Open audio that is still being written, such as a pipe's.

    Parameters
    ----------
    content : file object
        Its ``read`` returns the bytes that are available, at most the number requested.

    Yields
    ------
    decoder : Decoder

    Raises
    ------
    AudioError
        If FFmpeg doesn't recognise a format in the first bytes.
    """
    import av

    # By default FFmpeg reads megabytes before it reports the format.
    options = {"probesize": "4096", "analyzeduration": "0"}
    try:
        container = open_container(content, options=options, buffer_size=_STREAM_BYTES)
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(unreadable.not_audio("FFmpeg", error)) from None
    with container:
        # Without merging, which would delay live predictions.
        yield _decode_ffmpeg(container, minimum_frames=1)


def _open_soundfile(path: Path) -> Any:
    """Return the open file, or None if libsndfile doesn't read it."""
    import soundfile

    if path.suffix.lower() == ".mp3":
        # libsndfile trusts the suffix: its MPEG decoder would search the whole file for a
        # frame and print to standard error.
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

    # libsndfile reports 2**63 - 1 frames for an unknown length.
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
            raise AudioError(unreadable.not_audio("libsndfile or FFmpeg", error)) from None
        with container:
            yield _decode_ffmpeg(container, _MINIMUM_FRAMES)


def _decode_ffmpeg(container: Any, minimum_frames: int) -> Decoder:
    import av

    if not container.streams.audio:
        raise AudioError(unreadable.NO_AUDIO_STREAM)
    stream = container.streams.audio[0]
    if stream.codec_context is None or not stream.codec_context.sample_rate:
        raise AudioError(unreadable.UNKNOWN_CODEC)
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout
    converter = _Converter(rate, layout)

    def parts() -> Iterator[NDArray[np.float32]]:
        damaged = 0
        packets = container.demux(stream)
        while damaged <= _MAXIMUM_DAMAGED_PARTS:
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
    decoder = Decoder(rate, layout.nb_channels, join_blocks(parts(), minimum_frames), seconds)
    return decoder


class _Converter:
    """Converts FFmpeg frames to floats of one rate and layout: damaged files mix several."""

    def __init__(self, rate: int, layout: Any) -> None:
        self._rate, self._layout = rate, layout
        self._resampler: Any = None
        self._setup: tuple[Any, ...] = ()

    def convert(self, frame: Any) -> list[NDArray[np.float32]]:
        """Return the samples that a frame completes: arrays of shape (samples, channels)."""
        import av

        setup = (frame.format.name, frame.layout.name, frame.sample_rate)
        pending = []
        if self._resampler is None or setup != self._setup:
            pending = self.finish()
            self._resampler = av.AudioResampler("flt", self._layout, self._rate)
            self._setup = setup
        return pending + self._resample(frame)

    def finish(self) -> list[NDArray[np.float32]]:
        """Return the samples left in the resampler."""
        return self._resample(None) if self._resampler is not None else []

    def _resample(self, frame: Any) -> list[NDArray[np.float32]]:
        # Kept only after success: a resampler that failed or was flushed can't be used again.
        resampler, self._resampler = self._resampler, None
        converted = resampler.resample(frame)
        if frame is not None:
            self._resampler = resampler
        return [one.to_ndarray().reshape(-1, self._layout.nb_channels) for one in converted]


def join_blocks(
    parts: Iterator[NDArray[np.float32]], minimum_frames: int
) -> Iterator[NDArray[np.float32]]:
    """Merge short blocks, such as the blocks of one sample in damaged files.

    Parameters
    ----------
    parts : iterator of ndarray of float32, shape (frames,) or (frames, channels)
    minimum_frames : int
        Minimum length of every block except the last.

    Yields
    ------
    block : ndarray of float32, shape (frames,) or (frames, channels)
    """
    waiting: list[NDArray[np.float32]] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= minimum_frames:
            yield np.concatenate(waiting)
            waiting, size = [], 0
    if waiting:
        yield np.concatenate(waiting)
