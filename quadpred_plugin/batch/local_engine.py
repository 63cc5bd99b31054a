"""The engine for one machine: processes of our own."""

from collections.abc import Iterator
from functools import partial

from quadpred_plugin.batch.tasks import Job, Outcome, Task, brought_down, hear
from quadpred_plugin.batch.workers import run_in_processes
from quadpred_plugin.model.card import ModelCard


def hear_locally(card: ModelCard, jobs: int, job: Job, tasks: Iterator[Task]) -> Iterator[Outcome]:
    """Hear tracks in so many processes, as they get ready; one that brings its process down fails.

    Always in processes, also in one: a decoder that crashes shall not end the run.
    """
    for task, outcome in run_in_processes(card, partial(hear, job), tasks, jobs):
        yield brought_down(task) if outcome is None else outcome
