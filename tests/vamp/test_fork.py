"""A process that was forked off one with a loaded model is refused at once, never left to hang."""

import os
import subprocess

import pytest

from tests.limits import HANG

PYTHON = """
import multiprocessing, os, sys
import numpy as np
samples = np.random.default_rng(1).uniform(-0.5, 0.5, 48000).astype(np.float32)

def analyse():
    if sys.argv[1] == "vamp":
        import vamp
        return len(vamp.collect(samples, 16000, "quadpred:quadpred", "arousal")["list"])
    if sys.argv[1] == "streaming":
        source, pool = VectorInput(samples), essentia.Pool()
        source.data >> network.signal
        network.arousal >> (pool, "arousal")
        essentia.run(source)
        return len(pool["arousal"])
    if sys.argv[1] == "model":
        return len(model.predict((samples, 16000)))
    if sys.argv[1] == "standard":
        return len(network(samples)[0])
    import quadpred_plugin as qp
    return len(qp.predict((samples, 16000)))

if sys.argv[1] == "model":
    import quadpred_plugin as qp
    model = qp.load_model()
elif sys.argv[1] == "streaming":
    import quadpred_plugin.streaming
    import essentia
    from essentia.streaming import VectorInput
    network = quadpred_plugin.streaming.TensorflowPredictQuad()
elif sys.argv[1] == "standard":
    from quadpred_plugin.standard import TensorflowPredictQuad
    network = TensorflowPredictQuad()
if sys.argv[2] == "used":
    analyse()
elif sys.argv[2] == "listed":
    import vamp
    vamp.list_plugins()
child = os.fork()
if not child:
    try:
        print("child", analyse(), flush=True)
    except Exception as error:
        print(type(error).__name__, error, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("parent", analyse())
"""
SENTENCE = "This process was forked off one that had loaded a model"


@pytest.mark.parametrize(
    ("how", "before"),
    [
        ("vamp", "used"),
        ("model", "used"),
        ("model", "loaded"),
        ("new", "used"),
        ("streaming", "loaded"),
        ("standard", "loaded"),
    ],
)
def test_a_fork_after_a_model_was_loaded_is_refused(how, before, library, script):
    run = subprocess.run(
        [script.with_name("python"), "-c", PYTHON, how, before],
        env={**os.environ, "VAMP_PATH": str(library.parent)},
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 0, run.stderr
    assert SENTENCE in run.stdout + run.stderr and "spawn" in run.stdout + run.stderr
    assert "child" not in run.stdout
    assert run.stdout.splitlines()[-1] in ("parent 3", "parent 4")


def test_a_fork_after_plugins_were_listed_works(library, script):
    run = subprocess.run(
        [script.with_name("python"), "-c", PYTHON, "vamp", "listed"],
        env={**os.environ, "VAMP_PATH": str(library.parent)},
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[0].startswith("child ")


HOST = """
#include <dlfcn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vamp/vamp.h>
int main(int count, char **words)
{
    VampGetPluginDescriptorFunction get = (VampGetPluginDescriptorFunction)dlsym(
        dlopen(words[1], RTLD_LAZY | RTLD_LOCAL), "vampGetPluginDescriptor");
    const VampPluginDescriptor *plugin = get(2, 0);
    VampPluginHandle handle = plugin->instantiate(plugin, 16000);
    if (!plugin->initialise(handle, 1, 4096, 4096))
        return 1;
    float block[4096] = {0.5f};
    const float *buffers[1] = {block};
    plugin->process(handle, buffers, 0, 0);
    if (!fork()) {
        VampFeatureList *features = plugin->process(handle, buffers, 0, 0);
        VampFeatureList *last = plugin->getRemainingFeatures(handle);
        printf("%d %u %u %d %d %s\\n", get(2, 0) == NULL, features[6].featureCount,
            last[6].featureCount, plugin->initialise(handle, 1, 4096, 4096),
            plugin->instantiate(plugin, 16000) == NULL,
            plugin->getOutputDescriptor(handle, 0)->identifier);
        plugin->cleanup(handle);
        return 0;
    }
    wait(NULL);
    printf("%d\\n", plugin->initialise(handle, 1, 4096, 4096));
    return 0;
}
"""


def test_a_fork_of_a_host_in_c_is_refused(library, tmp_path):
    (tmp_path / "fork.c").write_text(HOST)
    command = ["cc", tmp_path / "fork.c", "-o", tmp_path / "fork", "-ldl"]
    subprocess.run(command, check=True, timeout=HANG)
    run = subprocess.run(
        [tmp_path / "fork", library], capture_output=True, text=True, timeout=HANG, check=True
    )
    assert run.stdout.splitlines() == ["1 0 0 0 1 arousal", "1"]
    (line,) = (line for line in run.stderr.splitlines() if "forked off" in line)
    assert line.startswith("quadpred: ") and "posix_spawn" in line
