"""Digest of a file's encoded audio, to prove that only tags were changed."""

import hashlib
from pathlib import Path

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.containers import open_container
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.failures import describe, show_traceback


def packet_digest(path: Path) -> str:
    """Return the SHA-256 of the encoded packets of all streams of a file.

    Nothing is decoded. Two files with the same digest decode to the same samples.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio; the message continues after the file's name.
    """
    digest = hashlib.sha256()
    with open(path, "rb") as content:
        try:
            with open_container(content) as container:
                if not container.streams.audio:
                    raise AudioError(unreadable.NO_AUDIO_STREAM)
                for stream in container.streams.audio:
                    context = stream.codec_context
                    digest.update(
                        f"{context.name} {context.sample_rate} {context.channels}".encode()
                    )
                for packet in container.demux():
                    digest.update(f"{packet.stream_index} {packet.pts} {packet.size}".encode())
                    digest.update(packet)
        except AudioError:
            raise
        except Exception as error:
            show_traceback(error)
            reason = getattr(error, "strerror", None) or describe(error)
            raise AudioError(
                f"can't be tagged: FFmpeg can't locate its audio ({reason})."
            ) from error
    return digest.hexdigest()
