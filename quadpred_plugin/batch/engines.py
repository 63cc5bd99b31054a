"""Engines: what runs the tasks of a job. One module an engine, one registry.

To add an engine, write a module with a function ``open_engine`` as in `local_engine`, and add a
line to `ENGINES`. Modules are imported when their engine is opened, so that the command line can
list the engines without NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quadpred_plugin.batch.tasks import Job, Outcome, Task
    from quadpred_plugin.model.card import ModelCard


class Engine(Protocol):
    """Pulls tasks for a job and yields outcomes in any order.

    Each task has one outcome: that of `tasks.analyse_track`, or of `tasks.crash_outcome` if the
    track crashes its worker. Pull only a few tasks ahead of the outcomes, since a collection may
    have a million tracks. Stop the workers if the iterator is closed.
    """

    def __call__(self, job: Job, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """Run the tasks.

        Parameters
        ----------
        job : Job
            Settings that all tasks share.
        tasks : iterator of Task
            To be used in the caller's thread only.

        Yields
        ------
        outcome : Outcome
        """


@dataclass(frozen=True)
class EngineOptions:
    """Options of all engines.

    Attributes
    ----------
    card : ModelCard
        Of the model that the workers load.
    jobs : int
        Number of processes on this machine.
    scheduler : str or None
        Address of a cluster; None starts the workers on this machine.
    report : callable
        Takes a sentence for the user.
    """

    card: ModelCard
    jobs: int
    scheduler: str | None
    report: Callable[[str], None]


@dataclass(frozen=True)
class EngineEntry:
    """An engine of the registry.

    Attributes
    ----------
    module : str
        Full name of a module with a function ``open_engine(options)``, which takes
        `EngineOptions` and returns a context manager of an `Engine`.
    title : str
        Where tracks are analysed, for help.
    takes_scheduler : bool
        Whether the engine connects to a cluster by its address.
    """

    module: str
    title: str
    takes_scheduler: bool = False

    def open(self, options: EngineOptions) -> AbstractContextManager[Engine]:
        """Import the engine and start it.

        Parameters
        ----------
        options : EngineOptions

        Raises
        ------
        QuadpredError
            If its packages are missing or it can't start.
        """
        engine: AbstractContextManager[Engine] = import_module(self.module).open_engine(options)
        return engine


# The first one is the default.
ENGINES = {
    "local": EngineEntry("quadpred_plugin.batch.local_engine", "processes of this machine"),
    "dask": EngineEntry("quadpred_plugin.batch.dask_engine", "a Dask cluster", True),
}
