"""Music of free games from Debian packages: many styles, openly licensed, without labels."""

import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.track import Dataset, Track

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
NAME = "games"

_SUFFIXES = {".ogg", ".oga", ".opus", ".mp3", ".flac"}
# Shorter files are effects and jingles.
_LEAST_BYTES = 200_000
_LEAST_SECONDS = 30
# Limit per package, so that none dominates; the pieces are drawn at random.
_MOST_SECONDS_OF_A_PACKAGE = 3000
_SEED = 1


def unpack(folder: Path, report: Callable[[str], None]) -> None:
    """Download the packages that are missing, and keep their music and licences.

    Parameters
    ----------
    folder : Path
        Gets a folder for each package.
    report : callable
        Called with the name of each package once it is unpacked.

    Raises
    ------
    QuadpredError
        If a package can't be downloaded, as on systems other than Debian and Ubuntu.
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
        # Root downloads as itself: apt's own user can't write into a private folder, and warns.
        command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "-qq", package]
        subprocess.run(command, cwd=place, check=True)
        (archive,) = place.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, place / "files"], check=True)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise QuadpredError(
            f"Debian's package {package} can't be downloaded: {error}. The dataset consists of "
            "packages of Debian 12."
        ) from error
    keep_music(place / "files")


def keep_music(folder: Path) -> None:
    """Delete everything but music and licences, links too."""
    for path in folder.rglob("*"):
        keep = path.suffix.lower() in _SUFFIXES or path.name == "copyright"
        if path.is_symlink() or (path.is_file() and not keep):
            path.unlink()


def read_tracks(folder: Path) -> list[Track]:
    """Return pieces of at least 30 s, sorted by path, at most 50 minutes of each package.

    A track's name is ``<package>-<file>``, its group the package.

    Raises
    ------
    QuadpredError
        If there are none.
    """
    import av

    pieces: dict[str, tuple[Track, float]] = {}
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
            pieces[name] = Track(NAME, name, path, group=package), seconds
    if not pieces:
        raise QuadpredError(
            f"{folder} holds no music: 'quadpred train games -o {folder}' downloads it."
        )
    chosen = _limit_packages(list(pieces.values()))
    return [piece for piece, _ in pieces.values() if piece in chosen]


def _limit_packages(pieces: list[tuple[Track, float]]) -> set[Track]:
    random.Random(_SEED).shuffle(pieces)
    chosen: set[Track] = set()
    totals: dict[str, float] = {}
    for piece, seconds in pieces:
        # A package's first piece is taken however long it is.
        total = totals.get(piece.group, 0)
        if not total or total + seconds <= _MOST_SECONDS_OF_A_PACKAGE:
            totals[piece.group] = total + seconds
            chosen.add(piece)
    return chosen


GAMES = Dataset(
    name=NAME,
    title="Music of free games (Debian 12)",
    citation="the packages " + ", ".join(PACKAGES),
    licence="free licences, such as the GPL and CC BY-SA; see each package's copyright file",
    read=read_tracks,
)
