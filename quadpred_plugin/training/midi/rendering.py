"""From notes to audio: each clip of a piano corpus by several soundfonts, in several ways."""

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

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.datasets.emopia import Score
from quadpred_plugin.training.midi.performance import Performance, perform

# The synthesiser renders at the chain's rate. Rendered at 44.1 kHz and resampled, bands below
# 7 kHz differ by up to 1.6 dB; two soundfonts differ by ten times that.
SAMPLE_RATE = 16000
_PEAK = 0.7
_TIMEOUT_SECONDS = 120
# What lies below this share of the peak, after the last note, is cut off.
_TAIL = 1e-3
# The synthesiser's own dither is 3e-5.
_LEAST_PEAK = 1e-3

# General MIDI's pianos, and others that a keyboard's part is played on, counted from 0:
# two grand pianos, two electric ones, harpsichord, celesta, vibraphone, organ, guitar, strings,
# harp, and the square and saw waves of early games.
PIANOS = (0, 1)
OTHER_PROGRAMS = (2, 4, 5, 6, 8, 11, 19, 24, 46, 48, 80, 81)
_OTHER_SHARE = 0.5
_TRANSPOSITION = 3
_SPEED = 0.08
_VELOCITY = 0.15


@dataclass(frozen=True)
class Soundfont:
    """A set of sampled instruments that Debian has.

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
# A model must not learn one piano: folds' models are judged by one that they never heard,
# which the final model alone hears too, and by two that they know.
TRAINING_SOUNDFONTS = ("fluid", "timgm", "opl3", "csound")
HELD_BACK = "musescore"
VALIDATION_SOUNDFONTS = (HELD_BACK, "fluid", "timgm")
# So many of them play a training clip as written; which ones changes from clip to clip.
_PLAIN = 2
# The soundfont that is held back plays one training clip in so many: unpacking it takes long.
_HELD_BACK_EVERY = 2
# 4Q's clips went through this codec; of the training renders, one in so many.
_CODED_EVERY = 3


@dataclass(frozen=True)
class Render:
    """A clip's audio as one performance of it."""

    score: Score
    performance: Performance
    path: Path

    @property
    def name(self) -> str:
        """Unique: the clip's name and the performance's label."""
        return _render_name(self.score, self.performance)


def _render_name(score: Score, performance: Performance) -> str:
    return f"{score.name}@{performance.label}"


def _suffix(score: Score, performance: Performance) -> str:
    """Return the suffix of a render's file: validation went through 4Q's codec, as 4Q did."""
    number = zlib.crc32(_render_name(score, performance).encode())
    coded = score.part == "val" or number % _CODED_EVERY == 0
    return ".ogg" if coded else ".flac"


def performances(score: Score, variations: int) -> list[Performance]:
    """Return the ways in which a clip is played.

    A clip that trains is played as written by two of the training soundfonts, and so many
    times transposed, slower or faster, softer or louder, half of these by another instrument
    than a piano; its name seeds the choice. Every second one is also played as written by the
    soundfont that is held back. A clip that validates is played as written by three.
    """
    if score.part == "val":
        return [Performance(name, name) for name in VALIDATION_SOUNDFONTS]
    random = np.random.default_rng(zlib.crc32(score.name.encode()))
    chosen = random.choice(len(TRAINING_SOUNDFONTS), _PLAIN, replace=False)
    plain = [Performance(name, name) for name in (TRAINING_SOUNDFONTS[one] for one in chosen)]
    varied = [
        Performance(
            f"varied{number}",
            str(random.choice(TRAINING_SOUNDFONTS)),
            int(random.choice(OTHER_PROGRAMS if random.random() < _OTHER_SHARE else PIANOS)),
            int(random.integers(-_TRANSPOSITION, _TRANSPOSITION + 1)),
            round(float(np.exp(random.normal(0, _SPEED))), 3),
            round(float(np.exp(random.normal(0, _VELOCITY))), 3),
        )
        for number in range(1, variations + 1)
    ]
    also = zlib.crc32(score.name.encode()) % _HELD_BACK_EVERY == 0
    return [*plain, *varied, *([Performance(HELD_BACK, HELD_BACK)] if also else [])]


def render_scores(
    scores: Sequence[Score],
    variations: int,
    folder: Path,
    jobs: int,
    report: Callable[[int, int], None],
) -> Path:
    """Render every performance that isn't there yet, and list them all.

    Parameters
    ----------
    scores : sequence of Score
    variations : int
        Varied performances of each clip that trains.
    folder : Path
        Gets ``<label>/<clip>.ogg`` (Opus, the codec of 4Q's clips) or ``.flac``, 16 kHz, one
        channel, and ``renders.csv``.
    jobs : int
        Synthesisers at a time.
    report : callable
        Called with the number done and the number of all.

    Returns
    -------
    table : Path
        ``renders.csv``: clip, path, soundfont (the performance's label), part, song_id,
        quadrant, and what the performance was.

    Raises
    ------
    QuadpredError
        If fluidsynth, a soundfont or a MIDI file is missing or can't be used.
    """
    renders = [
        Render(score, one, folder / one.label / f"{score.name}{_suffix(score, one)}")
        for score in scores
        for one in performances(score, variations)
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
    samples = synthesise(render.score.path, render.performance)
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
    """Play a MIDI file.

    Returns
    -------
    samples : ndarray of float32, shape (samples,)
        At 16 kHz, one channel, peak 0.7, without the silence after the last note.

    Raises
    ------
    QuadpredError
        If the file can't be read, or the synthesiser fails or says nothing.
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
        raise QuadpredError(f"{path} could not be rendered: it holds no note that sounds.")
    heard = int(np.nonzero(np.abs(mono) > _TAIL * peak)[0][-1]) + 1
    return np.asarray(mono[:heard] / peak * _PEAK, dtype=np.float32)


def _write_rows(stream: IO[Any], renders: Sequence[Render], folder: Path) -> None:
    rows = [_row(one, folder) for one in renders]
    writer = csv.DictWriter(stream, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _row(render: Render, folder: Path) -> dict[str, object]:
    score, how = render.score, render.performance
    return {
        "clip": score.name,
        "path": render.path.relative_to(folder).as_posix(),
        "soundfont": how.label,
        "part": score.part,
        "song_id": score.song,
        "quadrant": QUADRANT_NAMES[score.quadrant],
        "font": how.soundfont,
        "program": how.program,
        "transposition": how.transposition,
        "speed": how.speed,
        "loudness": how.loudness,
    }
