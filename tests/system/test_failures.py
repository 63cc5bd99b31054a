"""What libraries raise becomes an error of one file; what ends programs doesn't."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest

import quadpred_plugin as qp
from quadpred_plugin.errors import AudioError, ModelError, OutputError
from quadpred_plugin.report import sound
from quadpred_plugin.system.failures import describe, failures_as
from tests.limits import HANG
from tests.signals import EXAMPLES


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (RuntimeError(), "RuntimeError"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (MemoryError(), "there is not enough memory"),
        (ValueError("two\nlines\x1b[2J"), r"ValueError: two\nlines\x1b[2J"),
        (ValueError("x" * 1000), f"ValueError: {'x' * 200}…"),
    ],
)
def test_any_exception_is_described_on_one_line(error, words):
    assert describe(error) == words
    with pytest.raises(AudioError) as raised, failures_as(AudioError):
        raise error
    assert str(raised.value) == words
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("error", [ModelError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_our_own_errors_and_ends_pass(error):
    with pytest.raises(type(error)) as raised, failures_as(AudioError):
        raise error
    assert raised.value is error


def test_what_is_named_passes():
    with pytest.raises(MemoryError), failures_as(AudioError, MemoryError):
        raise MemoryError


def test_tracebacks_are_shown_on_request(capsys, monkeypatch):
    for value, shown in (("", False), ("0", False), ("1", True)):
        monkeypatch.setenv("QUADPRED_DEBUG", value)
        with pytest.raises(AudioError), failures_as(AudioError):
            raise LookupError("odd")
        assert ("LookupError: odd" in capsys.readouterr().err) == shown


@pytest.fixture
def prediction():
    return qp.predict(EXAMPLES / "q4_calm.ogg")


@pytest.mark.parametrize("error", [LookupError("odd"), MemoryError()])
def test_a_library_that_fails_while_it_writes(prediction, tmp_path, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(np, "savez", fail)
    monkeypatch.setattr(np, "savez_compressed", fail)
    with pytest.raises(OutputError, match=r"song\.npz can't be written: (LookupError: odd|there)"):
        prediction.save(tmp_path / "song.npz")
    assert os.listdir(tmp_path) == []


def test_a_library_that_fails_while_it_encodes(monkeypatch):
    import av

    def fail(*_, **__):
        raise LookupError("odd")

    monkeypatch.setattr(av, "open", fail)
    with pytest.raises(AudioError, match="could not be processed: LookupError: odd"):
        sound.encode(EXAMPLES / "q4_calm.ogg", 32_000)


DEFECT = """
import sys
from quadpred_plugin.cli import main

def fail(**_):
    raise {error}

if "--debug" in sys.argv:
    import os
    os.environ["QUADPRED_DEBUG"] = "1"
main.quadpred.main = fail
main.main()
"""


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("KeyError('x')", "quadpred: this is a defect of quadpred: KeyError: 'x'. "),
        ("OSError(30, 'Read-only file system')", "quadpred: the system refuses what quadpred "),
        ("OSError(13, 'Permission denied', 'a.csv')", "quadpred: a.csv: Permission denied."),
    ],
)
def test_the_command_line_ends_with_a_sentence(error, sentence):
    for more in ([], ["--debug"]):
        run = subprocess.run(
            [sys.executable, "-c", DEFECT.format(error=error), *more],
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        assert run.returncode == 1
        assert run.stderr.splitlines()[-1].startswith(sentence)
        assert ("Traceback" in run.stderr) == bool(more)
