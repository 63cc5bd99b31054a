"""Where a track's result goes: below the output folder, and nowhere else."""

import os
import stat
from pathlib import Path

from quadpred_plugin.errors import OutputError
from quadpred_plugin.system.files import name_that_fits
from quadpred_plugin.system.text import printable


def result_path(file: str, suffix: str) -> str:
    """Name the result of a track: its own path with a suffix more.

    The name depends on nothing else, so that tracks that come later don't change it, and
    ``song.mp3`` and ``song.flac`` have results of their own. A name that would be too long
    is cut, with a digest in place of the rest.

    Parameters
    ----------
    file : str
        Path of the track below the root.
    suffix : str
        Of the result, with its dot.

    Examples
    --------
    >>> result_path("album/song.mp3", ".json")
    'album/song.mp3.json'
    """
    folder, name = os.path.split(file)
    return os.path.join(folder, name_that_fits(name, suffix))


def put_in_place(staged: Path, output: Path, result: str) -> None:
    """Rename a file that is whole to its place below the output folder.

    Parameters
    ----------
    staged : Path
        On the same file system.
    output : Path
        The output folder.
    result : str
        Path below it; folders on the way are made, links among them are refused.

    Raises
    ------
    OutputError
        If it can't be done, or would lead out of the output folder.
    """
    target = output / result
    try:
        folder = output
        for name in Path(result).parts[:-1]:
            folder = folder / name
            make_folder(folder)
        if target.exists() and not target.is_symlink() and not target.is_file():
            raise OutputError(f"{printable(str(target))} is there, and not a regular file.")
        os.replace(staged, target)
    except OSError as error:
        raise OutputError(
            f"{printable(str(target))} can't be written: {error.strerror}."
        ) from error


def make_folder(folder: Path) -> None:
    """Make a folder in one that is there.

    Raises
    ------
    OutputError
        If something else has its name, a link to a folder too.
    """
    try:
        folder.mkdir()
    except FileExistsError:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise OutputError(
                f"{printable(str(folder))} is there, and not a folder: nothing is written through "
                "it."
            ) from None


def remove(output: Path, result: str) -> None:
    """Remove a result that no longer holds, if it is below the output folder at all."""
    folders = list((output / result).relative_to(output).parents)[:-1]
    if not any((output / folder).is_symlink() for folder in folders):
        (output / result).unlink(missing_ok=True)
