"""Registry of output formats.

To add a format, write a module with one function and add a line to `FORMATS`. The function's
parameters are (stream, prediction) for a format without levels, and (stream, predictions,
level, further) for a format of rows or arrays; see `Export.write`. Options, suffixes, help and
the documentation's page of formats follow from the registry. A module is imported when its
format is written, so that the command line can list the formats without importing NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.columns import COLUMNS, further_columns
from quadpred_plugin.system.failures import failures_as
from quadpred_plugin.system.files import write_atomically

if TYPE_CHECKING:
    from quadpred_plugin.prediction import Prediction

LEVELS = tuple(COLUMNS)
SEGMENT = "segment"


@dataclass(frozen=True)
class Export:
    """Output format.

    Attributes
    ----------
    function : str
        ``module.function`` in this package.
    suffix : str
        Suffix of the format's files, by which they are recognised.
    text : bool
        Whether the stream is a text stream.
    levels : tuple of str
        Levels of rows, the default first: one row per file (``file``), per patch (``frame``)
        or per segment (``segment``). Empty for a format without levels.
    many : tuple of str
        Levels at which one output file can contain several audio files.
    needs : str or None
        Required package, part of the extra ``exports``.
    program : str
        Program that reads the files, for help; empty for general formats.
    embeddings : tuple of str
        Levels at which the format can hold embeddings.
    curves : bool
        Whether a format without levels has values over time.
    settings : tuple of (str, Any)
        Further arguments of the function, by name.
    """

    function: str
    suffix: str
    text: bool = True
    levels: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    needs: str | None = None
    program: str = ""
    embeddings: tuple[str, ...] = ()
    curves: bool = False
    settings: tuple[tuple[str, Any], ...] = ()

    def choose_level(self, level: str | None, default: str | None = None) -> str | None:
        """Return the given level or the default; None for a format without levels.

        Raises
        ------
        OutputError
            If the format doesn't have the level.
        """
        if not self.levels:
            if level is not None:
                raise OutputError(f"A {self.suffix} file has no levels: leave the level out.")
            return None
        if level is not None and level not in self.levels:
            raise OutputError(
                f"A {self.suffix} file has no level {level}: use {' or '.join(self.levels)}."
            )
        return level or default or self.levels[0]

    @property
    def has_columns(self) -> bool:
        """Whether it has rows, to which columns can be added."""
        return bool(self.many) and self.many == LEVELS

    def holds_many(self, level: str | None) -> bool:
        """Return whether one output file can contain several audio files."""
        return level in self.many

    def require(self) -> None:
        """Check that the required package is installed.

        Raises
        ------
        OutputError
            If it is missing.
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
        self,
        stream: IO[Any],
        predictions: Iterable[Prediction],
        level: str | None = None,
        further: Sequence[str] | None = None,
    ) -> None:
        """Write predictions to a stream.

        Parameters
        ----------
        stream : file object
            Text or binary stream, according to `text`.
        predictions : iterable of Prediction
            If the format allows it, each prediction is written before the next one is
            requested.
        level : {'file', 'frame', 'segment'}, optional
            Ignored by formats without levels.
        further : sequence of str, optional
            Names of further columns of rows (``columns.further_columns``). If None, those of the
            predictions, provided that these are a sequence.

        Raises
        ------
        OutputError
            If the format can't represent these predictions, or its package is missing.
        """
        self.require()
        module, _, name = self.function.partition(".")
        function = getattr(import_module(f"{__name__}.{module}"), name)
        if not self.levels:
            function(stream, self._only_one(predictions), **dict(self.settings))
            return
        if further is None:
            further = further_columns(predictions) if isinstance(predictions, Sequence) else ()
        if not self.holds_many(level):
            predictions = [self._only_one(predictions)]
        function(stream, predictions, level, further)

    def write_file(
        self, path: Path, predictions: Sequence[Prediction], level: str | None = None
    ) -> None:
        """Write predictions to one file atomically; otherwise as `write`."""

        def write(stream: IO[Any]) -> None:
            self.write(stream, predictions, level)

        with failures_as(lambda problem: OutputError(f"{path} can't be written: {problem}.")):
            write_atomically(path, write, text=self.text)

    def _only_one(self, predictions: Iterable[Prediction]) -> Prediction:
        many = list(predictions)
        if len(many) != 1:
            alternative = ", or use --level file" if self.many else ""
            raise OutputError(
                f"A {self.suffix} file contains one audio file, not {len(many)}: give -o a folder"
                f"{alternative}."
            )
        return many[0]


_FRAME_FIRST = ("frame", "file")
_SONIC_VISUALISER = "Sonic Visualiser"

FORMATS: dict[str, Export] = {
    "table": Export("table.write", ".txt", levels=LEVELS, many=LEVELS),
    "csv": Export("csv_rows.write", ".csv", levels=LEVELS, many=LEVELS),
    "json": Export("json_objects.write", ".json", levels=LEVELS, many=LEVELS),
    "npz": Export(
        "arrays.write_npz", ".npz", False, _FRAME_FIRST, many=("file",), embeddings=("frame",)
    ),
    "npy": Export("arrays.write_npy", ".npy", False, _FRAME_FIRST, many=("file",)),
    "parquet": Export(
        "parquet_table.write", ".parquet", False, LEVELS, many=LEVELS, needs="pyarrow"
    ),
    "jams": Export("jams_annotations.write", ".jams", needs="jams", curves=True),
    "svl": Export("svl.write", ".svl", program=_SONIC_VISUALISER, curves=True),
    "taggram-svl": Export(
        "svl.write_taggram", ".taggram.svl", program=_SONIC_VISUALISER, curves=True
    ),
    "arousal-csv": Export(
        "layer_csv.write_arousal", ".arousal.csv", program=_SONIC_VISUALISER, curves=True
    ),
    "valence-csv": Export(
        "layer_csv.write_valence", ".valence.csv", program=_SONIC_VISUALISER, curves=True
    ),
    "segments-csv": Export("layer_csv.write_segments", ".segments.csv", program=_SONIC_VISUALISER),
    "turning-points-csv": Export(
        "layer_csv.write_turning_points", ".turning-points.csv", program=_SONIC_VISUALISER
    ),
    "labels": Export("audacity_labels.write", ".labels.txt", program="Audacity"),
    "textgrid": Export("textgrid.write", ".TextGrid", program="Praat"),
    "midi": Export(
        "midi.write", ".mid", text=False, needs="mido", program="sequencers", curves=True
    ),
    "reaper-csv": Export("reaper_csv.write", ".reaper.csv", program="REAPER"),
    "edl": Export("edit_list.write", ".edl", program="video editors"),
    "srt": Export("subtitles.write_srt", ".srt", program="video editors"),
    "lrc": Export("subtitles.write_lrc", ".lrc", program="music players"),
    "mood": Export("mood_bar.write", ".mood", text=False, program="music players"),
}


def formats_by_program() -> dict[str, list[str]]:
    """Return the names of the formats for each program that has formats of its own."""
    programs: dict[str, list[str]] = {}
    for name, export in FORMATS.items():
        if export.program:
            programs.setdefault(export.program, []).append(name)
    return programs


def format_of(path: Path) -> str:
    """Return the name of the format with a file's suffix, ignoring case.

    The longest suffix counts: ``song.segments.csv`` is ``segments-csv``, any other .csv
    is ``csv``.

    Raises
    ------
    OutputError
        If no format has the suffix.
    """
    name = path.name.lower()
    found = [one for one, export in FORMATS.items() if name.endswith(export.suffix.lower())]
    if found:
        return max(found, key=lambda one: len(FORMATS[one].suffix))
    known = ", ".join(export.suffix for export in FORMATS.values())
    raise OutputError(f"{path} has an unknown suffix; known suffixes are {known}.")


def export_to(
    path: Path, predictions: Sequence[Prediction], format_name: str, level: str | None
) -> None:
    """Write predictions to one file atomically.

    Raises
    ------
    OutputError
        If the file can't be written, or the format can't represent these predictions.
    """
    FORMATS[format_name].write_file(path, predictions, level)
