"""One track in a worker: heard, written where the worker can, told of."""

import errno
import hashlib
import os
import socket
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from quadpred_plugin.batch.results import put_in_place
from quadpred_plugin.batch.tracks import Stamp, read_stamp
from quadpred_plugin.batch.workers import DEADLY
from quadpred_plugin.errors import AudioError, OutputError, QuadpredError
from quadpred_plugin.exports import export_to
from quadpred_plugin.inference import Model
from quadpred_plugin.prediction import Prediction, without_frames
from quadpred_plugin.system.files import write_atomically

# Beside those of predictions: a track whose content is what it was, which wasn't heard again.
UNCHANGED = "unchanged"

_BLOCK_BYTES = 1 << 20
# What makes every other track fail too, so that going on would be vain.
_HOPELESS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


@dataclass(frozen=True)
class Job:
    """What all tracks of a run have in common.

    Attributes
    ----------
    root, output : str
        The collection and the folder of results; absolute, since workers start elsewhere.
    staging : str
        Folder of this run alone, below the output folder, for files that aren't whole yet. A
        worker that doesn't find it doesn't share the file system, or its run is over: it
        writes nothing.
    hop : float or None
        Seconds, as for `Model.predict`.
    format_name : str or None
        Of a result file for each track; None where rows go into one data set.
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
    """One track to be heard.

    Attributes
    ----------
    file : str
        Path below the root.
    result : str
        Path of its result below the output folder; empty where rows go into a data set.
    known : str or None
        SHA-256 of the content whose result is there already.
    """

    file: str
    result: str
    known: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a track.

    Attributes
    ----------
    file : str
    status : str
        One of `prediction.STATUSES`, or `UNCHANGED`.
    reasons : tuple of str
        Sentences; of an error the first says what is wrong.
    stamp : Stamp or None
        Of the file before it was read.
    sha256 : str or None
        Of its content.
    result : str
        Where the result is, below the output folder; empty for none.
    result_size : int
        Bytes of the result file.
    content : bytes or None
        The result file's content, where the worker couldn't put it in place.
    prediction : Prediction or None
        Where rows go into a data set.
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


def hear(job: Job, model: Model, task: Task) -> Outcome:
    """Hear a track and write its result.

    Raises
    ------
    AudioError
        If the collection isn't there at all.
    OutputError
        If nothing can be written any more: the disk is full, or can't be written to.
    """
    path = os.path.join(job.root, task.file)
    stamp, sha256 = read_stamp(path), None
    if stamp is not None:
        sha256 = _digest(path)
    elif not os.path.isdir(job.root):
        raise AudioError(
            f"The folder {job.root} isn't there on {socket.gethostname()}: every worker needs "
            "the collection under the same path."
        )
    outcome = Outcome(task.file, UNCHANGED, stamp=stamp, sha256=sha256)
    if sha256 is not None and sha256 == task.known:
        return outcome
    # Named as below the root, so that results don't depend on where that is.
    prediction = replace(_predict(model, path, job.hop), source=task.file)
    outcome = replace(outcome, status=prediction.status, reasons=prediction.warnings)
    if job.format_name is None:
        return replace(outcome, prediction=prediction)
    if prediction.status == "error":
        return outcome
    try:
        return _write(job, task, prediction, outcome)
    except OutputError as error:
        return _failed(job, outcome, error)


def brought_down(task: Task) -> Outcome:
    """Tell of a track that ends the process that hears it."""
    return Outcome(task.file, "error", (DEADLY,))


def put_content_in_place(job: Job, outcome: Outcome) -> Outcome:
    """Write the result file of a worker that couldn't, and say what became of it."""
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
    """Turn what can't be written into a failure of its track."""
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in _HOPELESS:
        raise OutputError(
            f"The folder {job.output} can't be written to: {cause.strerror}. What was finished "
            "is kept: run the same command again when that has changed."
        ) from error
    return replace(outcome, status="error", reasons=(str(error),), result="", result_size=0)


def _predict(model: Model, path: str, hop: float | None) -> Prediction:
    try:
        return model.predict_or_explain(path, hop)
    except QuadpredError:
        raise
    except Exception as error:
        # What a decoder raises on one file in a hundred thousand is no reason to stop.
        reason = f"could not be processed: {type(error).__name__}: {error}."
        return without_frames(path, "error", None, reason, model.provenance(hop))


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


def _digest(path: str) -> str | None:
    """Return the SHA-256 of a file, or None if it can't be read, which hearing explains."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
