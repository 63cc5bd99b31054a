"""Tasks: analyse one track in a worker, write its result, report the outcome."""

import errno
import os
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from quadpred_plugin.batch.results import put_in_place
from quadpred_plugin.batch.sources import open_source
from quadpred_plugin.batch.tracks import Stamp
from quadpred_plugin.batch.workers import crash_reason
from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import export_to
from quadpred_plugin.inference import Model
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.failures import failures_as
from quadpred_plugin.system.files import write_atomically

# Status, besides those of predictions, of a track with unchanged content, whose result is kept.
UNCHANGED = "unchanged"

# Errors that every other track would meet too; they end the run.
_FATAL_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


@dataclass(frozen=True)
class Job:
    """Settings that all tasks of a run share.

    Attributes
    ----------
    root, output : str
        The collection, also an address, and the folder of results. Absolute paths, since workers
        have other current folders.
    staging : str
        Folder below the output folder for incomplete files of this run only, and for copies of
        tracks at an address. A worker that doesn't find it writes no results: it has another file
        system, or the run has ended.
    hop : float or None
        Seconds, as for `Model.predict`.
    format_name : str or None
        Format of one result file per track; None for one data set.
    level : {'file', 'frame'} or None
        None for a format of one form.
    """

    root: str
    output: str
    staging: str
    hop: float | None
    format_name: str | None
    level: str | None


@dataclass(frozen=True)
class Task:
    """One track to be analysed.

    Attributes
    ----------
    file : str
        Path below the root.
    result : str
        Path of its result below the output folder; empty for a data set.
    known : str or None
        SHA-256 of the content that the existing result is of.
    """

    file: str
    result: str
    known: str | None = None


@dataclass(frozen=True)
class Outcome:
    """Result of a task.

    Attributes
    ----------
    file : str
    status : str
        One of `prediction.STATUSES`, or `UNCHANGED`.
    reasons : tuple of str
        Warnings; of status ``error`` the first is the cause.
    stamp : Stamp or None
        Size and time of the file before it was read.
    sha256 : str or None
        Of the file's content.
    result : str
        Path of the result below the output folder; empty for none.
    result_size : int
        Size of the result file, bytes.
    content : bytes or None
        The result file's content, if the worker couldn't write it.
    prediction : Prediction or None
        Only for a data set.
    """

    file: str
    status: str
    reasons: tuple[str, ...] = ()
    stamp: Stamp | None = None
    sha256: str | None = None
    result: str = ""
    result_size: int = 0
    content: bytes | None = None
    prediction: Prediction | None = None


def analyse_track(job: Job, model: Model, task: Task) -> Outcome:
    """Predict a track and write its result.

    Raises
    ------
    AudioError
        If the collection doesn't exist on this machine.
    OutputError
        If no result can be written: the disk is full or read-only.
    """
    with open_source(job.root, task.file, job.staging) as source:
        outcome = Outcome(task.file, UNCHANGED, stamp=source.stamp, sha256=source.sha256)
        if source.sha256 is not None and source.sha256 == task.known:
            return outcome
        if source.problem is not None:
            return replace(outcome, status="error", reasons=(source.problem,))
        # The name below the root, so that results don't depend on the root's path.
        prediction = replace(model.predict_or_explain(source.path, job.hop), source=task.file)
    outcome = replace(outcome, status=prediction.status, reasons=prediction.warnings)
    if job.format_name is None:
        return replace(outcome, prediction=prediction)
    if prediction.status == "error":
        return outcome
    try:
        with failures_as(lambda problem: OutputError(f"Its result can't be written: {problem}.")):
            return _write(job, task, prediction, outcome)
    except OutputError as error:
        return _failed(job, outcome, error)


def crash_outcome(task: Task) -> Outcome:
    """Return the outcome of a track that crashes its worker."""
    return Outcome(task.file, "error", (crash_reason(),))


def put_content_in_place(job: Job, outcome: Outcome) -> Outcome:
    """Write the result file of a worker that couldn't; return the updated outcome."""
    content = outcome.content
    assert content is not None
    done = replace(outcome, content=None)
    staged = _staged(job)
    try:
        write_atomically(staged, lambda stream: stream.write(content))
        put_in_place(staged, Path(job.output), outcome.result)
    except OutputError as error:
        return _failed(job, done, error)
    finally:
        staged.unlink(missing_ok=True)
    return done


def _failed(job: Job, outcome: Outcome, error: OutputError) -> Outcome:
    """Return a failure of the track, or raise if every other track would fail too."""
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in _FATAL_ERRORS:
        raise OutputError(
            f"The folder {job.output} can't be written to: {cause.strerror}. Finished results "
            "are kept: solve this and run the same command again."
        ) from error
    return replace(outcome, status="error", reasons=(str(error),), result="", result_size=0)


def _write(job: Job, task: Task, prediction: Prediction, outcome: Outcome) -> Outcome:
    assert job.format_name is not None
    outcome = replace(outcome, result=task.result)
    if not os.access(job.staging, os.W_OK):
        with TemporaryDirectory() as folder:
            file = Path(folder, "result")
            export_to(file, [prediction], job.format_name, job.level)
            content = file.read_bytes()
        return replace(outcome, content=content, result_size=len(content))
    staged = _staged(job)
    try:
        export_to(staged, [prediction], job.format_name, job.level)
        size = staged.stat().st_size
        put_in_place(staged, Path(job.output), task.result)
    finally:
        staged.unlink(missing_ok=True)
    return replace(outcome, result_size=size)


def _staged(job: Job) -> Path:
    return Path(job.staging, uuid.uuid4().hex)
