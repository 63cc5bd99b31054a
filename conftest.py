"""Run the code blocks of the README and of the documentation."""

from pathlib import Path

from sybil import Sybil

from tests.documents import PARSERS, enter, leave

# The blocks of a document run in order, in a new folder.
pytest_collect_file = Sybil(
    parsers=PARSERS,
    path=str(Path(__file__).parent),
    patterns=["README.md", "docs/**/*.md", "docs/*.md"],
    setup=enter,
    teardown=leave,
).pytest()
