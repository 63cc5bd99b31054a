"""Music of free games, as Debian packages carry it: many styles and openly licensed, no labels."""

import random
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.table import Corpus

PACKAGES = (
    "asc-music",
    "endless-sky-data",
    "extremetuxracer-data",
    "flare-game",
    "freedroidrpg-data",
    "frozen-bubble-data",
    "hedgewars-data",
    "lincity-ng-data",
    "marsshooter-data",
    "megaglest-data",
    "naev-data",
    "pingus-data",
    "singularity-music",
    "supertux-data",
    "supertuxkart-data",
    "unknown-horizons",
    "warzone2100-music",
    "wesnoth-1.16-music",
    "widelands-data",
)
GAMES = Corpus(
    name="games",
    title="Music of free games (Debian 12)",
    citation="the packages " + ", ".join(PACKAGES),
    licence="free licences, such as the GPL and CC BY-SA, that each package's copyright file tells",
)

_SUFFIXES = {".ogg", ".oga", ".opus", ".mp3", ".flac"}
# Shorter files are effects and jingles.
_LEAST_BYTES = 200_000
_LEAST_SECONDS = 30
# Of one package, so that none sets the tone; which pieces, a seed says.
_MOST_SECONDS_OF_A_PACKAGE = 3000
_SEED = 1


@dataclass(frozen=True)
class Piece:
    """One piece of music.

    Attributes
    ----------
    name : str
        The package's and the file's, unique; may serve as a file's name.
    path : Path
    """

    name: str
    path: Path


def unpack(folder: Path, report: Callable[[str], None]) -> None:
    """Download the packages that aren't there yet, and keep their music and licences.

    Parameters
    ----------
    folder : Path
        Gets a folder for each package.
    report : callable
        Called with the name of each package that is there.

    Raises
    ------
    QuadpredError
        If a package can't be had, as on another system than Debian or Ubuntu.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not (folder / package).exists():
            with tempfile.TemporaryDirectory(dir=folder) as place:
                _download(package, Path(place))
                (Path(place) / "files").rename(folder / package)
        report(package)


def _download(package: str, place: Path) -> None:
    try:
        subprocess.run(["apt-get", "download", "-qq", package], cwd=place, check=True)
        (archive,) = place.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, place / "files"], check=True)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise QuadpredError(
            f"Debian's package {package} can't be had: {error}. The listening corpus is made of "
            "packages of Debian 12."
        ) from error
    keep_music(place / "files")


def keep_music(folder: Path) -> None:
    """Delete everything but music and licences, links too."""
    for path in folder.rglob("*"):
        keep = path.suffix.lower() in _SUFFIXES or path.name == "copyright"
        if path.is_symlink() or (path.is_file() and not keep):
            path.unlink()


def read_pieces(folder: Path) -> list[Piece]:
    """Return pieces of 30 s and more, by path: of each package some 50 minutes at most.

    Raises
    ------
    QuadpredError
        If there are none.
    """
    import av

    pieces: dict[str, tuple[Piece, float]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or path.stat().st_size < _LEAST_BYTES:
            continue
        try:
            with av.open(str(path)) as container:
                seconds = (container.duration or 0) / 1e6
        except (OSError, ValueError):
            continue
        if seconds >= _LEAST_SECONDS:
            package = path.relative_to(folder).parts[0]
            name = f"{package}-{path.stem}".replace(" ", "_")
            pieces[name] = Piece(name, path), seconds
    if not pieces:
        raise QuadpredError(f"{folder} holds no music: 'quadpred train games -o {folder}' gets it.")
    chosen = _some_of_each_package(list(pieces.values()), folder)
    return [piece for piece, _ in pieces.values() if piece in chosen]


def _some_of_each_package(pieces: list[tuple[Piece, float]], folder: Path) -> set[Piece]:
    random.Random(_SEED).shuffle(pieces)
    chosen: set[Piece] = set()
    heard: dict[str, float] = {}
    for piece, seconds in pieces:
        package = piece.path.relative_to(folder).parts[0]
        # The first one comes in however long it is.
        if package not in heard or heard[package] + seconds <= _MOST_SECONDS_OF_A_PACKAGE:
            heard[package] = heard.get(package, 0) + seconds
            chosen.add(piece)
    return chosen
