"""Folder of results: its lock, its state and its tables."""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from quadpred_plugin.batch.manifest import Manifest
from quadpred_plugin.batch.results import make_folder
from quadpred_plugin.batch.stores import AddressStore, FolderStore, Store
from quadpred_plugin.errors import OutputError
from quadpred_plugin.system.addresses import is_address
from quadpred_plugin.system.files import write_atomically

# Hidden, unlike results, so that it can't have the name of one.
STATE_FOLDER = ".quadpred"
MANIFEST = "manifest.sqlite"
_STAGING = "run-"

# Tables for the user, written at the end of each run.
TABLE, FAILURES, SETTINGS = "manifest.csv", "failures.csv", "settings.json"


def folder_of_results(output: str) -> Path:
    """Return the folder of this machine with the manifest: the output, or one for an address."""
    if not is_address(output):
        return Path(output).absolute()
    from platformdirs import user_state_path

    address = output.rstrip("/")
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    return user_state_path("quadpred", appauthor=False) / "batch" / digest


class ResultsFolder:
    """A folder of results, locked for one run.

    Parameters
    ----------
    output : str
        A folder, made if it doesn't exist, or an address: then manifest and lock are in the
        folder of this machine that `folder_of_results` names.
    foreign_files : bool
        Whether it may contain files that no run wrote.

    Attributes
    ----------
    path : Path
        The folder of this machine.
    store : Store
        Takes the parts of a data set, and the tables.
    manifest : Manifest
    staging : Path
        Folder for incomplete files of this run, on the same file system as results.

    Raises
    ------
    OutputError
        If it can't be used: it contains foreign files, another run uses it, or it can't be
        written.
    """

    def __init__(self, output: str, foreign_files: bool) -> None:
        self.path = path = folder_of_results(output)
        self._output = output
        state = path / STATE_FOLDER
        self.staging = state / f"{_STAGING}{uuid.uuid4().hex}"
        self.store: Store = (
            AddressStore(output, self.staging) if is_address(output) else FolderStore(path)
        )
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not foreign_files and not (state / MANIFEST).is_file() and self._has_files():
                whose = " that this machine has a manifest of" if is_address(output) else ""
                raise OutputError(
                    f"The folder {output} isn't empty and contains no results of a collection"
                    f"{whose}: choose another one, or give --force to write into it."
                )
            make_folder(state)
            self.manifest = Manifest(state / MANIFEST)
            # The manifest is locked, so these are of a run that was killed. A worker of that run
            # that still runs doesn't find its folder and writes nothing.
            for left in state.glob(f"{_STAGING}*"):
                shutil.rmtree(left, ignore_errors=True)
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
            If the folder contains results of another kind or collection, or its address can't be
            written.
        """
        try:
            self._check_last_run(root, kind, force)
            self.manifest.begin_run(root, kind, settings, content)
            if is_address(self._output):
                # Before anything is analysed: the bucket may be missing, or the right to write.
                self._write_settings()
        except OutputError:
            self.unlock()
            raise

    def close(self) -> None:
        """Write the tables and unlock the folder."""
        try:
            self._write(TABLE, self.manifest.write_table)
            self._write(FAILURES, self.manifest.write_failures)
            self._write_settings()
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
                f"The folder {self._output} contains {last_kind}: choose another one for {kind}."
            )
        if not force and not _is_same_collection(last_root, root):
            raise OutputError(
                f"The folder {self._output} contains results of {last_root}: choose another one, "
                "or give --force to replace those whose tracks have the same names."
            )

    def _write_settings(self) -> None:
        settings = json.dumps(self.manifest.settings(), indent=2, sort_keys=True) + "\n"
        self._write(SETTINGS, lambda stream: stream.write(settings))

    def _write(self, name: str, write: Callable[[IO[Any]], Any]) -> None:
        staged = self.staging / name
        write_atomically(staged, write, text=True)
        self.store.put(staged, name)

    def _has_files(self) -> bool:
        return any(not name.startswith(".") for name in self.store.names(""))


def _is_same_collection(last: str, root: str) -> bool:
    """Return whether the collection of the last run may be that of this one."""
    if is_address(last) or is_address(root):
        return last.rstrip("/") == root.rstrip("/")
    # If the old path no longer exists, the collection was moved.
    return not os.path.isdir(last) or os.path.samefile(last, root)
