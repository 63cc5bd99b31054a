"""The boundary around what is done for one file: any exception inside is that file's failure.

Libraries raise what their documentation doesn't list, from ZeroDivisionError up. So no list of
types decides whether a damaged file costs itself or the whole run.
"""

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.text import printable

# Shows where an exception comes from, which may be a defect of this package; also --debug.
DEBUG_VARIABLE = "QUADPRED_DEBUG"

# Some libraries put whole files into their messages.
_MOST_CHARACTERS = 200


@contextmanager
def failures_as(
    make_error: Callable[[str], QuadpredError], *passing: type[Exception]
) -> Iterator[None]:
    """Turn any exception inside into an error of this package.

    Its own errors pass unchanged, and so does what ends programs: KeyboardInterrupt and
    SystemExit.

    Parameters
    ----------
    make_error : callable
        Makes the error from a few words on the exception, as of `describe`.
    *passing : type
        Further exceptions that pass unchanged.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, (QuadpredError, *passing)):
            raise
        show_traceback(error)
        raise make_error(describe(error)) from error


def describe(error: Exception) -> str:
    """Return an exception's type and message; of one of the system, the message alone."""
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    if isinstance(error, OSError) and error.strerror and type(error).__module__ == "builtins":
        return error.strerror
    name, text = type(error).__name__, printable(str(error).strip())
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]}…"
    return f"{name}: {text}" if text else name


def is_debugging() -> bool:
    """Whether tracebacks are asked for."""
    return os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0")


def show_traceback(error: BaseException) -> None:
    """Print an exception's traceback on standard error, if tracebacks are asked for."""
    if is_debugging():
        # Without a standard error, the error's own sentence must still arrive.
        with suppress(OSError, AttributeError):
            traceback.print_exception(error)
