"""Refuse TensorFlow in processes that were forked off one that uses it."""

import os

from quadpred_plugin.errors import QuadpredError

# The process that first loaded a graph; None before.
_tensorflow_process: int | None = None


def refuse_forked_tensorflow() -> None:
    """Refuse TensorFlow in a process that was forked off one that has loaded a graph.

    A forked process has none of TensorFlow's threads, and would wait for them for ever.

    Raises
    ------
    QuadpredError
        If this is such a process.
    """
    if _tensorflow_process not in (None, os.getpid()):
        raise QuadpredError(
            "This process was forked off one that had loaded a model, and TensorFlow doesn't run "
            "in both. Start processes afresh, with multiprocessing.get_context('spawn'), or load "
            "models only in the forked processes."
        )


def claim_tensorflow() -> None:
    """Record that this process loads a graph.

    Raises
    ------
    QuadpredError
        As for `refuse_forked_tensorflow`.
    """
    global _tensorflow_process
    refuse_forked_tensorflow()
    _tensorflow_process = os.getpid()
