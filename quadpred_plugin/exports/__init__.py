"""Formats of results: one file a format, one registry.

To add a format, write a module with a function of the form of `Export` and add a line to
`FORMATS`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import arrays, csv_rows, json_objects, table
from quadpred_plugin.files import write_atomically
from quadpred_plugin.prediction import Prediction


class Export(NamedTuple):
    """One format.

    Attributes
    ----------
    write : callable
        Takes a stream, predictions (any iterable) and a level, ``file`` or ``frame``.
    text : bool
        Whether the stream takes text.
    suffix : str or None
        Of files that are recognised as this format.
    """

    write: Callable[..., None]
    text: bool
    suffix: str | None


FORMATS: dict[str, Export] = {
    "table": Export(table.write, True, ".txt"),
    "csv": Export(csv_rows.write, True, ".csv"),
    "json": Export(json_objects.write, True, ".json"),
    "npz": Export(arrays.write_npz, False, ".npz"),
    "npy": Export(arrays.write_npy, False, ".npy"),
}


def format_of(path: Path) -> str:
    """Return the format that a file's suffix names.

    Raises
    ------
    OutputError
        If none does.
    """
    for name, export in FORMATS.items():
        if export.suffix == path.suffix.lower():
            return name
    known = ", ".join(export.suffix for export in FORMATS.values() if export.suffix)
    raise OutputError(
        f"The format of {path} can't be told from its suffix; the known ones are {known}."
    )


def export_to(path: Path, predictions: Sequence[Prediction], format_name: str, level: str) -> None:
    """Write predictions to one file, whole or not at all.

    Raises
    ------
    OutputError
        If the file can't be written, or the format can't hold these predictions.
    """
    export = FORMATS[format_name]

    def write(stream: IO[Any]) -> None:
        export.write(stream, predictions, level)

    write_atomically(path, write, text=export.text)
