"""beets plugin: quadrant, arousal and valence of the library's items.

In beets' configuration::

    plugins: quadpred
    quadpred:
        auto: no          # yes: hear what is imported
        force: no         # yes: hear again what has values
        write: no         # the command writes tags too; without this line as import.write says
        model: default    # a name, or the path of a .pb
        jobs: 1           # processes of the command

Then ``beet quadpred [query]`` hears what has no values yet, and ``beet ls arousal:0.5..``
finds by them. Tags are those of ``quadpred tag``, less the mood; whatever else makes beets
write a file's tags, such as ``beet write --force``, writes them too.
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
from quadpred_plugin.system.text import printable
from quadpred_plugin.tags import fields

if TYPE_CHECKING:
    from beets.importer import ImportSession, ImportTask
    from beets.library import Item, Library

    from quadpred_plugin.inference import Model
    from quadpred_plugin.prediction import Prediction


def _media_field(name: str, out_type: type) -> mediafile.MediaField:
    """Return how a field is kept in files: as 'quadpred tag' writes it."""
    places: dict[str, Any] = {"float_places": fields.DECIMALS} if out_type is float else {}
    return mediafile.MediaField(
        mediafile.MP3DescStorageStyle(name, **places),
        mediafile.MP4StorageStyle(fields.MP4_PREFIX + name, **places),
        mediafile.StorageStyle(name, **places),
        mediafile.ASFStorageStyle(name, **places),
        out_type=out_type,
    )


class QuadpredPlugin(BeetsPlugin):
    """Adds the command ``quadpred``, an import stage, and fields that can be queried."""

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
        command = ui.Subcommand("quadpred", help="hear quadrant, arousal and valence of items")
        option = command.parser.add_option
        option("-f", "--force", action="store_true", help="hear again what has values")
        option("-w", "--write", action="store_true", default=None, help="write tags too")
        option("-W", "--nowrite", action="store_false", dest="write", help="don't write tags")
        option("-p", "--pretend", action="store_true", help="show values, keep nothing")
        option("-j", "--jobs", type="int", help="processes")
        command.func = self.command
        return [command]

    def command(self, lib: Library, options: optparse.Values, query: list[str]) -> None:
        """Hear the items that a query finds."""
        from quadpred_plugin.batch.workers import predict_in_processes
        from quadpred_plugin.model.registry import find_model

        jobs = options.jobs or self.config["jobs"].get(int)
        items = self._wanted(lib.items(query), options.force)
        try:
            card = find_model(self.config["model"].as_str())
            predictions = predict_in_processes(card, _names(items), None, max(1, jobs))
            write = self.config["write"].get() if options.write is None else options.write
            self._keep(items, predictions, ui.should_write(write), options.pretend)
        except QuadpredError as error:
            raise ui.UserError(f"quadpred: {error}") from error  # type: ignore[attr-defined]

    def imported(self, session: ImportSession, task: ImportTask) -> None:
        """Hear what was imported; an import never fails for it."""
        from quadpred_plugin.inference import load_model

        items = self._wanted(task.imported_items(), False)
        if not items:
            return
        try:
            # Loaded once, and not in processes: the importer's threads don't bear forking.
            model = self._model = self._model or load_model(self.config["model"].as_str())
            # Not written: these may still be the files that are imported from.
            self._keep(items, model.predict_many(_names(items)), False, False)
        except QuadpredError as error:
            self._log.error("{}", error)

    def _wanted(self, items: Iterable[Item], force: bool | None) -> list[Item]:
        force = force or self.config["force"].get(bool)
        return [item for item in items if force or item.get("arousal") is None]

    def _keep(
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
            words = ", ".join(f"{name} {value}" for name, value in values.items())
            if pretend:
                ui.print_(f"{item}: {words}")
                continue
            self._log.info("{}: {}", item, words)
            item.update(values)
            if write:
                item.try_write()
            item.store()


def _names(items: Iterable[Item]) -> list[str]:
    return [os.fsdecode(item.path) for item in items]
