"""The chain of the default model: its commands exist, and their durations are recorded."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from quadpred_plugin import training
from quadpred_plugin.cli.train import command as train
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.default_model import (
    DURATIONS,
    ChainStep,
    default_chain,
    recorded_durations,
    run_chain,
)
from quadpred_plugin.training.recipes.config import shipped_recipes
from quadpred_plugin.training.steps import VERSIONS
from tests.limits import HANG


def chain(tmp_path):
    return default_chain(tmp_path / "data", tmp_path / "work", tmp_path / "out", "2026-01-01", 2)


def test_every_command_takes_its_arguments(tmp_path):
    for folder in ("data/4q", "data/emopia", "data/vgmidi", "work/games", "work/renders"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "work" / "renders" / "renders.csv").touch()
    steps = chain(tmp_path)
    assert len({step.name for step in steps}) == len(steps)
    for step in steps:
        group, name, *arguments = step.arguments
        assert group == "train"
        # Parsing refuses unknown options, missing ones and paths that don't exist.
        train.commands[name].make_context(name, arguments)
        assert step.command == shlex.join(("quadpred", *step.arguments))
    named = {step.arguments[2] for step in steps if step.arguments[1] in ("pretext", "student")}
    assert named <= set(shipped_recipes())


def test_steps_have_the_commands_of_the_group():
    rows = re.findall(r"^\| ([a-z-]+) \| (``.+?``) \|", training.__doc__, re.M)
    commands = {name for _, cell in rows for name in re.findall(r"``(\w+)``", cell)}
    assert len(rows) == 14 and commands <= set(train.commands)
    assert set(VERSIONS) - {"gate", "contextual-pretext"} <= {step for step, _ in rows}


def test_the_page_on_training_has_the_same_steps_and_durations(tmp_path):
    page = Path(__file__).parents[2] / "docs" / "training.md"
    rows = re.findall(
        r"^\| (\d+) \| `quadpred train (.+?)` \|.*\| (.+?) \|$", page.read_text(), re.M
    )
    steps = chain(tmp_path)
    assert [int(number) for number, _, _ in rows] == list(range(1, len(steps) + 1))
    for step, (_, command, duration) in zip(steps, rows):
        assert command.split()[0] == step.arguments[1]
        if step.minutes is None:
            assert duration == "not recorded"
        else:
            assert duration == "{} min, {} min".format(*step.minutes)


def test_a_dry_run_prints_the_chain_and_runs_nothing(script, tmp_path):
    run = subprocess.run(
        [script, "train", "default", "--data", tmp_path, "--work", tmp_path / "work", "--dry-run"],
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert len(lines) == len(chain(tmp_path))
    assert all(" min " in line or "not recorded" in line for line in lines)
    assert "quadpred train games -o" in lines[0] and "train export compact" in lines[-1]
    assert not (tmp_path / "work").exists()


def test_durations_are_recorded_and_a_failure_names_its_command(tmp_path, capfd):
    steps = [
        ChainStep("help", 1, ("train", "--help")),
        ChainStep("wrong", 1, ("train", "nothing")),
        ChainStep("never", 1, ("--version",)),
    ]
    reported = []
    with pytest.raises(QuadpredError, match="'quadpred train nothing' ended with exit code 2"):
        run_chain(steps, tmp_path, reported.append)
    assert [step.name for step in reported] == ["help", "wrong"]
    recorded = recorded_durations(tmp_path)
    assert set(recorded) == {"help", "wrong"}
    assert 0 < recorded["help"].processor_seconds < recorded["help"].seconds + 1
    first = recorded["help"].seconds
    run_chain(steps[:1], tmp_path, reported.append)
    assert recorded_durations(tmp_path)["help"].seconds > first
    (tmp_path / DURATIONS).write_text(json.dumps({"help": 3}))
    with pytest.raises(QuadpredError, match="Delete it"):
        recorded_durations(tmp_path)


@pytest.mark.parametrize("name", [None, *sorted(train.commands)])
def test_help_works_without_the_extra(name, tmp_path):
    code = (
        "import sys, importlib.abc\n"
        "class Absent(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('tensorflow', 'keras', 'sklearn', 'mido', 'h5py'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from quadpred_plugin.cli.main import main\n"
        f"sys.argv = ['quadpred', 'train', {', '.join(map(repr, filter(None, [name])))}]\n"
        "sys.argv += ['--help']\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG, cwd=tmp_path
    )
    assert run.returncode == 0 and "Usage: quadpred train" in run.stdout, run.stderr
