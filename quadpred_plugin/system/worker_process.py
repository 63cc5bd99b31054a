"""One worker process, and what it does: it computes what its parent sends over a socket.

It differs from a process of `multiprocessing` in three ways. It never imports the main module of
its parent, so a script needs no guard and may come from standard input. It needs no semaphores,
hence no /dev/shm. And daemonic processes may start it.
"""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Any, NoReturn

from quadpred_plugin.errors import InstallationError, QuadpredError
from quadpred_plugin.system.processes import interrupts_blocked

# Two TensorFlows in one process end it, and one with threads works in no copy of its process.
_NOT_FOR_COPIES = ("essentia", "tensorflow")
_THREADS = "/proc/self/task"

# The current folder has no say in what is imported, the parent's import path has.
_PROGRAM = """
import sys
sys.path[:] = filter(None, sys.path)
from multiprocessing.connection import Connection
connection = Connection(int(sys.argv[1]))
sys.path[:] = connection.recv()
try:
    from quadpred_plugin.system.worker_process import serve
except Exception as error:
    connection.send((False, (error, "")))
else:
    serve(connection)
"""


class ProcessEndedError(Exception):
    """A worker process ended before it answered; the message is how."""


class RemoteError(Exception):
    """The traceback of a worker process, as the cause of its exception that is raised here."""


class WorkerProcess:
    """A process that loads something once, then computes items, one at a time.

    It ends when its parent does, and ignores Ctrl-C.

    Parameters
    ----------
    load : callable
        Returns the first argument of the function, such as a model. It, the function, items
        and results are pickled.
    function : callable
        Called with what was loaded and an item.
    may_fork : bool
        Whether it may be a copy of this process, which starts faster. It is one if this
        process has no threads and no TensorFlow, which a copy couldn't use.

    Raises
    ------
    QuadpredError
        If the system refuses another process.
    """

    def __init__(
        self, load: Callable[[], Any], function: Callable[[Any, Any], Any], may_fork: bool
    ) -> None:
        self._functions = (load, function)
        self._ready = False
        self._process: subprocess.Popen[bytes] | BaseProcess
        if sys.stdout is not None:
            # Before a copy does: a full disk under it is no failure of a process.
            sys.stdout.flush()
        try:
            self._connection, theirs = multiprocessing.Pipe()
            try:
                # Ctrl-C reaches every process of the terminal; only this one handles it.
                with interrupts_blocked():
                    self._forked = may_fork and _can_fork()
                    start = _fork if self._forked else _start_python
                    self._process = start(self._connection, theirs)
            finally:
                theirs.close()
        except OSError as error:
            raise QuadpredError(
                f"No worker process can be started: {error.strerror or error}. Use fewer "
                "processes, or close other programs."
            ) from error

    def become_ready(self) -> None:
        """Wait until it has loaded; return at once if it has.

        Raises
        ------
        ProcessEndedError
            If it ended.
        QuadpredError
            If ``load`` raised it.
        InstallationError
            If anything else was raised.
        """
        if self._ready:
            return
        try:
            if not self._forked:
                self._send([place for place in sys.path if isinstance(place, str)])
            self._send(self._functions)
            self._receive()
        except (QuadpredError, ProcessEndedError):
            raise
        except Exception as error:
            raise InstallationError(
                f"A worker process failed while it started: {type(error).__name__}: {error}. "
                "'quadpred doctor' checks this installation."
            ) from error
        self._ready = True

    def compute(self, item: Any) -> Any:
        """Return the function's result for an item.

        Raises
        ------
        ProcessEndedError
            If the process ended.
        Exception
            Any exception of the function.
        """
        self._send(item)
        return self._receive()

    def kill(self) -> None:
        """End it at once; from any thread, and also if it has ended."""
        self._process.kill()
        self._wait()

    def _send(self, value: Any) -> None:
        content = pickle.dumps(value)
        try:
            self._connection.send_bytes(content)
        except OSError:
            raise ProcessEndedError(self._how_it_ended()) from None

    def _receive(self) -> Any:
        try:
            content = self._connection.recv_bytes()
        except (EOFError, OSError):
            raise ProcessEndedError(self._how_it_ended()) from None
        succeeded, value = pickle.loads(content)
        if succeeded:
            return value
        error, trace = value
        raise error from RemoteError(trace)

    def _how_it_ended(self) -> str:
        code = self._wait()
        if code is not None and code < 0:
            return f"ended by {signal.Signals(-code).name}"
        return f"exit code {code}"

    def _wait(self) -> int | None:
        if isinstance(self._process, subprocess.Popen):
            return self._process.wait()
        self._process.join()
        return self._process.exitcode


def _can_fork() -> bool:
    """Whether a copy of this process can do everything that this process can."""
    if sys.platform != "linux" or multiprocessing.current_process().daemon:
        return False
    if any(name in sys.modules for name in _NOT_FOR_COPIES):
        return False
    try:
        # Threads of native libraries are in it too.
        return len(os.listdir(_THREADS)) == 1
    except OSError:
        return False


def _fork(ours: Connection, theirs: Connection) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(
        target=_serve_as_copy, args=(ours, theirs), daemon=True
    )
    process.start()
    return process


def _start_python(ours: Connection, theirs: Connection) -> "subprocess.Popen[bytes]":
    if not sys.executable or getattr(sys, "frozen", False):
        raise QuadpredError(
            "No worker process can be started: this program isn't started by Python. Analyse "
            "files one after the other in this process: jobs=1."
        )
    flags = ["-X", f"utf8={sys.flags.utf8_mode}"]
    return subprocess.Popen(
        [sys.executable, *flags, "-c", _PROGRAM, str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
    )


def _serve_as_copy(parents: Connection, own: Connection) -> None:
    # While a copy of the parent's end is open here, the end of the parent isn't noticed.
    parents.close()
    serve(own)


def serve(connection: Connection) -> NoReturn:
    """Compute what the parent sends, until the parent closes the connection or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    messages: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive_all, args=(connection, messages), daemon=True).start()
    loaded: Any = None

    def load() -> None:
        nonlocal loaded
        load_it, function = pickle.loads(messages.get())
        loaded = partial(function, load_it())

    _answer(connection, load)
    while True:
        _answer(connection, lambda: loaded(pickle.loads(messages.get())))


def _receive_all(connection: Connection, messages: "SimpleQueue[bytes]") -> None:
    while True:
        try:
            messages.put(connection.recv_bytes())
        except (EOFError, OSError):
            # Also in the middle of a computation: a second run of the same command must not
            # meet the processes of a killed one.
            os._exit(0)


def _answer(connection: Connection, compute: Callable[[], Any]) -> None:
    try:
        content = pickle.dumps((True, compute()))
    except Exception as error:
        content = pickle.dumps((False, (_portable(error), traceback.format_exc())))
    connection.send_bytes(content)


def _portable(error: Exception) -> Exception:
    """Return an exception, or one with its words if it can't be pickled."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
