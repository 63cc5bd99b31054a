"""What a folder of results records, read and kept up to date without a run."""

import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.batch.folder import MANIFEST, STATE_FOLDER, TABLE
from quadpred_plugin.batch.manifest import RECORD_NAMES, Content, Manifest, Record, to_record
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically


@dataclass(frozen=True)
class SavedRuns:
    """What a folder of results records.

    Attributes
    ----------
    folder : Path
        The folder of results.
    root : str
        Absolute path of the collection in the last run.
    records : dict of Record
        By path of the track below the root.
    settings : dict of dict
        Settings by the hashes that records have.
    """

    folder: Path
    root: str
    records: dict[str, Record]
    settings: dict[str, dict[str, Any]]


def read_saved_runs(folder: Path) -> SavedRuns | None:
    """Return what a folder of results records; None if no run wrote into it.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    QuadpredError
        If the manifest is damaged, or a run writes into it now.
    """
    path = folder / STATE_FOLDER / MANIFEST
    if not path.is_file():
        return None
    # A run that ended leaves no log. Without one nothing need be written, not even a lock, so the
    # folder may be write-protected.
    log = path.with_name(f"{MANIFEST}-wal")
    mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    try:
        address = f"{path.resolve().as_uri()}?{mode}"
        with closing(sqlite3.connect(address, uri=True, timeout=0)) as database:
            last = database.execute("SELECT root FROM runs ORDER BY run DESC LIMIT 1").fetchone()
            rows = database.execute(f"SELECT {RECORD_NAMES} FROM tracks ORDER BY file")
            records = {record.file: record for record in map(to_record, rows)}
            settings = dict(database.execute("SELECT hash, content FROM settings"))
        found = {name: json.loads(text) for name, text in settings.items()}
    except (sqlite3.Error, ValueError) as error:
        if "locked" in str(error):
            raise QuadpredError(
                f"{path} is in use: a run of 'quadpred batch' writes into the folder. Wait until "
                "it ends."
            ) from error
        raise QuadpredError(
            f"{path} can't be read ({error}): 'quadpred batch' with the same folder repairs it or "
            "tells why it can't."
        ) from error
    return None if last is None else SavedRuns(folder, os.fsdecode(last[0]), records, found)


def record_contents(folder: Path, contents: Mapping[str, Content]) -> None:
    """Record new contents of tracks whose audio, and so whose result, is the same.

    Parameters
    ----------
    folder : Path
        The folder of results.
    contents : mapping of Content
        By path of the track below the root.

    Raises
    ------
    OutputError
        If the folder can't be written, or a run writes into it now.
    """
    manifest = Manifest(folder / STATE_FOLDER / MANIFEST)
    try:
        for file, content in contents.items():
            manifest.record_content(file, content)
        write_atomically(folder / TABLE, manifest.write_table, text=True)
    finally:
        manifest.close()
