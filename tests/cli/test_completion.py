"""Completion in a real bash on a terminal, and by the protocols of zsh and fish."""

import os
import pty
import select
import shutil
import subprocess
import time

import pytest

from quadpred_plugin.model.registry import DEFAULT_MODEL
from tests.conftest import clean_environment
from tests.limits import HANG


@pytest.fixture
def folder(tmp_path):
    for name in ("song one.flac", "so_two.wav", "other.wav"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.fixture
def bash(folder, script):
    """Type into a bash with completion: ``bash(typed, completed)`` fails if that doesn't come."""
    assert shutil.which("bash")
    places = os.pathsep.join([str(script.parent), os.environ["PATH"]])
    environment = clean_environment(PATH=places, PS1="$ ", TERM="dumb", HOME=str(folder))
    reader, terminal = pty.openpty()
    process = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        cwd=folder,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)

    def wait(done):
        said = b""
        deadline = time.monotonic() + HANG
        while not done(said):
            assert time.monotonic() < deadline, f"only this came: {said}"
            if select.select([reader], [], [], 0.1)[0]:
                said += os.read(reader, 4096)

    def complete(typed, completed):
        os.write(reader, f"quadpred {typed}\t".encode())
        wait(lambda said: completed.encode() in said)

    os.write(reader, b'bind "set bell-style none"; bind "set enable-bracketed-paste off"\n')
    os.write(reader, b'eval "$(quadpred completion bash)"; printf "%s" "rea"dy\n')
    wait(lambda said: b"ready" in said)
    yield complete
    os.close(reader)
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("pre", "quadpred predict "),
        ("models ver", "quadpred models verify "),
        ("predict --skip", "quadpred predict --skip-existing "),
        ("predict --format tab", "quadpred predict --format table "),
        ("tag so_", "quadpred tag so_two.wav "),
        ("predict --model comp", f"quadpred predict --model {DEFAULT_MODEL} "),
        ("completion z", "quadpred completion zsh "),
    ],
)
def test_bash(bash, typed, completed):
    bash(typed, completed)


@pytest.fixture
def ask(folder, quadpred):
    """Ask as a shell's script does: ``ask(shell, line, word)``."""

    def run(shell, line, word):
        environment = {"_QUADPRED_COMPLETE": f"{shell}_complete", "COMP_WORDS": line}
        environment["COMP_CWORD"] = str(len(line.split())) if shell == "zsh" else word
        return quadpred(folder=folder, **environment).output.decode()

    return run


def test_zsh(ask):
    lines = ask("zsh", "quadpred", "").splitlines()
    assert lines[:2] == ["plain", "predict"]
    assert lines[2].startswith("Predict quadrants")
    assert "tag" in lines and "doctor" in lines
    assert ask("zsh", "quadpred predict", "").splitlines()[0] == "file"


def test_fish(ask):
    assert (
        ask("fish", "quadpred mod", "mod")
        == "plain,models\tList, show, verify and import models.\n"
    )
    assert ask("fish", "quadpred tag --dr", "--dr").startswith("plain,--dry-run\t")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_ask_in_the_way_that_is_answered(folder, quadpred, shell):
    run = quadpred("completion", shell, folder=folder)
    assert run.code == 0 and run.messages == ""
    text = run.output.decode()
    assert f"_QUADPRED_COMPLETE={shell}_complete" in text
    assert "quadpred" in text.splitlines()[-1] or "quadpred" in text.splitlines()[0]


def test_another_shell_is_wrong_use(folder, quadpred):
    run = quadpred("completion", "tcsh", folder=folder)
    assert run.code == 2 and "is not one of" in run.messages
