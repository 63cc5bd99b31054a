"""The documents' Python blocks, one after the other, are scripts that need no guard."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import documents
from tests.limits import HANG

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    page
    for page in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"))
    if BLOCK.search(page.read_text())
]


def script_of(text):
    """Return the code of all Python blocks of a page, without the outputs of sessions."""
    parts = []
    for block in BLOCK.findall(text):
        session = doctest.DocTestParser().get_examples(block)
        parts.append("".join(example.source for example in session) if session else block)
    return "\n".join(parts)


@pytest.mark.parametrize("how", ["file", "standard input"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run_as_a_script(page, how):
    text = page.read_text()
    begin = BLOCK.search(text).start()
    with documents.opened(page) as document:
        # Commands before the first block may write what it reads.
        for example in document:
            if example.start < begin:
                example.evaluate()
        Path("script.py").write_text(script_of(text))
        done = subprocess.run(
            [sys.executable, "script.py"] if how == "file" else [sys.executable, "-"],
            input=None if how == "file" else script_of(text),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        if page.name == "README.md":
            assert Path("a.mp3.json").exists() and Path("b.flac.json").exists()


def test_the_readme_is_among_them():
    assert "predict_many" in script_of((ROOT / "README.md").read_text())
