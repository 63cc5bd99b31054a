"""Worker processes: what they return and raise, and how they end."""

import os
import subprocess
import sys
import time
from concurrent.futures import wait
from functools import partial
from pathlib import Path

import pytest

from quadpred_plugin.errors import InstallationError, ModelError
from quadpred_plugin.system import worker_process
from quadpred_plugin.system.worker_pool import CrashError, WorkerPool
from tests.limits import HANG
from tests.system import pooled

ROOT = Path(__file__).parent.parent.parent


def in_fresh_process(function, *arguments):
    """Call a function of this module in a process of its own, and return its `Popen`."""
    code = f"import sys; from {__name__} import *; {function.__name__}(*sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def succeeds(process):
    output, messages = process.communicate(timeout=HANG)
    assert (process.returncode, messages) == (0, ""), messages
    return output


def both_ways(test):
    """Run a test with copies of a process, and with fresh ones, each in a process of its own."""

    @pytest.mark.parametrize("may_fork", ["1", ""], ids=["copies", "fresh"])
    def run(may_fork, tmp_path):
        succeeds(in_fresh_process(test, may_fork, tmp_path))

    return run


def make_pool(may_fork, load=pooled.load, jobs=2):
    return WorkerPool(load, pooled.compute, jobs, may_fork=bool(may_fork))


def check_results(may_fork, _):
    assert worker_process._can_fork()
    with make_pool(may_fork) as pool:
        futures = [pool.submit(number) for number in range(100)]
        results = [future.result() for future in futures]
        (imported,) = {"pytest" in pool.submit("imports").result()}
    assert [number for _, number in results] == list(range(100))
    assert os.getpid() not in {pid for pid, _ in results}
    assert len({pid for pid, _ in results}) == 2
    # A fresh process imports what it needs alone, and the main module of this one is not that.
    assert imported == bool(may_fork)
    for pid, _ in results:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def check_exceptions(may_fork, _):
    with make_pool(may_fork, jobs=1) as pool:
        error = pool.submit("raise").exception()
        assert isinstance(error, KeyError) and error.args == ("no such key",)
        assert "pooled.py" in str(error.__cause__)
        error = pool.submit("raise oddly").exception()
        assert str(error) == "OddError: 1 2"
        assert pool.submit(1).result()[1] == 1


def check_crashes(may_fork, folder):
    once = [Path(folder, str(number)) for number in range(2)]
    items = [1, "die", 2, once[0], 3, "exit", 4, once[1], 5]
    with make_pool(may_fork) as pool:
        futures = {item: pool.submit(item) for item in items}
        wait(futures.values())
    for item, future in futures.items():
        if item in ("die", "exit"):
            assert isinstance(future.exception(), CrashError)
        else:
            assert future.result()[1] == item


def check_loading(may_fork, folder):
    with make_pool(may_fork, pooled.load_badly) as pool:
        error = pool.submit(1).exception()
        assert isinstance(error, ModelError) and str(error) == "m.pb is no model."
    with make_pool(may_fork, pooled.load_nothing) as pool:
        error = pool.submit(1).exception()
        assert isinstance(error, InstallationError)
        assert "ZeroDivisionError: division by zero" in str(error)
    with make_pool(may_fork, pooled.die_while_loading) as pool:
        error = pool.submit(1).exception()
        assert isinstance(error, InstallationError)
        assert "end while they start (ended by SIGILL)" in str(error)
    mark = Path(folder, "mark")
    with make_pool(may_fork, partial(pooled.die_once_while_loading, mark), 1) as pool:
        assert pool.submit(1).result()[1] == 1


def check_interrupts(may_fork, _):
    with make_pool(may_fork, jobs=1) as pool:
        assert pool.submit("interrupt").result() == pool.submit("interrupt").result()


def check_end(may_fork, _):
    """What isn't computed is left; an endless computation ends."""
    with WorkerPool(pooled.load, pooled.keep_busy, 2, bool(may_fork)) as pool:
        for _ in range(5):
            future = pool.submit(os.devnull)
        time.sleep(1)
    assert not future.running()


test_results = both_ways(check_results)
test_exceptions_of_the_function = both_ways(check_exceptions)
test_a_crash_costs_its_item = both_ways(check_crashes)
test_failures_while_loading_are_blamed_on_no_item = both_ways(check_loading)
test_interrupts_are_ignored = both_ways(check_interrupts)
test_the_end_kills_what_is_in_progress = both_ways(check_end)


def run_for_ever(may_fork, dots):
    with WorkerPool(pooled.load, pooled.write_dots, 2, bool(may_fork)) as pool:
        for number in range(2):
            pool.submit(f"{dots}{number}")
        time.sleep(HANG)


@pytest.mark.parametrize("may_fork", ["1", ""], ids=["copies", "fresh"])
def test_a_killed_parents_processes_end(may_fork, tmp_path):
    parent = in_fresh_process(run_for_ever, may_fork, tmp_path / "dots")
    paths = [tmp_path / f"dots{number}" for number in range(2)]

    def sizes():
        return [path.stat().st_size if path.exists() else 0 for path in paths]

    try:
        wait_until(lambda: min(sizes()) > 2)
    finally:
        parent.kill()
        parent.communicate()

    def still():
        before = sizes()
        time.sleep(1)
        return sizes() == before

    wait_until(still)


def wait_until(condition):
    end = time.monotonic() + HANG
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    assert condition()


def test_only_a_process_without_threads_and_tensorflow_is_copied():
    code = """
        import sys, threading
        from quadpred_plugin.system.worker_process import _can_fork
        assert _can_fork()
        end = threading.Event()
        thread = threading.Thread(target=end.wait)
        thread.start()
        assert not _can_fork()
        end.set()
        thread.join()
        # The system removes it a moment later.
        while not _can_fork(): pass
        sys.modules["tensorflow"] = sys
        assert not _can_fork()
    """
    lines = "\n".join(line.strip() for line in code.splitlines())
    subprocess.run([sys.executable, "-c", lines], check=True, timeout=HANG)


def refuse_processes(_):
    """Ask for more processes than the system allows."""
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
    with pytest.raises(pooled.ModelError.__base__, match="No worker process can be started"):
        WorkerPool(pooled.load, pooled.compute, 50)


def test_a_system_that_refuses_processes_is_named():
    succeeds(in_fresh_process(refuse_processes, ""))


def test_an_import_that_fails_is_named(tmp_path):
    """A package that hides a required one, for workers only."""
    (tmp_path / "lazy_loader.py").write_text("raise RuntimeError('not this one')")
    code = """
import sys
from quadpred_plugin.system.worker_pool import WorkerPool
sys.path.insert(0, sys.argv[1])
with WorkerPool(int, max, 1, may_fork=False) as pool:
    print(pool.submit(1).exception())
"""
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, timeout=HANG
    )
    assert "RuntimeError: not this one" in run.stdout
    assert "quadpred doctor" in run.stdout
    assert run.stderr == ""
