"""Refuse TensorFlow in processes that were forked off one that uses it."""

import os
import sys

from quadpred_plugin.errors import QuadpredError

# The process that first loaded a graph, or was forked with one of the modules; None before.
_tensorflow_process: int | None = None
# They make an algorithm of each kind when they are imported, and so start TensorFlow.
_STARTING_TENSORFLOW = frozenset({"essentia.standard", "essentia.streaming"})


def record_tensorflow() -> None:
    """Record, before a fork, whether TensorFlow was started in this process."""
    global _tensorflow_process
    if _tensorflow_process is None and not _STARTING_TENSORFLOW.isdisjoint(sys.modules):
        _tensorflow_process = os.getpid()


def refuse_forked_tensorflow() -> None:
    """Refuse TensorFlow in a process that was forked off one that had started it.

    A forked process has none of TensorFlow's threads, and would wait for them for ever.

    Raises
    ------
    QuadpredError
        If this is such a process.
    """
    if _tensorflow_process not in (None, os.getpid()):
        raise QuadpredError(
            "This process was forked off one that had loaded a model, or imported "
            "essentia.standard or essentia.streaming, and TensorFlow doesn't run in both. Start "
            "processes afresh, with multiprocessing.get_context('spawn'), or do that only in the "
            "forked processes."
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
