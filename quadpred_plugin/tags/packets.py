"""Digest of a file's encoded audio, to prove that only tags were changed."""

import hashlib
from pathlib import Path

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.containers import open_container
from quadpred_plugin.errors import AudioError


def packet_digest(path: Path) -> str:
    """Return the SHA-256 of the encoded packets of a file's first audio stream.

    Nothing is decoded. Two files with the same digest decode to the same samples.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio; the message continues after the file's name.
    """
    import av

    digest = hashlib.sha256()
    with open(path, "rb") as content:
        try:
            with open_container(content) as container:
                if not container.streams.audio:
                    raise AudioError(unreadable.NO_AUDIO_STREAM)
                stream = container.streams.audio[0]
                context = stream.codec_context
                digest.update(f"{context.name} {context.sample_rate} {context.channels}".encode())
                for packet in container.demux(stream):
                    digest.update(packet.size.to_bytes(8, "little"))
                    digest.update(packet)
        except (av.FFmpegError, ValueError) as error:
            raise AudioError(
                "can't be tagged: FFmpeg can't locate its audio "
                f"({getattr(error, 'strerror', None) or error})."
            ) from error
    return digest.hexdigest()
