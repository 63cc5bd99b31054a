"""Run all checks of an installation, topic by topic."""

import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from quadpred_plugin.doctor.decoders import check_decoders
from quadpred_plugin.doctor.findings import NOTE, OK, PROBLEM, Finding
from quadpred_plugin.doctor.model_files import check_models
from quadpred_plugin.doctor.packages import DISTRIBUTION, check_extras, check_packages
from quadpred_plugin.doctor.processes import check_processes
from quadpred_plugin.version import VERSION


def check_program() -> Iterator[Finding]:
    """Report the versions of program, Python and system, and check for temporary space."""
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
            f"pip has version {installed}, but {VERSION} runs.",
            f"pip install --force-reinstall --no-deps {DISTRIBUTION}",
        )
    # Bands of long files go to temporary files.
    with tempfile.TemporaryFile() as stream:
        stream.write(bytes(1 << 20))
        stream.flush()
    yield Finding("program", "temporary files", OK, f"fit into {tempfile.gettempdir()}")


# Every topic is checked, even if an earlier check fails.
TOPICS: dict[str, Callable[[], Iterator[Finding]]] = {
    "program": check_program,
    "packages": check_packages,
    "processes": check_processes,
    "models": check_models,
    "decoders": check_decoders,
    "extras": check_extras,
}


def examine(topics: dict[str, Callable[[], Iterator[Finding]]]) -> Iterator[Finding]:
    """Run all checks; a check that raises an exception is a finding too.

    Parameters
    ----------
    topics : dict of str to callable
        The check of each topic.

    Yields
    ------
    finding : Finding
    """
    for topic, check in topics.items():
        try:
            yield from check()
        except Exception as error:  # a broken installation may raise anything anywhere
            yield Finding(
                topic,
                topic,
                PROBLEM,
                f"can't be checked: {type(error).__name__}: {error}.",
                f"pip install --force-reinstall {DISTRIBUTION}",
            )
