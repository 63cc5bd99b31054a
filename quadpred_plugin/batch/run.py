"""Run over a collection: plan it, pass tasks to an engine, record the outcomes."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

from quadpred_plugin.batch.dataset import Dataset, is_part
from quadpred_plugin.batch.engines import Engine
from quadpred_plugin.batch.folder import ResultsFolder
from quadpred_plugin.batch.manifest import Manifest, Record
from quadpred_plugin.batch.plan import Plan, PlannedTrack, ReuseRules
from quadpred_plugin.batch.results import remove
from quadpred_plugin.batch.tasks import UNCHANGED, Job, Outcome, Task, put_content_in_place
from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import FORMATS
from quadpred_plugin.inference import provenance_of
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import without_patches
from quadpred_plugin.system.addresses import is_address
from quadpred_plugin.system.text import printable

# Status of a track whose existing result is kept without a record of its content and settings.
EXISTING = "existing"


class Batch:
    """One run over a collection; `open_batch` makes it.

    Attributes
    ----------
    counts : Counter
        Number of outcomes of this run, by status.
    gone : int or None
        Number of tracks of earlier runs that are no longer in the collection; None before the
        end.
    partial : int
        Number of tracks that are analysed in part, also in earlier runs; 0 before the end.
    left_out : Counter of str
        Number of files of the collection without a suffix of audio, by suffix.
    """

    def __init__(
        self,
        job: Job,
        settings: str,
        plan: Plan,
        manifest: Manifest,
        dataset: Dataset | None,
        on_skipped: Callable[[Outcome], None],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.gone: int | None = None
        self.partial = 0
        self.left_out = plan.left_out
        self._job, self._settings, self._plan = job, settings, plan
        self._manifest, self._dataset, self._on_skipped = manifest, dataset, on_skipped
        self._in_progress: dict[str, PlannedTrack] = {}

    def outcomes(self, engine: Engine) -> Generator[Outcome, None, None]:
        """Analyse the planned tracks and yield their outcomes.

        Pass each outcome to `record` before the next one is requested. The generator may be
        closed at any time.

        Parameters
        ----------
        engine : Engine
        """
        yield from engine(self._job, self._tasks())
        self.gone = self._manifest.end_run()
        self.partial = self._manifest.count("partial")

    def record(self, outcome: Outcome) -> Outcome:
        """Record an outcome; return it, as a failure if its result can't be written."""
        planned = self._in_progress.pop(outcome.file)
        if outcome.content is not None:
            outcome = put_content_in_place(self._job, outcome)
        before = planned.record
        if outcome.status == UNCHANGED:
            assert before is not None and outcome.stamp is not None
            size, mtime_ns = outcome.stamp
            self._manifest.save(replace(before, size=size, mtime_ns=mtime_ns))
        else:
            self._save(self._to_record(outcome), outcome, before)
        self.counts[outcome.status] += 1
        self._manifest.tick()
        return outcome

    def finish(self) -> None:
        """Write the remaining rows of the data set."""
        if self._dataset is not None:
            self._dataset.flush()

    def _tasks(self) -> Iterator[Task]:
        for planned in self._plan:
            if planned.task is not None:
                self._in_progress[planned.found.file] = planned
                yield planned.task
            else:
                self._skip(planned)

    def _skip(self, planned: PlannedTrack) -> None:
        file, reason = planned.found.file, planned.found.problem
        if reason is not None:
            outcome = Outcome(file, "error", (reason,))
            self._save(self._to_record(outcome), outcome, planned.record)
        elif planned.record is None:
            outcome = Outcome(file, EXISTING)
            self._manifest.save(Record(file, EXISTING))
        else:
            outcome = Outcome(file, UNCHANGED)
        self.counts[outcome.status] += 1
        self._manifest.tick()
        self._on_skipped(outcome)

    def _save(self, record: Record, outcome: Outcome, before: Record | None) -> None:
        former = before.result if before is not None else ""
        if record.status == "error" and before == replace(record, result=former):
            # It failed before for the same reason, so its row exists.
            self._manifest.save(before)
            return
        if self._dataset is not None:
            prediction = outcome.prediction
            if prediction is None:
                prediction = without_patches(outcome.file, outcome.status, None, record.reason, {})
            self._dataset.add(record, prediction, former if is_part(former) else "")
            return
        if record.status == "error" and former:
            # An outdated result would be taken for a current one.
            remove(Path(self._job.output), former)
        self._manifest.save(record)

    def _to_record(self, outcome: Outcome) -> Record:
        size, mtime_ns = outcome.stamp or (None, None)
        return Record(
            outcome.file,
            outcome.status,
            # On one line, and without bytes that aren't UTF-8.
            printable(" ".join(outcome.reasons)),
            size,
            mtime_ns,
            outcome.sha256,
            self._settings,
            outcome.result,
            outcome.result_size,
        )


@contextmanager
def open_batch(
    root: str,
    output: str,
    card: ModelCard,
    hop: float | None,
    format_name: str | None,
    level: str | None,
    rules: ReuseRules,
    on_skipped: Callable[[Outcome], None],
    places: Sequence[str] = (),
) -> Iterator[Batch]:
    """Open a collection and its folder of results for one run.

    At the end of the ``with`` statement, also on an error, the finished results are kept and
    the tables are written.

    Parameters
    ----------
    root, output : str
        The collection and the folder of results; for a data set also an address.
    card : ModelCard
    hop : float or None
        Seconds, as for `Model.predict`.
    format_name : str or None
        Format of one result file per track; None for one data set.
    level : {'file', 'frame'} or None
        None for a format of one form.
    rules : ReuseRules
    on_skipped : callable
        Called with the outcome of each track that isn't analysed: its result is current, or
        it can't be reached.
    places : sequence of str
        Folders outside of the collection into which its links are followed.

    Yields
    ------
    batch : Batch

    Raises
    ------
    OutputError
        If the folder can't be used: it contains something else, another run uses it, or it is an
        address and the format isn't a data set.
    """
    if not is_address(root):
        root = os.path.abspath(root)
    elif places:
        raise OutputError(f"{root} is an address, where no links can be followed.")
    if is_address(output) and format_name is not None:
        raise OutputError(
            f"{output} is an address, to which only a data set is written: give --dataset, or name "
            "a folder of this machine."
        )
    if format_name is None:
        FORMATS["parquet"].require()
    kind = "result files" if format_name else "a data set"
    # Other files can stay beside result files; a data set contains only tracks of the manifest.
    foreign_files = rules.force or (rules.skip_existing and format_name is not None)
    folder = ResultsFolder(output, foreign_files)
    output = str(folder.path)
    pooling = {head: asdict(one) for head, one in card.pooling.items()}
    kinds = {"pooling": pooling, "format": format_name or kind, "level": level}
    content = {**provenance_of(card, hop), **kinds}
    settings = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    folder.begin_run(root, kind, settings, content, rules.force)
    job = Job(root, output, str(folder.staging), hop, format_name, level)
    suffix = FORMATS[format_name].suffix if format_name else ""
    plan = Plan(root, output, suffix, settings, folder.manifest, rules, places)
    dataset = None if format_name else Dataset(folder, level or "file", content, card.further_heads)
    batch = Batch(job, settings, plan, folder.manifest, dataset, on_skipped)
    try:
        yield batch
    except BaseException:
        # Report the original error, not errors from clean-up.
        with suppress(OutputError):
            batch.finish()
        with suppress(OutputError):
            folder.close()
        raise
    batch.finish()
    folder.close()
