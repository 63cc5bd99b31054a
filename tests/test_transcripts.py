"""Transcripts of documents are compared exactly, except for fractions and omitted lines."""

import subprocess

import pytest

from tests.transcripts import agree, commands, refresh

SHOWN = "name,share\na b,-0.250000\n"


@pytest.mark.parametrize(
    ("found", "agrees"),
    [
        (SHOWN, True),
        ("name,share\na b,-0.255\n\n", True),
        ("name,share\na b,-0.27\n", False),
        ("name,share\na b,0.25\n", False),
        ("name,share\na c,-0.25\n", False),
        ("name,share\n", False),
        (SHOWN + "one line more\n", False),
    ],
)
def test_fractions_alone_may_differ(found, agrees):
    assert agree(SHOWN, found) is agrees


def test_dots_stand_for_lines():
    shown = "first 0.10\n...\nlast 0.90"
    assert agree(shown, "first 0.10\n5.0\nmore\nlast 0.90\n")
    assert agree(shown, "first 0.10\nlast 0.90\n")
    assert not agree(shown, "first 0.10\nlast 0.50\n")
    assert not agree(shown, "first 0.10\nlast 0.90\nmore\n")


def test_outputs_are_refreshed_where_they_are_shown():
    def output(command):
        return subprocess.check_output(["bash", "-c", command], text=True)

    old = "$ echo new\nold\n$ true\n$ printf '1\\n2\\n3\\n'\n1\n...\n$ echo unseen\n"
    new = refresh(old, output)
    assert new == old.replace("\nold\n", "\nnew\n")
    assert commands(new)[0] == ("echo new", "new")
