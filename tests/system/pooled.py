"""Functions for worker processes, which import this module."""

import os
import re
import signal
import sys
import time
from pathlib import Path

from quadpred_plugin.errors import ModelError


class OddError(Exception):
    """An exception that can be pickled, but not be read back."""

    def __init__(self, one, other):
        super().__init__(f"{one} {other}")


def load():
    return os.getpid()


def load_badly():
    raise ModelError("m.pb is no model.")


def load_nothing():
    raise ZeroDivisionError("division by zero")


def die_while_loading():
    os.kill(os.getpid(), signal.SIGILL)


def die_once_while_loading(mark):
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def compute(pid, item):
    """Return the process and the item, or do what the item says."""
    match item:
        case "raise":
            raise KeyError("no such key")
        case "raise oddly":
            raise OddError(1, 2)
        case "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            sys.exit(3)
        case Path():
            # Dies once.
            if not item.exists():
                item.touch()
                os.kill(os.getpid(), signal.SIGSEGV)
        case "imports":
            return sorted(sys.modules)
        case "interrupt":
            os.kill(os.getpid(), signal.SIGINT)
    return pid, item


def write_dots(_, path):
    while True:
        with open(path, "a") as stream:
            stream.write(".")
        time.sleep(0.05)


def keep_busy(_, mark):
    Path(mark).touch()
    # An endless match in native code, which doesn't release the interpreter.
    re.match("(a+)+b", "a" * 64)
