"""Instruments that render MIDI files: soundfonts, patches, and our own synthesisers."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.midi import additive, frequency_modulation

Samples = NDArray[np.float32]

ALL_PROGRAMS = frozenset(range(128))
_SOUNDS = Path("/usr/share/sounds")
_TIMEOUT_SECONDS = 300


class Instrument(Protocol):
    """Anything that renders a MIDI file."""

    @property
    def programs(self) -> frozenset[int]:
        """Programs of General MIDI that it has."""
        ...

    def missing_packages(self) -> list[str]:
        """Return Debian's packages that it needs and that aren't installed."""
        ...

    def render(self, notes: Path, rate: int, seed: int) -> Samples:
        """Render a MIDI file.

        Parameters
        ----------
        notes : Path
        rate : int
            Hz.
        seed : int
            Chooses the sound, where there are many; 0 is the plain one.

        Returns
        -------
        samples : ndarray of float32, shape (samples,)

        Raises
        ------
        QuadpredError
            If the synthesiser fails.
        """
        ...


@dataclass(frozen=True)
class Soundfont:
    """A set of sampled instruments from a Debian package, which fluidsynth plays.

    Attributes
    ----------
    path : Path
    package : str
    programs : frozenset of int
    """

    path: Path
    package: str
    programs: frozenset[int] = ALL_PROGRAMS

    def missing_packages(self) -> list[str]:
        """Return the packages that aren't installed."""
        return _missing("fluidsynth", self.path, self.package)

    def render(self, notes: Path, rate: int, seed: int) -> Samples:
        """Render a MIDI file by fluidsynth; the seed has no effect."""
        # Instead of a damaged soundfont, fluidsynth would take the system's default.
        settings = ["-o", "synth.dynamic-sample-loading=1", "-o", "synth.default-soundfont="]
        command = ["fluidsynth", "-ni", "-q", *settings, "-r", str(rate), "-g", "0.6"]
        return _run([*command, "-F", "sound.wav", str(self.path), str(notes.absolute())])


@dataclass(frozen=True)
class Patches:
    """A set of Gravis Ultrasound patches from a Debian package, which timidity plays.

    Attributes
    ----------
    path : Path
        Configuration, which names the patches.
    package : str
    programs : frozenset of int
        Those that the configuration has patches for; others would be silent.
    """

    path: Path
    package: str
    programs: frozenset[int]

    def missing_packages(self) -> list[str]:
        """Return the packages that aren't installed."""
        return _missing("timidity", self.path, self.package)

    def render(self, notes: Path, rate: int, seed: int) -> Samples:
        """Render a MIDI file by timidity; the seed has no effect."""
        # By default, timidity drops the silence before the first note.
        options = ["-c", str(self.path), "--preserve-silence", "-s", str(rate)]
        command = ["timidity", *options, "-OwM1sl", "-o", "sound.wav"]
        return _run([*command, str(notes.absolute())])


@dataclass(frozen=True)
class Synthesis:
    """A synthesiser of our own, whose seeds are as many sounds.

    Attributes
    ----------
    function : callable
        Takes the MIDI file, the rate in Hz and the seed.
    programs : frozenset of int
    """

    function: Callable[[Path, int, int], Samples]
    programs: frozenset[int] = ALL_PROGRAMS

    def missing_packages(self) -> list[str]:
        """Return no package: it needs none."""
        return []

    def render(self, notes: Path, rate: int, seed: int) -> Samples:
        """Render a MIDI file by the sound that the seed chooses."""
        return self.function(notes, rate, seed)


# Programs of the package freepats 20060219, but basses and effects.
_FREEPATS = frozenset(
    number
    for first, last in (
        *((0, 2), (4, 9), (13, 16), (19, 19), (21, 21), (23, 30), (40, 40), (42, 42)),
        *((44, 48), (53, 53), (56, 61), (64, 76), (79, 80), (84, 84), (88, 88), (94, 95)),
    )
    for number in range(first, last + 1)
)

INSTRUMENTS: dict[str, Instrument] = {
    "fluid": Soundfont(_SOUNDS / "sf2" / "FluidR3_GM.sf2", "fluid-soundfont-gm"),
    "timgm": Soundfont(_SOUNDS / "sf2" / "TimGM6mb.sf2", "timgm6mb-soundfont"),
    "opl3": Soundfont(_SOUNDS / "sf2" / "OPL-3_FM_128M.sf2", "opl3-soundfont"),
    "csound": Soundfont(_SOUNDS / "sf2" / "sf_GMbank.sf2", "csound-soundfont"),
    "musescore": Soundfont(
        _SOUNDS / "sf3" / "MuseScore_General_Lite.sf3", "musescore-general-soundfont-small"
    ),
    "fluidmono": Soundfont(_SOUNDS / "sf3" / "FluidR3Mono_GM.sf3", "fluidr3mono-gm-soundfont"),
    "freepats": Patches(Path("/etc/timidity/freepats.cfg"), "freepats", _FREEPATS),
    "additive": Synthesis(additive.synthesise),
    "fm": Synthesis(frequency_modulation.synthesise),
}


def _missing(program: str, path: Path, package: str) -> list[str]:
    return [
        *([] if shutil.which(program) else [program]),
        *([] if path.exists() else [package]),
    ]


def _run(command: list[str]) -> Samples:
    """Run a synthesiser that writes ``sound.wav``, and return the mean of its channels."""
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                command, cwd=folder, check=True, capture_output=True, timeout=_TIMEOUT_SECONDS
            )
            samples, _ = soundfile.read(Path(folder) / "sound.wav", dtype="float32", always_2d=True)
        except (OSError, subprocess.SubprocessError, soundfile.SoundFileError) as error:
            raise QuadpredError(f"{command[0]} failed: {error}.") from error
    return np.asarray(samples.mean(axis=1), np.float32)
