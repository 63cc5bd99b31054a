"""Semaphores of the system, which Dask's processes and other libraries share."""

from quadpred_plugin.system.failures import describe

FOLDER = "/dev/shm"


def semaphore_problem() -> str:
    """Return why no semaphore can be made, or an empty string if one can."""
    import multiprocessing

    try:
        multiprocessing.get_context("spawn").Lock()
    except (OSError, ImportError) as error:
        return f"semaphores can't be made in {FOLDER} ({describe(error)})"
    return ""
