"""A run over a collection: plan, outcomes, records."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeAlias

from quadpred_plugin.batch.dataset import Dataset, is_part
from quadpred_plugin.batch.folder import ResultsFolder
from quadpred_plugin.batch.manifest import Manifest, Record
from quadpred_plugin.batch.plan import Plan, Planned, Wishes
from quadpred_plugin.batch.results import remove
from quadpred_plugin.batch.tasks import UNCHANGED, Job, Outcome, Task, put_content_in_place
from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import FORMATS
from quadpred_plugin.inference import provenance_of
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import without_frames
from quadpred_plugin.system.text import printable

# Takes what tracks have in common, and tracks as it wants them; the order of outcomes is free.
Engine: TypeAlias = Callable[[Job, Iterator[Task]], Iterator[Outcome]]

# Of a track with a result that isn't known to be of its content and these settings.
EXISTING = "existing"


class Batch:
    """One run over a collection; `open_batch` makes it.

    Attributes
    ----------
    counts : Counter
        Of the outcomes of this run, by status.
    gone : int or None
        Tracks of runs before that are no longer in the collection; None before its end.
    """

    def __init__(
        self,
        job: Job,
        settings: str,
        plan: Plan,
        manifest: Manifest,
        dataset: Dataset | None,
        settled: Callable[[Outcome], None],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.gone: int | None = None
        self._job, self._settings, self._plan = job, settings, plan
        self._manifest, self._dataset, self._settled = manifest, dataset, settled
        # What was known of tracks that are being heard.
        self._heard: dict[str, Planned] = {}

    def outcomes(self, engine: Engine) -> Generator[Outcome, None, None]:
        """Hear what is to be heard.

        Each outcome is to be given to `record` before the next is asked for; it may be left
        off at any time.
        """
        yield from engine(self._job, self._tasks())
        self.gone = self._manifest.end_run()

    def record(self, outcome: Outcome) -> Outcome:
        """Keep what became of a track; return it, a failure if it could not be kept."""
        planned = self._heard.pop(outcome.file)
        if outcome.content is not None:
            outcome = put_content_in_place(self._job, outcome)
        before = planned.record
        if outcome.status == UNCHANGED:
            assert before is not None and outcome.stamp is not None
            size, mtime_ns = outcome.stamp
            self._manifest.save(replace(before, size=size, mtime_ns=mtime_ns))
        else:
            self._keep(self._to_record(outcome), outcome, before)
        self.counts[outcome.status] += 1
        self._manifest.tick()
        return outcome

    def finish(self) -> None:
        """Write the rows that wait for a part of the data set."""
        if self._dataset is not None:
            self._dataset.flush()

    def _tasks(self) -> Iterator[Task]:
        for planned in self._plan:
            if planned.task is not None:
                self._heard[planned.found.file] = planned
                yield planned.task
            else:
                self._settle(planned)

    def _settle(self, planned: Planned) -> None:
        file, reason = planned.found.file, planned.found.obstacle
        if reason is not None:
            outcome = Outcome(file, "error", (reason,))
            self._keep(self._to_record(outcome), outcome, planned.record)
        elif planned.record is None:
            outcome = Outcome(file, EXISTING)
            self._manifest.save(Record(file, EXISTING))
        else:
            outcome = Outcome(file, UNCHANGED)
        self.counts[outcome.status] += 1
        self._manifest.tick()
        self._settled(outcome)

    def _keep(self, record: Record, outcome: Outcome, before: Record | None) -> None:
        former = before.result if before is not None else ""
        if record.status == "error" and before == replace(record, result=former):
            # It failed before, for the same reason; rows that say so are there.
            self._manifest.save(before)
            return
        if self._dataset is not None:
            prediction = outcome.prediction
            if prediction is None:
                prediction = without_frames(outcome.file, outcome.status, None, record.reason, {})
            self._dataset.add(record, prediction, former if is_part(former) else "")
            return
        if record.status == "error" and former:
            # Of a content or of settings that are no more: it would be taken for theirs.
            remove(Path(self._job.output), former)
        self._manifest.save(record)

    def _to_record(self, outcome: Outcome) -> Record:
        size, mtime_ns = outcome.stamp or (None, None)
        return Record(
            outcome.file,
            outcome.status,
            # On one line, and without what UTF-8 can't hold.
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
    wishes: Wishes,
    settled: Callable[[Outcome], None],
) -> Iterator[Batch]:
    """Open a collection and its folder of results for one run.

    At the end of the ``with`` statement, whatever it is, what was finished is kept and the
    tables are written.

    Parameters
    ----------
    root, output : str
        The collection and the folder of results.
    card : ModelCard
    hop : float or None
        Seconds, as for `Model.predict`.
    format_name : str or None
        Of a result file for each track; None for one data set.
    level : {'file', 'frame'} or None
        None for a format of one form.
    wishes : Wishes
    settled : callable
        Called with the outcome of each track that isn't heard: its result stands, or
        something is in the way.

    Raises
    ------
    OutputError
        If the folder can't be used: it holds something else, or another run uses it.
    """
    root, output = os.path.abspath(root), os.path.abspath(output)
    if format_name is None:
        FORMATS["parquet"].require()
    kind = "result files" if format_name else "a data set"
    # Result files of others can be left alone; a data set holds what the manifest knows.
    of_others = wishes.force or (wishes.skip_existing and format_name is not None)
    folder = ResultsFolder(Path(output), of_others)
    pooling = {head: asdict(one) for head, one in card.pooling.items()}
    kinds = {"pooling": pooling, "format": format_name or kind, "level": level}
    content = {**provenance_of(card, hop), **kinds}
    settings = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    folder.begin_run(root, kind, settings, content, wishes.force)
    job = Job(root, output, str(folder.staging), hop, format_name, level)
    suffix = FORMATS[format_name].suffix if format_name else ""
    plan = Plan(root, output, suffix, settings, folder.manifest, wishes)
    dataset = None if format_name else Dataset(folder, level or "file", content)
    batch = Batch(job, settings, plan, folder.manifest, dataset, settled)
    try:
        yield batch
    except BaseException:
        # What ends the run is told, not what follows from it.
        with suppress(OutputError):
            batch.finish()
        with suppress(OutputError):
            folder.close()
        raise
    batch.finish()
    folder.close()
