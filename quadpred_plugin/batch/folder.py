"""The folder of results: whose it is, what lies in it beside results, who may write."""

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
from quadpred_plugin.system.files import write_atomically

# Hidden, as no track's result is, so that the names below it are free.
STATE_FOLDER = ".quadpred"
MANIFEST = "manifest.sqlite"
_STAGING = "run-"

# Tables for people, written at the end of each run.
TABLE, FAILURES, SETTINGS = "manifest.csv", "failures.csv", "settings.json"


class ResultsFolder:
    """A folder of results, locked for one run.

    Parameters
    ----------
    path : Path
        Made if it isn't there.
    of_others : bool
        Whether it may hold files of others.

    Attributes
    ----------
    path : Path
    manifest : Manifest
    staging : Path
        For files of this run that aren't whole yet, on the same file system as results.

    Raises
    ------
    OutputError
        If it can't be used: it holds files of others, another run uses it, it can't be written.
    """

    def __init__(self, path: Path, of_others: bool) -> None:
        self.path = path
        state = path / STATE_FOLDER
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not of_others and not (state / MANIFEST).is_file() and _holds_files(path):
                raise OutputError(
                    f"The folder {path} isn't empty and holds no collection's results: choose "
                    "another one, or give --force to write into it."
                )
            make_folder(state)
            self.manifest = Manifest(state / MANIFEST)
            # Nobody else is here, as the manifest is locked: what lies here was left by a run
            # that was killed. A process of that run that still hears finds its folder gone.
            for left in state.glob(f"{_STAGING}*"):
                shutil.rmtree(left, ignore_errors=True)
            self.staging = state / f"{_STAGING}{uuid.uuid4().hex}"
            make_folder(self.staging)
        except OSError as error:
            raise OutputError(f"The folder {path} can't be used: {error.strerror}.") from error

    def begin_run(
        self, root: str, kind: str, settings: str, content: dict[str, Any], force: bool
    ) -> None:
        """Note what this run is about.

        Parameters
        ----------
        root : str
            The collection.
        kind : str
            Of results; a folder holds one kind.
        settings : str
            Hash of what tracks are heard with.
        content : dict
            What the hash stands for.
        force : bool
            Whether the folder may hold results of another collection.

        Raises
        ------
        OutputError
            If the folder holds results of another kind or collection.
        """
        try:
            self._check_last_run(root, kind, force)
            self.manifest.begin_run(root, kind, settings, content)
        except OutputError:
            self.leave()
            raise

    def close(self) -> None:
        """Write the tables and let others in."""
        try:
            self._write(TABLE, self.manifest.write_table)
            self._write(FAILURES, self.manifest.write_failures)
            settings = json.dumps(self.manifest.settings(), indent=2, sort_keys=True) + "\n"
            self._write(SETTINGS, lambda stream: stream.write(settings))
        finally:
            self.leave()

    def leave(self) -> None:
        """Let others in."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self.manifest.close()

    def _check_last_run(self, root: str, kind: str, force: bool) -> None:
        last = self.manifest.last_run()
        if last is None:
            return
        last_root, last_kind = last
        if last_kind != kind:
            raise OutputError(
                f"The folder {self.path} holds {last_kind}: choose another one for {kind}."
            )
        # A collection that is no longer at its old place has moved.
        if not force and os.path.isdir(last_root) and not os.path.samefile(last_root, root):
            raise OutputError(
                f"The folder {self.path} holds results of {last_root}: choose another one, or "
                "give --force to replace those whose tracks have the same names."
            )

    def _write(self, name: str, write: Callable[[IO[Any]], Any]) -> None:
        staged = self.staging / name
        write_atomically(staged, write, text=True)
        put_in_place(staged, self.path, name)


def _holds_files(path: Path) -> bool:
    return any(not entry.name.startswith(".") for entry in path.iterdir())
