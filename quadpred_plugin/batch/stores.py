"""Where the parts of a data set and the tables go: the folder of results, or an address."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from quadpred_plugin.batch.results import put_in_place
from quadpred_plugin.errors import OutputError
from quadpred_plugin.system.addresses import Place, join


class Store(Protocol):
    """Takes complete files. Names are paths below it; each method may raise an `OutputError`."""

    def names(self, folder: str) -> set[str]:
        """Return the names in a folder; none if it doesn't exist."""

    def put(self, staged: Path, name: str) -> None:
        """Move a complete file to its place; whoever reads there sees all of it or none."""

    def remove(self, name: str) -> None:
        """Remove a file, if it exists."""

    def open(self, name: str) -> AbstractContextManager[Path | None]:
        """Return the path of a file on this machine until the end of ``with``; None if absent."""


class FolderStore:
    """A folder of this machine.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self, folder: str) -> set[str]:
        """Return the names in a folder."""
        return {path.name for path in (self._path / folder).glob("*")}

    def put(self, staged: Path, name: str) -> None:
        """Move a file on the same file system."""
        put_in_place(staged, self._path, name)

    def remove(self, name: str) -> None:
        """Remove a file."""
        (self._path / name).unlink(missing_ok=True)

    @contextmanager
    def open(self, name: str) -> Iterator[Path | None]:
        """Yield the file's own path."""
        path = self._path / name
        yield path if path.is_file() else None


class AddressStore:
    """A folder at an address.

    Parameters
    ----------
    address : str
    staging : Path
        Folder of this machine for temporary copies.

    Raises
    ------
    QuadpredError
        If the address is malformed, or a package for it is missing.
    """

    def __init__(self, address: str, staging: Path) -> None:
        self._place, self._staging = Place(address), staging

    def names(self, folder: str) -> set[str]:
        """Return the names in a folder, hidden ones too."""
        with self._named("read", folder):
            try:
                return {entry.name for entry in self._place.list(folder)}
            except FileNotFoundError:
                return set()

    def put(self, staged: Path, name: str) -> None:
        """Copy a file to the address and remove it here."""
        with self._named("written", name):
            self._place.put(str(staged), name)
        staged.unlink()

    def remove(self, name: str) -> None:
        """Remove a file at the address."""
        with self._named("removed", name):
            self._place.remove(name)

    @contextmanager
    def open(self, name: str) -> Iterator[Path | None]:
        """Yield the path of a temporary copy."""
        with tempfile.NamedTemporaryFile(dir=self._staging) as stream:
            found = True
            with self._named("read", name):
                try:
                    self._place.copy_here(name, stream)
                except FileNotFoundError:
                    found = False
            yield Path(stream.name) if found else None

    @contextmanager
    def _named(self, done: str, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or "there is no such folder"
            raise OutputError(
                f"{join(self._place.address, name)} can't be {done}: {reason}. Finished results "
                "are kept: solve this and run the same command again."
            ) from error
