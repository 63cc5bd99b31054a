"""Folder of results: its lock, its state and its tables."""

import json
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from quadpred_plugin.batch.manifest import Manifest
from quadpred_plugin.batch.results import make_folder, put_in_place
from quadpred_plugin.errors import OutputError
from quadpred_plugin.system.addresses import is_address
from quadpred_plugin.system.files import write_atomically

# Hidden, unlike results, so that it can't have the name of one.
STATE_FOLDER = ".quadpred"
MANIFEST = "manifest.sqlite"
_STAGING = "run-"

# Tables for the user, written at the end of each run.
TABLE, FAILURES, SETTINGS = "manifest.csv", "failures.csv", "settings.json"


class ResultsFolder:
    """A folder of results, locked for one run.

    Parameters
    ----------
    path : Path
        Made if it doesn't exist.
    foreign_files : bool
        Whether the folder may contain files that no run wrote.

    Attributes
    ----------
    path : Path
    manifest : Manifest
    staging : Path
        Folder for incomplete files of this run, on the same file system as results.

    Raises
    ------
    OutputError
        If it can't be used: it contains foreign files, another run uses it, or it can't be
        written.
    """

    def __init__(self, path: Path, foreign_files: bool) -> None:
        self.path = path
        state = path / STATE_FOLDER
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not foreign_files and not (state / MANIFEST).is_file() and _has_files(path):
                raise OutputError(
                    f"The folder {path} isn't empty and contains no results of a collection: "
                    "choose another one, or give --force to write into it."
                )
            make_folder(state)
            self.manifest = Manifest(state / MANIFEST)
            # The manifest is locked, so these are of a run that was killed. A worker of that run
            # that still runs doesn't find its folder and writes nothing.
            for left in state.glob(f"{_STAGING}*"):
                shutil.rmtree(left, ignore_errors=True)
            self.staging = state / f"{_STAGING}{uuid.uuid4().hex}"
            make_folder(self.staging)
        except OSError as error:
            raise OutputError(f"The folder {path} can't be used: {error.strerror}.") from error

    def begin_run(
        self, root: str, kind: str, settings: str, content: dict[str, Any], force: bool
    ) -> None:
        """Record this run's collection, kind of results and settings.

        Parameters
        ----------
        root : str
            The collection.
        kind : str
            Kind of results; a folder contains one kind.
        settings : str
            Hash of the settings.
        content : dict
            The settings.
        force : bool
            Whether the folder may contain results of another collection.

        Raises
        ------
        OutputError
            If the folder contains results of another kind or collection.
        """
        try:
            self._check_last_run(root, kind, force)
            self.manifest.begin_run(root, kind, settings, content)
        except OutputError:
            self.unlock()
            raise

    def close(self) -> None:
        """Write the tables and unlock the folder."""
        try:
            self._write(TABLE, self.manifest.write_table)
            self._write(FAILURES, self.manifest.write_failures)
            settings = json.dumps(self.manifest.settings(), indent=2, sort_keys=True) + "\n"
            self._write(SETTINGS, lambda stream: stream.write(settings))
        finally:
            self.unlock()

    def unlock(self) -> None:
        """Remove the staging folder and unlock the folder for other runs."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self.manifest.close()

    def _check_last_run(self, root: str, kind: str, force: bool) -> None:
        last = self.manifest.last_run()
        if last is None:
            return
        last_root, last_kind = last
        if last_kind != kind:
            raise OutputError(
                f"The folder {self.path} contains {last_kind}: choose another one for {kind}."
            )
        if not force and not _is_same_collection(last_root, root):
            raise OutputError(
                f"The folder {self.path} contains results of {last_root}: choose another one, or "
                "give --force to replace those whose tracks have the same names."
            )

    def _write(self, name: str, write: Callable[[IO[Any]], Any]) -> None:
        staged = self.staging / name
        write_atomically(staged, write, text=True)
        put_in_place(staged, self.path, name)


def _is_same_collection(last: str, root: str) -> bool:
    """Return whether the collection of the last run may be that of this one."""
    if is_address(last) or is_address(root):
        return last.rstrip("/") == root.rstrip("/")
    # If the old path no longer exists, the collection was moved.
    return not os.path.isdir(last) or os.path.samefile(last, root)


def _has_files(path: Path) -> bool:
    return any(not entry.name.startswith(".") for entry in path.iterdir())
