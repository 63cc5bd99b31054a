"""Render MIDI clips to audio, by several soundfonts and in several performances."""

import csv
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.datasets.emopia import PART_NAMES
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.midi.performance import Performance, perform
from quadpred_plugin.training.midi.renditions import performances

# The synthesiser renders at the chain's rate. Rendered at 44.1 kHz and resampled, bands below
# 7 kHz differ by up to 1.6 dB; two soundfonts differ by ten times that.
SAMPLE_RATE = Preprocessing().sample_rate
_PEAK = 0.7
_TIMEOUT_SECONDS = 120
# Threshold, as a share of the peak, for the silence that is cut off at the end.
_TAIL = 1e-3
# Above the synthesiser's own dither, 3e-5.
_LEAST_PEAK = 1e-3


@dataclass(frozen=True)
class Soundfont:
    """A set of sampled instruments from a Debian package.

    Attributes
    ----------
    path : Path
    package : str
    """

    path: Path
    package: str


SOUNDFONTS = {
    "fluid": Soundfont(Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"), "fluid-soundfont-gm"),
    "timgm": Soundfont(Path("/usr/share/sounds/sf2/TimGM6mb.sf2"), "timgm6mb-soundfont"),
    "opl3": Soundfont(Path("/usr/share/sounds/sf2/OPL-3_FM_128M.sf2"), "opl3-soundfont"),
    "csound": Soundfont(Path("/usr/share/sounds/sf2/sf_GMbank.sf2"), "csound-soundfont"),
    "musescore": Soundfont(
        Path("/usr/share/sounds/sf3/MuseScore_General_Lite.sf3"),
        "musescore-general-soundfont-small",
    ),
}
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
        Gets ``<label>/<clip>.ogg`` (Opus, the codec of 4Q's clips) or ``.flac``, 16 kHz, one
        channel, and ``renders.csv``.
    jobs : int
        Synthesisers in parallel.
    report : callable
        Called with the number of finished renders and the total.

    Returns
    -------
    table : Path
        ``renders.csv``: clip, path, soundfont (the performance's label), part, song_id,
        quadrant, and the settings of the performance.

    Raises
    ------
    QuadpredError
        If fluidsynth, a soundfont or a MIDI file is missing or can't be used.
    """
    renders = [
        Render(clip, one, folder / one.label / f"{clip.name}{_suffix(clip, one)}")
        for clip in clips
        for one in performances(clip, variations)
    ]
    _check_tools({one.performance.soundfont for one in renders})
    missing = [one for one in renders if not one.path.exists()]
    done = len(renders) - len(missing)
    with ThreadPoolExecutor(jobs) as pool:
        for _ in pool.map(_render, missing):
            done += 1
            report(done, len(renders))
    table = folder / "renders.csv"
    write_atomically(table, lambda stream: _write_rows(stream, renders, folder), text=True)
    return table


def _check_tools(soundfonts: set[str]) -> None:
    packages = [
        SOUNDFONTS[name].package
        for name in sorted(soundfonts)
        if not SOUNDFONTS[name].path.exists()
    ]
    if shutil.which("fluidsynth") is None:
        packages.insert(0, "fluidsynth")
    if packages:
        raise QuadpredError(
            f"Rendering needs {', '.join(packages)}: on Debian and Ubuntu "
            f"'apt-get install {' '.join(packages)}' installs it."
        )


def _render(render: Render) -> None:
    samples = synthesise(render.clip.path, render.performance)
    import soundfile

    render.path.parent.mkdir(parents=True, exist_ok=True)
    kind = ("OGG", "OPUS") if render.path.suffix == ".ogg" else ("FLAC", "PCM_16")
    write_atomically(
        render.path,
        lambda stream: soundfile.write(
            stream, samples, SAMPLE_RATE, format=kind[0], subtype=kind[1]
        ),
    )


def synthesise(path: Path, performance: Performance) -> NDArray[np.float32]:
    """Render a MIDI file to samples.

    Returns
    -------
    samples : ndarray of float32, shape (samples,)
        At 16 kHz, one channel, peak 0.7, without the silence after the last note.

    Raises
    ------
    QuadpredError
        If the file can't be read, or the synthesiser fails or produces silence.
    """
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        notes, sound = Path(folder) / "notes.mid", Path(folder) / "sound.wav"
        perform(path, performance).save(notes)
        command = ["fluidsynth", "-ni", "-q", "-o", "synth.dynamic-sample-loading=1"]
        command += ["-r", str(SAMPLE_RATE), "-g", "0.6", "-F", str(sound)]
        command += [str(SOUNDFONTS[performance.soundfont].path), str(notes)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_SECONDS)
            stereo, _ = soundfile.read(sound, dtype="float32", always_2d=True)
        except (subprocess.SubprocessError, soundfile.SoundFileError) as error:
            raise QuadpredError(f"{path} could not be rendered: {error}.") from error
    mono = stereo.mean(axis=1)
    peak = float(np.abs(mono).max(initial=0))
    if peak < _LEAST_PEAK:
        raise QuadpredError(f"{path} could not be rendered: it contains no audible note.")
    end = int(np.nonzero(np.abs(mono) > _TAIL * peak)[0][-1]) + 1
    return np.asarray(mono[:end] / peak * _PEAK, dtype=np.float32)


def _write_rows(stream: IO[Any], renders: Sequence[Render], folder: Path) -> None:
    rows = [_row(one, folder) for one in renders]
    writer = csv.DictWriter(stream, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _row(render: Render, folder: Path) -> dict[str, object]:
    clip, performance = render.clip, render.performance
    assert clip.quadrant is not None, "EMOPIA's clips are labelled"
    return {
        "clip": clip.name,
        "path": render.path.relative_to(folder).as_posix(),
        "soundfont": performance.label,
        "part": PART_NAMES[clip.part],
        "song_id": clip.group,
        "quadrant": QUADRANT_NAMES[clip.quadrant],
        "font": performance.soundfont,
        "program": performance.program,
        "transposition": performance.transposition,
        "speed": performance.speed,
        "loudness": performance.loudness,
    }
