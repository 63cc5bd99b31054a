"""Engine for one machine: worker processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from quadpred_plugin.batch.engines import Engine, EngineOptions
from quadpred_plugin.batch.tasks import Job, Outcome, Task, analyse_track, crash_outcome
from quadpred_plugin.batch.workers import run_in_processes
from quadpred_plugin.inference import Model
from quadpred_plugin.model.card import ModelCard


@contextmanager
def open_engine(options: EngineOptions) -> Iterator[Engine]:
    """Return the engine for as many processes as the options have jobs."""
    yield partial(_run, options.card, options.jobs)


def _run(card: ModelCard, jobs: int, job: Job, tasks: Iterator[Task]) -> Iterator[Outcome]:
    # In a worker process even with one job: a crash of a decoder must not end the run.
    load = partial(Model, card)
    for task, outcome in run_in_processes(load, partial(analyse_track, job), tasks, jobs):
        yield crash_outcome(task) if outcome is None else outcome
