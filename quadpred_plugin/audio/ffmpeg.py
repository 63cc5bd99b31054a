"""Decode audio with FFmpeg: files, and streams that are still being written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.account import Account
from quadpred_plugin.audio.containers import open_and_check_length, open_container
from quadpred_plugin.audio.damage import Damage
from quadpred_plugin.audio.decoder import Decoder
from quadpred_plugin.audio.mpeg import stated_samples
from quadpred_plugin.errors import AudioError

# FFmpeg's names of formats whose frames it finds anywhere in a file, by the file's suffix.
_BY_SUFFIX = {".flac": "flac", ".oga": "ogg", ".ogg": "ogg", ".opus": "ogg"}
# Frames that are converted at once: FFmpeg's own are short, and each costs time.
_BLOCK_FRAMES = 1 << 15
# Upper limit of frames times channels per block: a header may claim 1,024 channels.
_BLOCK_SAMPLES = 1 << 19
# Decoding of a file stops after more damaged packets than this.
_MAXIMUM_DAMAGED_PARTS = 1000
# Formats of samples that are converted here, and the factor to full scale 1; None for floats.
_SCALES = dict.fromkeys(("flt", "fltp")) | dict.fromkeys(("s16", "s16p"), np.float32(1 / 32768))
# FFmpeg's read size for files: each read costs time. For streams: 23 ms of CD audio.
_FILE_BYTES = 1 << 18
_STREAM_BYTES = 4096


@contextmanager
def open_ffmpeg(path: Path, stream: int | None = None) -> Iterator[Decoder]:
    """Open an audio file with FFmpeg.

    Parameters
    ----------
    path : Path
    stream : int, optional
        Number of the audio stream among those of the file, from 0; the default one if None.

    Yields
    ------
    decoder : Decoder

    Raises
    ------
    AudioError
        If FFmpeg doesn't recognise a container, has no decoder for its audio, or there is no
        such stream.
    """
    with open(path, "rb") as content:
        container, guessed = _open_by_content_or_name(path, content)
        with container:
            chosen = _choose_stream(container, stream)
            decoder = _decode(container, chosen, _BLOCK_FRAMES, content)
            if container.format.name == "mp3":
                samples = stated_samples(path)
                decoder.account.declared_seconds = samples and samples / decoder.sample_rate
            elif not guessed:
                decoder.account.declared_seconds = _stated_seconds(container, chosen)
            yield decoder


def _open_by_content_or_name(path: Path, content: BinaryIO) -> tuple[Any, bool]:
    import av

    try:
        return open_and_check_length(content, buffer_size=_FILE_BYTES)
    except (av.FFmpegError, ValueError) as error:
        reason = unreadable.not_audio("libsndfile or FFmpeg", error)
    # With other bytes before it, FFmpeg needs to be told what to look for.
    kind = _BY_SUFFIX.get(path.suffix.lower())
    if kind is not None:
        content.seek(0)
        with suppress(av.FFmpegError, ValueError):
            return open_and_check_length(content, format=kind, buffer_size=_FILE_BYTES)
    raise AudioError(reason)


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
        yield _decode(container, _choose_stream(container, None), block_frames=1)


def _choose_stream(container: Any, number: int | None) -> Any:
    """Return an audio stream: that of the number, or the one that the ffmpeg program takes."""
    from av.stream import Disposition

    streams = container.streams.audio
    if not streams:
        raise AudioError(unreadable.NO_AUDIO_STREAM)
    if number is not None and number >= len(streams):
        raise AudioError(unreadable.no_such_stream(number, len(streams)))
    known = [one for one in streams if one.codec_context and one.codec_context.sample_rate]
    if number is not None:
        known = [one for one in known if one.index == streams[number].index]
    if not known:
        raise AudioError(unreadable.UNKNOWN_CODEC)
    return max(
        known,
        key=lambda one: (bool(one.disposition & Disposition.default), one.codec_context.channels),
    )


def _stated_seconds(container: Any, stream: Any) -> float | None:
    """Return the stream's length by the container's header or time stamps, s."""
    import av

    if stream.duration:
        return float(stream.duration * stream.time_base)
    # The longest stream's; a film may be longer than its sound.
    if container.duration and len(container.streams) == 1:
        return float(container.duration / av.time_base)
    return None


def _decode(
    container: Any, stream: Any, block_frames: int, content: BinaryIO | None = None
) -> Decoder:
    import av

    if stream.codec_context.name == "flac":
        # Else random bytes that look like the beginning of a frame are decoded to noise.
        stream.codec_context.options = {"err_detect": "crccheck+explode"}
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout
    channels = layout.nb_channels
    frames = min(block_frames, max(1, _BLOCK_SAMPLES // max(1, channels)))
    converter = _Converter(rate, layout, frames)
    damage, account = Damage(container.format.name, channels), Account()
    longest = damage.longest

    def blocks() -> Iterator[NDArray[np.float32]]:
        # Per packet of a few hundred bytes, so each line counts.
        packet: Any = None
        decoded = first = last = packet
        while True:
            try:
                for packet in container.demux(stream):
                    for frame in packet.decode():
                        yield from converter.add(frame)
                    decoded = packet
                    if packet.size:
                        first, last = first or packet, packet
                        damage.good_bytes += packet.size
                        if packet.size > longest:
                            damage.take_long(packet)
                        if damage.bad_bytes:
                            damage.resume(packet)
                break
            except (av.FFmpegError, ValueError) as error:
                if packet is decoded:
                    # Not the packet but what should have followed it.
                    account.complaints.append(unreadable.stopped(error))
                    account.stopped = True
                    break
                if not packet.size:
                    # The end of the file, after which some decoders return what is left.
                    break
                damage.take_bad(packet)
                first, decoded, last = first or packet, packet, packet
                if damage.parts > _MAXIMUM_DAMAGED_PARTS:
                    account.stopped = True
                    break
        yield from converter.finish()
        seconds = converter.frames / rate
        if content is not None and last is not None and None not in (first.pos, last.pos):
            if account.declared_seconds and container.format.name == "ogg" and (first.pts or 0) < 0:
                # Samples before the zero of time are left out, and the length counts them.
                account.declared_seconds += float(first.pts * first.time_base)
            damage.report_unread(account, seconds, content, first, last)
        damage.report(account, seconds)

    return Decoder(rate, channels, blocks(), account)


class _Converter:
    """Converts FFmpeg frames to floats of one rate and layout: damaged files mix several."""

    def __init__(self, rate: int, layout: Any, block_frames: int) -> None:
        self._rate, self._layout, self._block_frames = rate, layout, block_frames
        self._channels = layout.nb_channels
        self._setup: tuple[Any, ...] = ()
        self._waiting: Any = None
        self._resampler: Any = None
        self.frames = 0

    def add(self, frame: Any) -> Sequence[NDArray[np.float32]]:
        """Return the blocks that a frame completes, each of shape (frames, channels)."""
        ready: Sequence[NDArray[np.float32]] = ()
        setup = (frame.format.name, frame.layout.name, frame.sample_rate)
        if setup != self._setup:
            ready = self.finish()
            self._start(setup)
        # Time stamps of damaged files jump, and the queue refuses such frames.
        frame.pts = None
        self._waiting.write(frame)
        if self._waiting.samples >= self._block_frames:
            ready = [*ready, *self._convert(self._waiting.read())]
        return ready

    def finish(self) -> list[NDArray[np.float32]]:
        """Return the samples that are left; frames of any kind may follow."""
        waiting, self._waiting, self._setup = self._waiting, None, ()
        frame = waiting.read() if waiting is not None else None
        ready = self._convert(frame) if frame is not None else []
        if self._resampler is not None:
            ready += self._convert(None)
        self._resampler = None
        return ready

    def _start(self, setup: tuple[Any, ...]) -> None:
        import av

        self._setup, self._waiting = setup, av.AudioFifo()
        if setup not in ((kind, self._layout.name, self._rate) for kind in _SCALES):
            self._resampler = av.AudioResampler("fltp", self._layout, self._rate)

    def _convert(self, frame: Any) -> list[NDArray[np.float32]]:
        converted = [frame] if self._resampler is None else self._resampler.resample(frame)
        blocks = [self._to_floats(one) for one in converted]
        self.frames += sum(map(len, blocks))
        return blocks

    def _to_floats(self, frame: Any) -> NDArray[np.float32]:
        values = frame.to_ndarray()
        # Planar frames have a row per channel, others one row in which channels take turns.
        columns = values.T if frame.format.is_planar else values.reshape(-1, self._channels)
        scale = _SCALES[frame.format.name]
        return columns if scale is None else columns * scale
