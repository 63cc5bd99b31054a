"""Open audio files: choose a decoder, and continue with the other one where it fails.

FFmpeg decodes all but FLAC and the plain samples of WAV and AIFF files, for which libsndfile is
faster. Each of them continues a file that the other one can't open or doesn't read to its end.

Essentia's loaders aren't used: they end the process on codecs that their FFmpeg lacks, and
they resample slowly.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.chunks import read_chunks
from quadpred_plugin.audio.decoder import Decoder
from quadpred_plugin.audio.ffmpeg import open_ffmpeg
from quadpred_plugin.audio.libsndfile import open_libsndfile
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.addresses import is_address
from quadpred_plugin.system.processes import stalls_limited

# Accepted sample rates, Hz. Damaged headers claim others, and a file of 1 Hz would be
# resampled to sixteen thousand times its size.
_RATES = (1_000, 1_000_000)
# Opens a file from a frame on; None if that decoder doesn't read it from there.
_Opener = Callable[[int], AbstractContextManager[Decoder | None]]


@contextmanager
def open_decoder(source: str | os.PathLike[str], stream: int | None = None) -> Iterator[Decoder]:
    """Open an audio file.

    Every source of audio but streams and devices is opened here.

    Parameters
    ----------
    source : path
        As the user names it.
    stream : int, optional
        Number of the audio stream among those of the file, from 0; the default one if None.

    Yields
    ------
    decoder : Decoder

    Raises
    ------
    AudioError
        If the file is missing, unreadable, in a format that neither library knows, has no such
        stream, or has a sample rate outside 1 kHz to 1 MHz.
    """
    path = _check_file(source)
    if os.path.getsize(path) == 0:
        yield Decoder(1, 1, iter(()))
        return
    with ExitStack() as stack:
        with stalls_limited():
            decoder, other = _open(path, stream, stack)
        if not _RATES[0] <= decoder.sample_rate <= _RATES[1]:
            raise AudioError(unreadable.impossible_rate(decoder.sample_rate, *_RATES))
        decoder.blocks = _with_stall_limit(_continued(decoder, decoder.blocks, other))
        yield decoder


def _check_file(source: str | os.PathLike[str]) -> Path:
    if not os.fspath(source):
        raise AudioError(unreadable.MISSING)
    path = Path(source)
    if path.exists() and not path.is_file() and not path.is_dir():
        # Opening a pipe would block, and a pipe can't be read twice.
        raise AudioError(unreadable.NOT_REGULAR)
    try:
        with open(path, "rb") as content:
            if content.read(4) == b"MThd":
                raise AudioError(unreadable.NOTES)
    except IsADirectoryError:
        raise AudioError(unreadable.FOLDER) from None
    except FileNotFoundError:
        raise AudioError(_why_missing(os.fsdecode(source))) from None
    except (OSError, ValueError) as error:
        raise AudioError(unreadable.cannot_open(error)) from None
    return path


def _why_missing(name: str) -> str:
    if name == "-":
        return unreadable.STANDARD_INPUT
    return unreadable.ADDRESS if is_address(name) else unreadable.MISSING


def _open(path: Path, stream: int | None, stack: ExitStack) -> tuple[Decoder, _Opener]:
    """Return the decoder of a file, and what opens the other one."""
    chunks = read_chunks(path)
    by_ffmpeg, by_libsndfile = partial(_from, path, stream), partial(open_libsndfile, path)
    decoder = None
    if not stream and (chunks.complete if chunks is not None else _is_flac(path)):
        decoder = stack.enter_context(by_libsndfile(0))
    other: _Opener = by_ffmpeg
    if decoder is None or decoder.account.declared_seconds is None:
        other = by_libsndfile
        try:
            decoder = stack.enter_context(open_ffmpeg(path, stream))
        except AudioError:
            decoder = None if stream else stack.enter_context(by_libsndfile(0))
            if decoder is None:
                raise
            other = by_ffmpeg
    if chunks is not None:
        account = decoder.account
        account.declared_seconds = chunks.seconds
        if chunks.unread_bytes:
            account.unread_seconds = chunks.unread_bytes / chunks.bytes_per_second
            account.complaints.append(
                unreadable.followed(chunks.unread_bytes, account.unread_seconds)
            )
    return decoder, other


def _is_flac(path: Path) -> bool:
    with open(path, "rb") as content:
        return content.read(4) == b"fLaC"


@contextmanager
def _from(path: Path, stream: int | None, start: int) -> Iterator[Decoder | None]:
    """Open a file with FFmpeg from a frame on, in as many blocks: those before are empty."""
    with ExitStack() as stack:
        try:
            decoder = stack.enter_context(open_ffmpeg(path, stream))
        except AudioError:
            yield None
            return
        decoder.blocks = _without_first(decoder.blocks, start)
        yield decoder


def _without_first(
    blocks: Iterator[NDArray[np.float32]], frames: int
) -> Iterator[NDArray[np.float32]]:
    # Empty blocks show that the decoder isn't stalled.
    for block in blocks:
        yield block[frames:]
        frames = max(0, frames - len(block))


def _continued(
    decoder: Decoder, blocks: Iterator[NDArray[np.float32]], other: _Opener
) -> Iterator[NDArray[np.float32]]:
    """Yield the blocks of a decoder, and after a failure those that only the other one reads."""
    told = len(decoder.account.complaints)
    frames = 0
    for block in blocks:
        frames += len(block)
        yield block
    if not decoder.account.stopped:
        return
    with other(frames) as second:
        if second is None or (second.sample_rate, second.channels) != (
            decoder.sample_rate,
            decoder.channels,
        ):
            return
        more = 0
        for block in second.blocks:
            more += len(block)
            yield block
    if more:
        decoder.account.take_over(second.account, told)


def _with_stall_limit(blocks: Iterator[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    while True:
        with stalls_limited():
            block = next(blocks, None)
        if block is None:
            return
        yield block
