"""Measure the loudness of a signal after EBU R 128, by FFmpeg's filter."""

import math
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Loudness of the absolute gate, LUFS: FFmpeg's value for signals that never pass it.
_GATE = -70.0
_KEY = "lavfi.r128.I"


def integrated_loudness(
    blocks: Iterable[NDArray[np.float32]], sample_rate: float, channels: int
) -> float | None:
    """Return the integrated loudness of a signal.

    Parameters
    ----------
    blocks : iterable of ndarray of float32, shape (frames, channels)
        Full scale is 1.
    sample_rate : float
        Hz.
    channels : int
        In FFmpeg's usual order for their number; a single one counts once.

    Returns
    -------
    loudness : float or None
        LUFS, above -70; None for silence and for signals shorter than 0.4 s, the length of a
        gated block.

    References
    ----------
    EBU R 128, "Loudness normalisation and permitted maximum level of audio signals", 2023;
    ITU-R BS.1770-5.
    """
    import av

    layout = f"{channels}c"
    with tempfile.TemporaryDirectory(prefix="quadpred-") as folder:
        table = Path(folder, "loudness.txt")
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_abuffer(sample_rate=round(sample_rate), format="flt", layout=layout),
            graph.add("ebur128", metadata="1", framelog="quiet"),
            # Frames of PyAV before 18 don't show their metadata.
            graph.add("ametadata", mode="print", key=_KEY, file=str(table), direct="1"),
            graph.add("abuffersink"),
        ).configure()
        position = 0
        for block in blocks:
            if not len(block):
                continue
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block, dtype=np.float32).reshape(1, -1), "flt", layout
            )
            frame.sample_rate = round(sample_rate)
            frame.pts = position
            position += len(block)
            graph.push(frame)
            _drain(graph)
        graph.push(None)
        _drain(graph)
        del graph
        return _last_value(table)


def _drain(graph: "object") -> None:
    import av

    while True:
        try:
            graph.pull()  # type: ignore[attr-defined]
        except (av.BlockingIOError, av.EOFError):
            return


def _last_value(table: Path) -> float | None:
    if not table.is_file():
        return None
    start = f"{_KEY}="
    lines = [line for line in table.read_text().splitlines() if line.startswith(start)]
    value = float(lines[-1].removeprefix(start)) if lines else math.nan
    return value if value > _GATE else None
