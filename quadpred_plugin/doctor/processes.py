"""Check that worker processes start, and that the system has semaphores."""

from collections.abc import Iterator

from quadpred_plugin.doctor.findings import NOTE, OK, PROBLEM, Finding
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.failures import describe
from quadpred_plugin.system.semaphores import FOLDER, semaphore_problem
from quadpred_plugin.system.worker_pool import WorkerPool

_ITEM = 1
_TIMEOUT_SECONDS = 120


def check_processes() -> Iterator[Finding]:
    """Start a worker process and let it compute something; make a semaphore."""
    try:
        with WorkerPool(int, max, 1, may_fork=False) as pool:
            pool.submit(_ITEM).result(_TIMEOUT_SECONDS)
        yield Finding("processes", "worker process", OK, "starts and answers")
    except Exception as error:  # a broken installation may raise anything
        reason = str(error) if isinstance(error, QuadpredError) else f"fails: {describe(error)}."
        remedy = "Fix the package problems listed above first."
        yield Finding("processes", "worker process", PROBLEM, reason, remedy)
    problem = semaphore_problem()
    if problem:
        yield Finding(
            "processes",
            "semaphores",
            NOTE,
            f"{problem}: 'quadpred batch --engine dask' can't start a cluster here. Nothing else "
            "needs them.",
            f"mount -t tmpfs -o mode=1777 tmpfs {FOLDER}",
        )
    else:
        yield Finding("processes", "semaphores", OK, "can be made")
