"""Render MIDI clips to audio, by several instruments and in several performances."""

import csv
import tempfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.datasets.emopia import PART_NAMES
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.midi.instruments import INSTRUMENTS
from quadpred_plugin.training.midi.performance import Performance, end_all_voices, perform
from quadpred_plugin.training.midi.renditions import performance_columns, performances

_PEAK = 0.7
# Threshold, as a share of the peak, for the silence that is cut off at the end.
_TAIL = 1e-3
# Above fluidsynth's own dither, 3e-5.
_LEAST_PEAK = 1e-3


@dataclass(frozen=True)
class Coding:
    """How the samples of a render are stored.

    Attributes
    ----------
    rate : int
        Hz.
    format, subtype : str
        Names of libsndfile.
    """

    rate: int
    format: str
    subtype: str


CODINGS = {".flac": Coding(44100, "FLAC", "PCM_16"), ".ogg": Coding(48000, "OGG", "OPUS")}
"""By suffix. Users' files have these rates; Opus has no 44.1 kHz."""

# 4Q's clips are Opus files; so is one training render of three.
_CODED_EVERY = 3


@dataclass(frozen=True)
class Render:
    """One performance of a clip, and its audio file."""

    clip: Track
    performance: Performance
    path: Path

    @property
    def name(self) -> str:
        """Unique: the clip's name and the performance's label."""
        return _render_name(self.clip, self.performance)


def _render_name(clip: Track, performance: Performance) -> str:
    return f"{clip.name}@{performance.label}"


def _suffix(clip: Track, performance: Performance) -> str:
    """Return the suffix of a render's file; validation renders use 4Q's codec."""
    number = zlib.crc32(_render_name(clip, performance).encode())
    coded = clip.part == "validation" or number % _CODED_EVERY == 0
    return ".ogg" if coded else ".flac"


def render_clips(
    clips: Sequence[Track],
    variations: int,
    folder: Path,
    jobs: int,
    report: Callable[[int, int], None],
) -> Path:
    """Render the performances that are missing, and write a table of all.

    Parameters
    ----------
    clips : sequence of Track
    variations : int
        Varied performances of each training clip.
    folder : Path
        Gets ``<label>/<clip>.ogg`` (Opus, the codec of 4Q's clips, 48 kHz) or ``.flac``
        (44.1 kHz), one channel, and ``renders.csv``. Files that exist are kept.
    jobs : int
        Synthesisers in parallel.
    report : callable
        Called with the number of finished renders and the total.

    Returns
    -------
    table : Path
        ``renders.csv``: clip, path, soundfont (the performance's label), part, song_id (the
        group), quadrant, the settings of the performance, and fold. What a dataset doesn't
        have is empty.

    Raises
    ------
    QuadpredError
        If a synthesiser, its sounds or a MIDI file is missing or can't be used.
    """
    renders = [
        Render(clip, one, folder / one.label / f"{clip.name}{_suffix(clip, one)}")
        for clip in clips
        for one in performances(clip, variations)
    ]
    _check_tools({one.performance.instrument for one in renders})
    missing = [one for one in renders if not one.path.exists()]
    done = len(renders) - len(missing)
    from threadpoolctl import threadpool_limits

    # Threads of the linear algebra wait for one another: on busy cores, ten times as long as
    # one thread computes.
    with threadpool_limits(1), ThreadPoolExecutor(jobs) as pool:
        for _ in pool.map(_render, missing):
            done += 1
            report(done, len(renders))
    table = folder / "renders.csv"
    write_atomically(table, lambda stream: _write_rows(stream, renders, folder), text=True)
    return table


def _check_tools(instruments: set[str]) -> None:
    packages = list(
        dict.fromkeys(
            package
            for name in sorted(instruments)
            for package in INSTRUMENTS[name].missing_packages()
        )
    )
    if packages:
        raise QuadpredError(
            f"Rendering needs {', '.join(packages)}: on Debian and Ubuntu "
            f"'apt-get install {' '.join(packages)}' installs it."
        )


def _render(render: Render) -> None:
    coding = CODINGS[render.path.suffix]
    samples = synthesise(render.clip.path, render.performance, coding.rate)
    import soundfile

    render.path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(
        render.path,
        lambda stream: soundfile.write(
            stream, samples, coding.rate, format=coding.format, subtype=coding.subtype
        ),
    )


def synthesise(path: Path, performance: Performance, rate: int) -> NDArray[np.float32]:
    """Render a MIDI file to samples.

    Parameters
    ----------
    path : Path
    performance : Performance
    rate : int
        Hz.

    Returns
    -------
    samples : ndarray of float32, shape (samples,)
        One channel, peak 0.7, without the silence after the last note.

    Raises
    ------
    QuadpredError
        If the file can't be read, or the synthesiser fails or produces silence.
    """
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.mid"
        played = perform(path, performance)
        end_all_voices(played)
        played.save(notes)
        try:
            mono = INSTRUMENTS[performance.instrument].render(notes, rate, performance.seed)
        except QuadpredError as error:
            raise QuadpredError(f"{path} could not be rendered: {error}") from error
    peak = float(np.abs(mono).max(initial=0))
    if peak < _LEAST_PEAK:
        raise QuadpredError(
            f"{path} could not be rendered: it has no audible note by the instrument "
            f"'{performance.instrument}'."
        )
    end = int(np.nonzero(np.abs(mono) > _TAIL * peak)[0][-1]) + 1
    return np.asarray(mono[:end] / peak * _PEAK, dtype=np.float32)


def _write_rows(stream: IO[Any], renders: Sequence[Render], folder: Path) -> None:
    rows = [_row(one, folder) for one in renders]
    writer = csv.DictWriter(stream, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _row(render: Render, folder: Path) -> dict[str, object]:
    clip = render.clip
    return {
        "clip": clip.name,
        "path": render.path.relative_to(folder).as_posix(),
        "soundfont": render.performance.label,
        "part": PART_NAMES.get(clip.part, ""),
        "song_id": clip.group,
        "quadrant": "" if clip.quadrant is None else QUADRANT_NAMES[clip.quadrant],
        **performance_columns(render.performance),
        "fold": "" if clip.fold is None else clip.fold,
    }
