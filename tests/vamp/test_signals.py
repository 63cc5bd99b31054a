"""A signal, such as Ctrl-C, reaches the host; no block is lost without a word."""

import os
import signal
import subprocess
import time

import numpy as np
import pytest
import soundfile

from tests import signals
from tests.limits import HANG
from tests.vamp.python_host import instance

RATE = signals.RATE

OBSERVER = """
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vamp/vamp.h>

static volatile sig_atomic_t interrupts;
static void count(int number) { interrupts++; }

static void read_handlers(struct sigaction *found)
{
    memset(found, 0, 65 * sizeof *found);
    for (int number = 1; number < 65; number++)
        sigaction(number, NULL, &found[number]);
}

int main(int argument_count, char **words)
{
    if (!strcmp(words[2], "own"))
        signal(SIGINT, count);
    struct sigaction before[65], after[65];
    read_handlers(before);
    VampGetPluginDescriptorFunction get = (VampGetPluginDescriptorFunction)dlsym(
        dlopen(words[1], RTLD_LAZY | RTLD_LOCAL), "vampGetPluginDescriptor");
    const VampPluginDescriptor *plugin = get(2, 0);
    VampPluginHandle handle = plugin->instantiate(plugin, 16000);
    if (!plugin->initialise(handle, 1, 4096, 4096))
        return 1;
    float block[4096];
    const float *buffers[1] = {block};
    srand(1);
    for (int start = 0; start < 40; start++) {
        for (int i = 0; i < 4096; i++)
            block[i] = rand() / (float)RAND_MAX - 0.5f;
        if (!strcmp(words[2], "own") && start % 10 == 5)
            raise(SIGINT);
        plugin->releaseFeatureSet(plugin->process(handle, buffers, 0, 0));
    }
    VampFeatureList *features = plugin->getRemainingFeatures(handle);
    for (unsigned int i = 0; i < features[0].featureCount; i++)
        printf("%a ", features[0].features[i].v1.values[0]);
    read_handlers(after);
    for (int number = 1; number < 65; number++)
        if (before[number].sa_handler != after[number].sa_handler)
            printf("\\nsignal %d has another handler", number);
    printf("\\n%d interrupts\\n", (int)interrupts);
    return 0;
}
"""


def test_no_handler_of_the_hosts_is_changed(library, tmp_path):
    """Of no signal, by anything that an analysis imports; the values are those without signals."""
    (tmp_path / "observer.c").write_text(OBSERVER)
    command = ["cc", tmp_path / "observer.c", "-o", tmp_path / "observer", "-ldl"]
    subprocess.run(command, check=True, timeout=HANG)
    printed = [
        subprocess.run(
            [tmp_path / "observer", library, how],
            capture_output=True,
            text=True,
            timeout=HANG,
            check=True,
        ).stdout.splitlines()
        for how in ("default", "own")
    ]
    assert [lines[1:] for lines in printed] == [["0 interrupts"], ["4 interrupts"]]
    assert printed[0][0] == printed[1][0] and len(printed[0][0].split()) == 15


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Ten minutes of music: long enough to be interrupted."""
    path = tmp_path_factory.mktemp("recording") / "long.wav"
    soundfile.write(path, np.tile(signals.example("q1_joy"), 18), RATE, subtype="PCM_16")
    return path


@pytest.mark.parametrize("phase", ["while it starts", "while it analyses"])
def test_an_interrupt_ends_the_simple_host(phase, library, recording):
    """As it does without a plugin: the handler that it has is the system's."""
    process = subprocess.Popen(
        ["vamp-simple-host", "quadpred:quadpred:arousal", recording],
        env={**os.environ, "VAMP_PATH": str(library.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if phase == "while it analyses":
            # Its last line before the first block.
            while "Output is" not in process.stderr.readline():
                pass
        else:
            while "libpython" not in open(f"/proc/{process.pid}/maps").read():
                time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=HANG) == -signal.SIGINT
    finally:
        process.kill()
        process.stderr.close()


INTERRUPTED = """
import signal, sys, threading, time
import numpy as np, vamp, vampyhost
samples = np.random.default_rng(1).uniform(-0.5, 0.5, 16000 * 30).astype(np.float32)
how, seconds = sys.argv[1], float(sys.argv[2])

class Alarm(Exception):
    pass

def sound_alarm(number, frame):
    raise Alarm

signal.signal(signal.SIGALRM, sound_alarm)
kind, number = {"interrupt": (KeyboardInterrupt, signal.SIGINT),
                "alarm": (Alarm, signal.SIGALRM)}[how]
expected = vamp.collect(samples, 16000, "quadpred:quadpred", "taggram")["matrix"][1]
wrong = raised = 0
for attempt in range(12):
    delay = seconds * (attempt + 0.5) / 12
    timer = threading.Timer(delay, lambda: signal.pthread_kill(
        threading.main_thread().ident, number))
    try:
        timer.start()
        found = vamp.collect(samples, 16000, "quadpred:quadpred", "taggram")["matrix"][1]
        timer.cancel()
        timer.join()
    except kind:
        raised += 1
    else:
        wrong += not np.array_equal(found, expected)
print("wrong", wrong)
print("raised", raised > 0)
print(len(vamp.collect(samples, 16000, "quadpred:quadpred", "taggram")["matrix"][1])
      == len(expected))
"""


@pytest.mark.parametrize("how", ["interrupt", "alarm"])
def test_an_exception_of_a_handler_reaches_the_caller_in_python(how, library, script):
    """What a caller gets is the whole result or the exception, and the next call works."""
    run = subprocess.run(
        [script.with_name("python"), "-c", INTERRUPTED, how, "0.6"],
        env={**os.environ, "VAMP_PATH": str(library.parent)},
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split("\n") == ["wrong 0", "raised True", "True", ""]


def test_a_lost_block_voids_the_run(monkeypatch, capfd):
    """Whatever lost it; a reset makes the instance whole."""
    from vamp_wrapper import library

    with instance(RATE) as one:
        assert one.initialise(1, 1024)
        samples = signals.noise(4)
        expected = one.run(samples)
        one.reset()
        one.feed(samples[:20480])

        def fail(*arguments):
            raise library.QuadpredError("No room is left.")

        with monkeypatch.context() as patch:
            patch.setattr(library.QuadpredPlugin, "process", fail)
            one.feed(samples[:1024])
        one.feed(samples[20480:])
        assert all(not rows for rows in one.remaining().values())
        printed = capfd.readouterr().err
        assert printed.count("No room is left.") == 1
        assert "a block of this signal was lost, so there are no features" in printed
        one.reset()
        assert one.run(samples) == expected


def test_a_failure_that_nobody_explains_is_raised_in_a_host_in_python(monkeypatch):
    from vamp_wrapper import library

    def fail(*arguments):
        raise MemoryError("too much")

    with instance(RATE) as one:
        assert one.initialise(1, 1024)
        monkeypatch.setattr(library.QuadpredPlugin, "process", fail)
        with pytest.raises(MemoryError, match="too much"):
            one.process(np.zeros((1024, 1), dtype=np.float32))
            for _ in range(100):
                time.sleep(0)


def test_no_pointer_is_null(monkeypatch):
    """Hosts read what they get without a check."""
    from vamp_wrapper import library

    def fail(*arguments):
        raise library.QuadpredError("It fails.")

    with instance(RATE) as one:
        assert one.initialise(1, 1024)
        before = [one.output(index)["identifier"] for index in range(7)]
        monkeypatch.setattr(library.QuadpredPlugin, "feature_rate", property(fail))
        monkeypatch.setattr(library.QuadpredPlugin, "remaining", fail)
        assert [one.output(index)["identifier"] for index in range(7)] == before
        assert one.descriptor.getRemainingFeatures(one.handle)
