"""Read the header in the first frame of MPEG audio, which states the number of frames."""

from pathlib import Path

from quadpred_plugin.audio.leftovers import TAG_HEAD_BYTES, tag_bytes

# Longest frame with such a header, and the frames' samples by version of MPEG.
_HEADER_BYTES = 1500
_FRAME_SAMPLES, _FRAME_SAMPLES_OF_LOW_RATES = 1152, 576


def stated_samples(path: Path) -> int | None:
    """Return the number of samples that the first frame of an MPEG file states.

    Encoders write it as Xing's or Fraunhofer's header; without one nothing states the length.
    FFmpeg guesses another length if the file is longer than the header says.

    Returns
    -------
    samples : int or None
        Without the encoder's padding; None without such a header at the beginning.
    """
    with open(path, "rb") as content:
        place = 0
        while size := tag_bytes(content.read(TAG_HEAD_BYTES)):
            place += size
            content.seek(place)
        content.seek(place)
        frame = content.read(_HEADER_BYTES)
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return None
    samples = _FRAME_SAMPLES if frame[1] & 0x08 else _FRAME_SAMPLES_OF_LOW_RATES
    if frame[36:40] == b"VBRI":
        return _number(frame[50:54]) * samples
    start = max(frame.find(b"Xing", 0, 64), frame.find(b"Info", 0, 64))
    fields = _number(frame[start + 4 : start + 8])
    if start < 0 or not fields & 1:
        return None
    # Which of the numbers of frames and bytes, of the table and the quality there are.
    encoder = start + 8 + sum(size for bit, size in enumerate((4, 4, 100, 4)) if fields >> bit & 1)
    delays = _number(frame[encoder + 21 : encoder + 24])
    return _number(frame[start + 8 : start + 12]) * samples - (delays >> 12) - (delays & 0xFFF)


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big")
