"""Users' scripts without a guard of their main module analyse files in several processes."""

import os
import subprocess
import sys

import pytest

from tests.limits import HANG
from tests.signals import EXAMPLES

NAMES = ("q1_joy.ogg", "q4_calm.ogg")

PREDICT = f"""
import sys
import quadpred_plugin as qp

def analyse():
    model = qp.load_model()
    for prediction in model.predict_many({[str(EXAMPLES / name) for name in NAMES]}, jobs=2):
        print(prediction.status, prediction.summary().quadrant)
"""

AT_ONCE = f"{PREDICT}\nanalyse()\n"

THREAD = f"""{PREDICT}
import threading

thread = threading.Thread(target=analyse)
thread.start()
thread.join()
"""

# As a notebook's cell: the loop runs, and the main module has no file.
LOOP = f"""{PREDICT}
import asyncio

async def cell():
    await asyncio.gather(asyncio.to_thread(analyse), asyncio.sleep(0))

del __file__
asyncio.run(cell())
"""

# TensorFlow has run in this process, with its threads.
AFTER_A_PREDICTION = f"""{PREDICT}
assert qp.predict({str(EXAMPLES / NAMES[0])!r}).status == "ok"
analyse()
"""

DAEMON = """
import multiprocessing
from script import analyse

if __name__ == "__main__":
    with multiprocessing.get_context("{method}").Pool(1) as pool:
        pool.apply(analyse)
"""


@pytest.fixture
def run(tmp_path):
    """Run a program in a new folder: ``run(*arguments, script=…)`` writes ``script.py`` first."""

    def start(*arguments, script, **options):
        (tmp_path / "script.py").write_text(script)
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            timeout=HANG,
            **options,
        )

    return start


def check(done):
    assert (done.stdout, done.stderr, done.returncode) == ("ok Q1\nok Q1\n", "", 0)


@pytest.mark.parametrize("script", [AT_ONCE, THREAD, LOOP, AFTER_A_PREDICTION])
def test_a_script_without_a_guard(run, script):
    check(run("script.py", script=script))


def test_a_script_from_standard_input(run):
    check(run("-", script="", input=AT_ONCE))


def test_a_module_of_a_package(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__main__.py").write_text("from script import analyse\nanalyse()\n")
    check(run("-m", "mine", script=PREDICT))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_daemonic_process(run, tmp_path, method):
    (tmp_path / "daemon.py").write_text(DAEMON.format(method=method))
    check(run("daemon.py", script=PREDICT))


def test_the_script_is_never_run_again(run):
    done = run("script.py", script=f"print('begin')\n{AT_ONCE}")
    assert done.stdout.count("begin") == 1


def test_an_installation_that_workers_lack_is_named_at_once(run):
    """Nothing is blamed on a file."""
    script = f"import sys\n{PREDICT}\nsys.executable = '/bin/false'\nanalyse()\n"
    done = run("script.py", script=script)
    last = done.stderr.splitlines()[-1]
    assert "InstallationError: Worker processes end while they start (exit code 1)" in last
    assert (done.stdout, done.returncode) == ("", 1)
