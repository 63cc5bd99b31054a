"""The whole examination, topic by topic."""

import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from quadpred_plugin.doctor.decoders import decoders
from quadpred_plugin.doctor.findings import NOTE, OK, PROBLEM, Finding
from quadpred_plugin.doctor.model_files import models
from quadpred_plugin.doctor.packages import DISTRIBUTION, extras, required_packages
from quadpred_plugin.version import VERSION


def program() -> Iterator[Finding]:
    """Tell which program, Python and machine this is, and whether there is room to work."""
    from importlib import metadata

    package = Path(__file__).parent.parent
    yield Finding("program", "quadpred", OK, f"{VERSION} in {package}")
    python = f"{platform.python_version()}, {sys.executable}"
    yield Finding("program", "Python", OK, python)
    yield Finding("program", "machine", OK, f"{platform.system()} {platform.machine()}")
    installed = metadata.version(DISTRIBUTION)
    if installed != VERSION:
        yield Finding(
            "program",
            DISTRIBUTION,
            NOTE,
            f"pip knows it as {installed}, but {VERSION} runs.",
            f"pip install --force-reinstall --no-deps {DISTRIBUTION}",
        )
    # What doesn't fit into memory goes there.
    with tempfile.TemporaryFile() as stream:
        stream.write(bytes(1 << 20))
        stream.flush()
    yield Finding("program", "temporary files", OK, f"fit into {tempfile.gettempdir()}")


# Each is looked at even if one before it can't be.
TOPICS: dict[str, Callable[[], Iterator[Finding]]] = {
    "program": program,
    "packages": required_packages,
    "models": models,
    "decoders": decoders,
    "extras": extras,
}


def examine(topics: dict[str, Callable[[], Iterator[Finding]]]) -> Iterator[Finding]:
    """Look at everything; a topic that can't be looked at is a finding too.

    Parameters
    ----------
    topics : dict of str to callable
        What looks at each topic.
    """
    for topic, look in topics.items():
        try:
            yield from look()
        except Exception as error:  # a broken installation may raise anything anywhere
            yield Finding(
                topic,
                topic,
                PROBLEM,
                f"can't be examined: {type(error).__name__}: {error}.",
                f"pip install --force-reinstall {DISTRIBUTION}",
            )
