"""beets plugin: predict quadrant, arousal and valence of the library's items.

In beets' configuration::

    plugins: quadpred
    quadpred:
        auto: no          # yes: analyse imported items
        force: no         # yes: analyse items that have values again
        write: no         # yes: the command writes tags too; default: import.write
        model: default    # a name or the path of a .pb file
        jobs: 1           # number of processes of the command

``beet quadpred [query]`` analyses items without values, and ``beet ls arousal:0.5..`` queries
them. Tags are those of ``quadpred tag`` except the mood. Every beets command that writes tags,
such as ``beet write --force``, writes them too.
"""

from __future__ import annotations

import optparse
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import mediafile
from beets import ui
from beets.dbcore import types
from beets.plugins import BeetsPlugin

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.failures import describe, show_traceback
from quadpred_plugin.system.text import printable
from quadpred_plugin.tags import fields

if TYPE_CHECKING:
    from beets.importer import ImportSession, ImportTask
    from beets.library import Item, Library

    from quadpred_plugin.inference import Model
    from quadpred_plugin.prediction import Prediction


def _media_field(name: str, out_type: type) -> mediafile.MediaField:
    """Return the storage of a field in files, the same as of ``quadpred tag``."""
    options: dict[str, Any] = {"float_places": fields.DECIMALS} if out_type is float else {}
    return mediafile.MediaField(
        mediafile.MP3DescStorageStyle(name, **options),
        mediafile.MP4StorageStyle(fields.MP4_PREFIX + name, **options),
        mediafile.StorageStyle(name, **options),
        mediafile.ASFStorageStyle(name, **options),
        out_type=out_type,
    )


class QuadpredPlugin(BeetsPlugin):
    """Add the command ``quadpred``, an import stage and fields for queries."""

    item_types: ClassVar[dict[str, types.Type]] = {
        "quadrant": types.STRING,
        "arousal": types.NullFloat(fields.DECIMALS),
        "valence": types.NullFloat(fields.DECIMALS),
    }

    def __init__(self) -> None:
        super().__init__()
        self.config.add(
            {"auto": False, "force": False, "write": None, "model": "default", "jobs": 1}
        )
        self.add_media_field("quadrant", _media_field(fields.QUADRANT, str))
        self.add_media_field("arousal", _media_field(fields.AROUSAL, float))
        self.add_media_field("valence", _media_field(fields.VALENCE, float))
        self._model: Model | None = None
        if self.config["auto"].get(bool):
            self.import_stages = [self.imported]

    def commands(self) -> list[ui.Subcommand]:
        """Return the command ``beet quadpred``."""
        command = ui.Subcommand("quadpred", help="predict quadrant, arousal and valence of items")
        option = command.parser.add_option
        option("-f", "--force", action="store_true", help="analyse items with values again")
        option("-w", "--write", action="store_true", default=None, help="write tags too")
        option("-W", "--nowrite", action="store_false", dest="write", help="don't write tags")
        option("-p", "--pretend", action="store_true", help="show values without storing them")
        option("-j", "--jobs", type="int", help="number of processes")
        command.func = self.command
        return [command]

    def command(self, lib: Library, options: optparse.Values, query: list[str]) -> None:
        """Predict emotion for the items that match a query."""
        from quadpred_plugin.batch.workers import predict_in_processes
        from quadpred_plugin.model.registry import find_model

        jobs = options.jobs or self.config["jobs"].get(int)
        items = self._pending(lib.items(query), options.force)
        try:
            card = find_model(self.config["model"].as_str())
            predictions = predict_in_processes(card, _names(items), None, max(1, jobs))
            write = self.config["write"].get() if options.write is None else options.write
            self._store(items, predictions, ui.should_write(write), options.pretend)
        except QuadpredError as error:
            raise ui.UserError(f"quadpred: {error}") from error  # type: ignore[attr-defined]

    def imported(self, session: ImportSession, task: ImportTask) -> None:
        """Predict emotion for imported items; errors don't stop the import."""
        from quadpred_plugin.inference import load_model

        items = self._pending(task.imported_items(), False)
        if not items:
            return
        try:
            # Load the model once and in this process: forking in an importer thread isn't safe.
            model = self._model = self._model or load_model(self.config["model"].as_str())
            # Don't write tags: the paths may still be those of the source files.
            self._store(items, model.predict_many(_names(items)), False, False)
        except QuadpredError as error:
            self._log.error("{}", error)

    def _pending(self, items: Iterable[Item], force: bool | None) -> list[Item]:
        force = force or self.config["force"].get(bool)
        return [item for item in items if force or item.get("arousal") is None]

    def _store(
        self,
        items: Iterable[Item],
        predictions: Iterable[Prediction],
        write: bool,
        pretend: bool | None,
    ) -> None:
        for item, prediction in zip(items, predictions):
            summary = prediction.summary()
            for warning in prediction.warnings:
                self._log.warning("{}: {}", printable(prediction.source), warning)
            if summary is None:
                continue
            values: dict[str, Any] = {
                "quadrant": summary.quadrant,
                "arousal": round(summary.arousal, fields.DECIMALS),
                "valence": round(summary.valence, fields.DECIMALS),
            }
            text = ", ".join(f"{name} {value}" for name, value in values.items())
            if pretend:
                ui.print_(f"{item}: {text}")
                continue
            self._log.info("{}: {}", item, text)
            item.update(values)
            if write:
                try:
                    item.try_write()
                except Exception as error:
                    # Of any library that reads or writes the file: it costs this file's tags.
                    show_traceback(error)
                    self._log.error("{}: tags can't be written ({})", item, describe(error))
            item.store()


def _names(items: Iterable[Item]) -> list[str]:
    return [os.fsdecode(item.path) for item in items]
