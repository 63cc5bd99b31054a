"""Without a place for semaphores, in /dev/shm, everything but Dask works."""

import json
import os
import subprocess

import pytest
import soundfile

from tests.conftest import clean_environment, importing_at_start, read_rows
from tests.limits import HANG

# In a name space of its own, the mounts of which nobody else sees.
_AS_ROOT = [] if os.geteuid() == 0 else ["--map-root-user"]
NAMESPACE = ["unshare", *_AS_ROOT, "--mount", "sh", "-ec"]
MOUNTS = {
    "read-only": "mount -t tmpfs -o ro tmpfs /dev/shm",
    "absent": """
        mount -t tmpfs tmpfs /mnt
        for name in null zero full random urandom tty; do
            touch /mnt/$name
            mount --bind /dev/$name /mnt/$name
        done
        ln -s /proc/self/fd /mnt/fd
        mount --move /mnt /dev
        test ! -e /dev/shm
    """,
}
# Where the system allows no name space: the function of C that asks the system for one.
REFUSED = """
import _multiprocessing

def refuse(*_):
    raise OSError(30, "Read-only file system")

_multiprocessing.SemLock = refuse
"""


def allows_mounts(script):
    return subprocess.run([*NAMESPACE, script], capture_output=True).returncode == 0


@pytest.fixture(params=MOUNTS)
def without_semaphores(request, tmp_path, script, noise):
    """Run the program: ``without_semaphores(*arguments)``."""
    for name in ("a.wav", "b.wav"):
        soundfile.write(tmp_path / name, noise(1), 16000)
    more, mount = {}, MOUNTS[request.param]
    if not allows_mounts(mount):
        more, mount = importing_at_start(REFUSED, tmp_path / "refused"), ""

    def run(*arguments):
        inner = [script, *arguments]
        command = [*NAMESPACE, f'{mount}\nexec "$@"', "sh", *inner] if mount else inner
        return subprocess.run(
            command,
            cwd=tmp_path,
            env=clean_environment(**more),
            capture_output=True,
            timeout=HANG,
        )

    return run


def test_without_semaphores(without_semaphores):
    done = without_semaphores("predict", "--format", "csv", "-j", "2", "a.wav", "b.wav")
    assert (done.returncode, done.stderr) == (0, b"")
    assert [row["status"] for row in read_rows(done.stdout)] == ["ok", "ok"]
    done = without_semaphores("batch", "-q", "-o", "results", "-j", "2", ".")
    assert (done.returncode, done.stderr) == (0, b"")
    done = without_semaphores("batch", "-q", "-o", "cluster", "--engine", "dask", "-j", "1", ".")
    assert done.returncode == 1
    assert b"semaphores can't be made in /dev/shm" in done.stderr
    done = without_semaphores("doctor", "--json")
    findings = {one["name"]: one for one in json.loads(done.stdout)["findings"]}
    assert findings["worker process"]["state"] == "ok"
    assert findings["semaphores"]["state"] == "note"
    assert "/dev/shm" in findings["semaphores"]["detail"]
