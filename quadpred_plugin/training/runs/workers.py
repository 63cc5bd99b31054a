"""Trainings side by side, one core each.

Networks of this size train half as fast again in two processes of one thread each as in one
process of two threads: 785 patches a second each against 966 together, measured for the compact
network on two cores.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from quadpred_plugin.system.processes import end_with_parent


def run_side_by_side(
    function: Callable[..., Any], calls: Iterable[tuple[Any, ...]], jobs: int
) -> None:
    """Call a function with each tuple of arguments, in so many processes at a time.

    Each process keeps to one thread, with one job too, so that the number of jobs doesn't
    change what is learned. The first error ends the run once the calls under way are over.

    Parameters
    ----------
    function : callable
        Of a module's top level; its arguments can be pickled.
    calls : iterable of tuple
    jobs : int
    """
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _begin) as pool:
        waiting = [pool.submit(function, *arguments) for arguments in calls]
        try:
            for one in as_completed(waiting):
                one.result()
        except KeyboardInterrupt:
            # What is under way goes on from its last epoch another time.
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def use_one_thread() -> None:
    """Keep TensorFlow in this process to one thread; called before it computes anything."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    use_one_thread()
