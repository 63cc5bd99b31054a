"""Child processes end when stalled, and keep freed memory."""

import signal
import subprocess
import sys
import textwrap

from tests.limits import HANG

STALLING = """
import re, signal, sys, time
from quadpred_plugin.system.processes import end_when_stalled, stalls_limited

end_when_stalled(0.5)
with stalls_limited():
    # Sleeping takes no processor time.
    time.sleep(1)
for _ in range(4):
    with stalls_limited():
        begin = time.process_time()
        while time.process_time() < begin + 0.3:
            pass
print("alive", flush=True)
with stalls_limited():
    # An endless match in native code, which doesn't release the interpreter.
    re.match("(a+)+b", "a" * 64)
"""


def test_native_code_without_a_result_ends_its_process():
    run = subprocess.run(
        [sys.executable, "-c", STALLING], capture_output=True, text=True, timeout=HANG
    )
    assert run.stdout == "alive\n"
    assert run.returncode == -signal.SIGPROF


OUTSIDE = """
import time
from quadpred_plugin.system.processes import end_when_stalled, stalls_limited

end_when_stalled(0.3)
with stalls_limited():
    pass
begin = time.process_time()
while time.process_time() < begin + 0.6:
    pass
print("alive", flush=True)
"""


def test_what_is_no_step_is_not_limited():
    run = subprocess.run(
        [sys.executable, "-c", OUTSIDE], capture_output=True, text=True, timeout=HANG
    )
    assert (run.stdout, run.returncode) == ("alive\n", 0)


def test_freed_memory_is_kept_for_what_comes_next():
    code = """
        import resource, sys
        import numpy as np
        from quadpred_plugin.system.processes import keep_freed_memory
        if sys.argv[1] == "kept":
            keep_freed_memory()
        def take():
            for _ in range(2):
                several = [np.ones(size, np.uint8) for size in [12 << 20] * 6]
                del several
        take()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        take()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    """
    faults = {
        how: int(
            subprocess.run(
                [sys.executable, "-c", textwrap.dedent(code), how],
                capture_output=True,
                check=True,
                text=True,
                timeout=HANG,
            ).stdout
        )
        for how in ("kept", "given back")
    }
    # Twice 72 MiB, in pages of 4 KiB or of 2 MiB, or hardly any of them.
    assert 10 * faults["kept"] + 30 < faults["given back"], faults
