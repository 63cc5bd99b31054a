"""Read results: a folder of ``quadpred batch``, a data set, or a file of ``quadpred predict``."""

import os
from collections.abc import Iterator
from pathlib import Path

from quadpred_plugin.batch.dataset import FOLDERS
from quadpred_plugin.batch.saved import read_saved_runs
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.results import files
from quadpred_plugin.results.collection import is_superseded, located
from quadpred_plugin.results.parquet import SUFFIX, read_parquet
from quadpred_plugin.results.tracks import TrackResult

SUFFIXES = (*files.SUFFIXES, SUFFIX)


def read_results(path: Path, curves: bool = False) -> list[TrackResult]:
    r"""Read results that ``quadpred predict`` or ``quadpred batch`` wrote.

    Nothing is changed, no audio is read, and nothing heavier than pyarrow is imported, which
    Parquet needs.

    Parameters
    ----------
    path : Path
        A folder of ``quadpred batch`` with result files in csv or json, or with a data set; a
        data set itself; or a .csv, .json or .parquet file. In folders, other tables and hidden
        files are ignored.
    curves : bool
        Whether to read the values of patches too, where the results have them. Results of
        patches alone (csv or Parquet of ``--level frame``) are refused without.

    Returns
    -------
    tracks : list of TrackResult
        One per track, in the order of the results. A track that failed has no values and a
        reason. Names start from the collection for a folder of ``quadpred batch``, otherwise
        from the current folder or, if there is no such file, from that of the results.

    Raises
    ------
    QuadpredError
        If something can't be read or isn't such a result, or if there is none.
    InstallationError
        If pyarrow is missing and needed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> row = "a.wav,ok,2.5,0.7,0.1,0.1,0.1,0.6,0.6,Q1"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "results.csv")
    ...     columns = "file,status,duration,q1,q2,q3,q4,arousal,valence,quadrant"
    ...     _ = file.write_text(f"{columns}\n{row}\n")
    ...     (track,) = read_results(file)
    >>> track.path, track.quadrant, track.confidence
    ('a.wav', 'Q1', 0.7)
    """
    tracks = _read_folder(path, curves) if path.is_dir() else _read_one(path, True, curves)
    if not curves and any(not track.has_values and not track.failure for track in tracks):
        raise QuadpredError(
            f"{path} has values of patches, and those of whole files are needed: write results "
            "with --level file, or with --format json."
        )
    return tracks


def _read_one(path: Path, required: bool, curves: bool) -> list[TrackResult]:
    suffix = path.suffix.lower()
    if suffix == SUFFIX:
        return read_parquet(path, required)
    if suffix in files.SUFFIXES:
        return files.read_file(path, required, curves)
    raise QuadpredError(
        f"{path} isn't a {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file of 'quadpred predict'."
    )


def _read_folder(path: Path, curves: bool) -> list[TrackResult]:
    """Read a folder of results, or the folder of a data set, which may lie in one."""
    is_data_set = path.absolute().name in FOLDERS.values()
    home = path.absolute().parent if is_data_set else path
    saved = read_saved_runs(home)
    tracks = [
        track
        for file in _result_files(path)
        for track in _read_one(file, False, curves)
        if not is_superseded(saved, track.source, os.path.relpath(file, home))
    ]
    if saved is not None:
        tracks = list(located(tracks, saved))
    if not tracks:
        raise QuadpredError(
            f"{path} has no results in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} files: "
            f"'quadpred batch -o {path}' writes them."
        )
    return tracks


def _result_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(parent, name)
