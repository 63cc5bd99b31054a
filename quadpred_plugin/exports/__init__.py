"""Formats of results: one file a format, one registry.

To add a format, write a module with a function of one of the two forms that `Export.write`
calls, and add a line to `FORMATS`. Modules are imported when their format is written, so
that the command line can list the formats without NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.columns import COLUMNS
from quadpred_plugin.system.files import write_atomically

if TYPE_CHECKING:
    from quadpred_plugin.prediction import Prediction

LEVELS = tuple(COLUMNS)


@dataclass(frozen=True)
class Export:
    """One format.

    Attributes
    ----------
    function : str
        ``module.function`` in this package.
    suffix : str
        Of its files, and what they are recognised by.
    text : bool
        Whether the stream takes text.
    levels : tuple of str
        What a row may stand for, the default first; empty for a format of one form.
    many : tuple of str
        Levels at which one file holds any number of audio files.
    needs : str or None
        Package that the extra ``exports`` brings.
    """

    function: str
    suffix: str
    text: bool = True
    levels: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    needs: str | None = None

    def choose_level(self, level: str | None, default: str | None = None) -> str | None:
        """Return the level that is meant, None for a format of one form.

        Raises
        ------
        OutputError
            If a level is given and the format has none.
        """
        if not self.levels:
            if level is not None:
                raise OutputError(f"A {self.suffix} file has one form: no level can be chosen.")
            return None
        return level or default or self.levels[0]

    def holds_many(self, level: str | None) -> bool:
        """Say whether a file holds any number of audio files rather than one."""
        return level in self.many

    def require(self) -> None:
        """Look whether the package is there that the format needs.

        Raises
        ------
        OutputError
            If it isn't.
        """
        if self.needs is None:
            return
        try:
            import_module(self.needs)
        except ImportError as error:
            raise OutputError(
                f"A {self.suffix} file needs the package {self.needs}: "
                "pip install 'quadpred-plugin[exports]'."
            ) from error

    def write(
        self, stream: IO[Any], predictions: Iterable[Prediction], level: str | None = None
    ) -> None:
        """Write predictions to a stream.

        Parameters
        ----------
        stream : file object
            Of text or of bytes, as `text` says.
        predictions : iterable of Prediction
            Where a file holds many, each is written before the next one is asked for, if
            the format allows that.
        level : {'file', 'frame'}, optional
            Without meaning for a format of one form.

        Raises
        ------
        OutputError
            If the format can't hold these predictions, or its package is missing.
        """
        self.require()
        module, _, name = self.function.partition(".")
        function = getattr(import_module(f"{__name__}.{module}"), name)
        if not self.levels:
            function(stream, self._only_one(predictions))
        elif self.holds_many(level):
            function(stream, predictions, level)
        else:
            function(stream, [self._only_one(predictions)], level)

    def write_file(
        self, path: Path, predictions: Sequence[Prediction], level: str | None = None
    ) -> None:
        """Write predictions to one file, whole or not at all; otherwise as `write`."""

        def write(stream: IO[Any]) -> None:
            self.write(stream, predictions, level)

        write_atomically(path, write, text=self.text)

    def _only_one(self, predictions: Iterable[Prediction]) -> Prediction:
        many = list(predictions)
        if len(many) != 1:
            way_out = ", or take --level file" if self.many else ""
            raise OutputError(
                f"A {self.suffix} file holds one audio file, not {len(many)}: give -o a folder"
                f"{way_out}."
            )
        return many[0]


_FILE_FIRST, _FRAME_FIRST = ("file", "frame"), ("frame", "file")

FORMATS: dict[str, Export] = {
    "table": Export("table.write", ".txt", levels=_FILE_FIRST, many=LEVELS),
    "csv": Export("csv_rows.write", ".csv", levels=_FILE_FIRST, many=LEVELS),
    "json": Export("json_objects.write", ".json", levels=_FILE_FIRST, many=LEVELS),
    "npz": Export("arrays.write_npz", ".npz", False, _FRAME_FIRST, many=("file",)),
    "npy": Export("arrays.write_npy", ".npy", False, _FRAME_FIRST, many=("file",)),
    "parquet": Export(
        "parquet_table.write", ".parquet", False, _FILE_FIRST, many=LEVELS, needs="pyarrow"
    ),
    "jams": Export("jams_annotations.write", ".jams", needs="jams"),
    "svl": Export("svl.write", ".svl"),
    "taggram-svl": Export("svl.write_taggram", ".taggram.svl"),
    "arousal-csv": Export("layer_csv.write_arousal", ".arousal.csv"),
    "valence-csv": Export("layer_csv.write_valence", ".valence.csv"),
    "segments-csv": Export("layer_csv.write_segments", ".segments.csv"),
    "turning-points-csv": Export("layer_csv.write_turning_points", ".turning-points.csv"),
    "labels": Export("audacity_labels.write", ".labels.txt"),
    "textgrid": Export("textgrid.write", ".TextGrid"),
    "mood": Export("mood_bar.write", ".mood", text=False),
}


def format_of(path: Path) -> str:
    """Return the format that a file's suffix names, in whatever case.

    The longest suffix counts: ``song.segments.csv`` is ``segments-csv``, any other .csv
    is ``csv``.

    Raises
    ------
    OutputError
        If none does.
    """
    name = path.name.lower()
    found = [one for one, export in FORMATS.items() if name.endswith(export.suffix.lower())]
    if found:
        return max(found, key=lambda one: len(FORMATS[one].suffix))
    known = ", ".join(export.suffix for export in FORMATS.values())
    raise OutputError(
        f"The format of {path} can't be told from its suffix; the known ones are {known}."
    )


def export_to(
    path: Path, predictions: Sequence[Prediction], format_name: str, level: str | None
) -> None:
    """Write predictions to one file, whole or not at all.

    Raises
    ------
    OutputError
        If the file can't be written, or the format can't hold these predictions.
    """
    FORMATS[format_name].write_file(path, predictions, level)
