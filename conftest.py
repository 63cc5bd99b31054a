"""Runs the code blocks of the README and of the documentation's pages."""

from pathlib import Path

from sybil import Sybil

from tests.documents import PARSERS, enter, leave

# A document's blocks run in order, in a folder of their own.
pytest_collect_file = Sybil(
    parsers=PARSERS,
    path=str(Path(__file__).parent),
    patterns=["README.md", "docs/**/*.md", "docs/*.md"],
    setup=enter,
    teardown=leave,
).pytest()
