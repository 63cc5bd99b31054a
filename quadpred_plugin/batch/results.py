"""Result files: their names, and writing them below the output folder only."""

import os
import stat
from pathlib import Path

from quadpred_plugin.errors import OutputError
from quadpred_plugin.system.files import name_that_fits
from quadpred_plugin.system.text import printable


def result_path(file: str, suffix: str) -> str:
    """Return the path of a track's result: the track's own path plus a suffix.

    The name depends on nothing else: new tracks don't change it, and ``song.mp3`` and
    ``song.flac`` have different results. The end of a name that is too long is replaced by a
    digest.

    Parameters
    ----------
    file : str
        Path of the track below the root.
    suffix : str
        Suffix of the result, with its dot.

    Examples
    --------
    >>> result_path("album/song.mp3", ".json")
    'album/song.mp3.json'
    """
    folder, name = os.path.split(file)
    return os.path.join(folder, name_that_fits(name, suffix))


def put_in_place(staged: Path, output: Path, result: str) -> None:
    """Move a complete file to its place below the output folder.

    Parameters
    ----------
    staged : Path
        The file, on the same file system.
    output : Path
        The output folder.
    result : str
        Path below it; missing folders are made, links to folders are refused.

    Raises
    ------
    OutputError
        If it can't be written, or a link would lead out of the output folder.
    """
    target = output / result
    try:
        folder = output
        for name in Path(result).parts[:-1]:
            folder = folder / name
            make_folder(folder)
        if target.exists() and not target.is_symlink() and not target.is_file():
            raise OutputError(f"{printable(str(target))} exists and is not a regular file.")
        os.replace(staged, target)
    except OSError as error:
        raise OutputError(
            f"{printable(str(target))} can't be written: {error.strerror}."
        ) from error


def make_folder(folder: Path) -> None:
    """Make a folder in an existing one.

    Raises
    ------
    OutputError
        If the name is that of something else, including a link to a folder.
    """
    try:
        folder.mkdir()
    except FileExistsError:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise OutputError(
                f"{printable(str(folder))} exists and is not a folder: nothing is written through "
                "it."
            ) from None


def remove(output: Path, result: str) -> None:
    """Remove an outdated result, unless a link leads out of the output folder."""
    folders = list((output / result).relative_to(output).parents)[:-1]
    if not any((output / folder).is_symlink() for folder in folders):
        (output / result).unlink(missing_ok=True)
