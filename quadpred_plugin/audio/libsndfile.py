"""Decode audio with libsndfile."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.account import Account
from quadpred_plugin.audio.decoder import Decoder

# Frames per read. Reads are long because soundfile seeks to the current position after each one,
# for which some decoders decode again.
_BLOCK_FRAMES = 1 << 18
# Frames per read where a longer one failed: what is before the damage is kept.
_SHORTEST_FRAMES = 1 << 10
# Upper limit of frames times channels per block: a header may claim 1,024 channels.
_BLOCK_SAMPLES = 1 << 19
# Bytes that may follow the last frame that a header states: a tag, and what libFLAC reads ahead.
_TRAILING_BYTES = 1 << 14


@contextmanager
def open_libsndfile(path: Path, start: int = 0) -> Iterator[Decoder | None]:
    """Open an audio file with libsndfile.

    Parameters
    ----------
    path : Path
    start : int
        Number of frames that are left out.

    Yields
    ------
    decoder : Decoder or None
        None if libsndfile doesn't read the file, or not from there.
    """
    import soundfile

    if not _may_be_read(path):
        yield None
        return
    with open(path, "rb", buffering=0) as file:
        try:
            sound = soundfile.SoundFile(file.fileno(), closefd=False)
        except (soundfile.LibsndfileError, TypeError):
            yield None
            return
        with sound:
            yield _decode(sound, file.fileno()) if _seek(sound, start) else None


def _may_be_read(path: Path) -> bool:
    if path.suffix.lower() != ".mp3":
        return True
    # libsndfile trusts the suffix: its MPEG decoder would search the whole file for a frame
    # and print to standard error.
    with open(path, "rb") as content:
        head = content.read(3)
    return head == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)


def _decode(sound: Any, file: int) -> Decoder:
    import soundfile

    # libsndfile reports 2**63 - 1 frames for an unknown length.
    stated = sound.frames if 0 < sound.frames < 2**62 else None

    def blocks() -> Iterator[NDArray[np.float32]]:
        frames = min(_BLOCK_FRAMES, max(1, _BLOCK_SAMPLES // sound.channels))
        place = sound.tell()
        reason = None
        while True:
            try:
                block = sound.read(frames, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                reason = reason or unreadable.stopped(error)
                if frames > _SHORTEST_FRAMES and _seek(sound, place):
                    frames = max(_SHORTEST_FRAMES, frames // 16)
                    continue
                decoder.account.stopped = True
                decoder.account.complaints.append(reason)
                return
            if not len(block):
                decoder.account.stopped = _ends_early(sound, file, place)
                return
            place += len(block)
            yield block

    declared = stated / sound.samplerate if stated is not None else None
    decoder = Decoder(sound.samplerate, sound.channels, blocks(), Account(declared))
    return decoder


def _ends_early(sound: Any, file: int, place: int) -> bool:
    """Return whether there is more than libsndfile gives, which ends where the header says."""
    if place < sound.frames < 2**62:
        return True
    left = os.fstat(file).st_size - os.lseek(file, 0, os.SEEK_CUR)
    return sound.format == "FLAC" and left > _TRAILING_BYTES


def _seek(sound: Any, place: int) -> bool:
    import soundfile

    try:
        return bool(place == sound.tell() or sound.seek(place) == place)
    except (soundfile.LibsndfileError, RuntimeError):
        return False
