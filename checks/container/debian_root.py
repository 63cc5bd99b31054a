"""Create Debian root folders and run programs in them as a container engine does."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.limits import HANG

# As the image of Debian sets it.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Namespaces and their mounts end with the process.
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
_MOUNT = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && shift && exec "$@"'
_CERTIFICATE = "/run/certificate-of-the-package-index.pem"
# Settings of pip for the connection, beside addresses. Others, such as constraints on versions, are
# specific to this machine and name files that are missing in the root.
_CONNECTION = {"cert", "default-timeout", "proxy", "retries", "timeout", "trusted-host"}


def make(root: Path, suite: str, mirror: str | None) -> None:
    """Make a minimal root of a Debian suite.

    Parameters
    ----------
    root : Path
        Folder that doesn't exist.
    suite : str
        Such as ``bookworm``.
    mirror : str or None
        Source of packages. None for the source of this machine's own packages, or debootstrap's
        default if that source doesn't have the suite.
    """
    source = mirror or _mirror_of_this_machine(suite)
    command = ["debootstrap", "--variant=minbase", suite, root, *([source] if source else [])]
    run = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HANG
    )
    assert run.returncode == 0, f"debootstrap failed:\n{(run.stdout + run.stderr)[-3000:]}"


def copy(root: Path, target: Path) -> None:
    """Copy a root with owners, permissions and links."""
    subprocess.run(["cp", "--archive", root, target], check=True, timeout=HANG)


def run_step(root: Path, script: str, folder: str, variables: Mapping[str, str]) -> None:
    """Run a shell line as root with the network, as an engine does when it builds.

    Parameters
    ----------
    root : Path
    script : str
    folder : str
        Working folder within the root.
    variables : mapping of str to str
    """
    resolver, certificate = root / "etc" / "resolv.conf", root / _CERTIFICATE.lstrip("/")
    shutil.copyfile("/etc/resolv.conf", resolver)
    network = _network_settings(certificate)
    try:
        run = _enter(
            [*_NAMESPACES],
            root,
            ["--"],
            ["/bin/sh", "-c", f'cd "{folder}" && {script}'],
            {**network, **variables},
        )
    finally:
        certificate.unlink(missing_ok=True)
        resolver.unlink(missing_ok=True)
    output = (run.stdout + run.stderr).decode("utf-8", "backslashreplace")
    assert run.returncode == 0, f"RUN {script}\nexit code {run.returncode}:\n{output[-3000:]}"


def run_user(
    root: Path, user: str, command: Sequence[str], folder: str, variables: Mapping[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    """Run a program as an unprivileged user without a network.

    Parameters
    ----------
    root : Path
    user : str
        Numbers of user and group, such as ``1000:1000``.
    command : sequence of str
    folder : str
        Working folder within the root.
    variables : mapping of str to str

    Returns
    -------
    run : CompletedProcess
        With standard output and standard error.
    """
    inside = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', folder, *command]
    namespaces = [*_NAMESPACES, "--net"]
    return _enter(namespaces, root, [f"--userspec={user}", "--groups="], inside, variables)


def _enter(
    namespaces: Sequence[str],
    root: Path,
    options: Sequence[str],
    command: Sequence[str],
    variables: Mapping[str, str],
) -> "subprocess.CompletedProcess[bytes]":
    chroot = [str(shutil.which("chroot")), *options]
    return subprocess.run(
        [*namespaces, "sh", "-c", _MOUNT, "sh", root, *chroot, root, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"PATH": PATH, **variables},
        timeout=HANG,
    )


def _mirror_of_this_machine(suite: str) -> str | None:
    """Return apt's source of the packages of a suite, if it has one."""
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    wanted = ["--format", "$(REPO_URI)", "Created-By: Packages", f"Codename: {suite}"]
    run = subprocess.run(
        [apt, "indextargets", *wanted], capture_output=True, text=True, timeout=HANG
    )
    return next(iter(run.stdout.split()), None)


def _network_settings(certificate: Path) -> dict[str, str]:
    """Return environment variables for pip in the root: this machine's package index.

    A container engine has such settings; the Dockerfile names no index.
    """
    settings = {
        name: os.environ[name]
        for word in ("http_proxy", "https_proxy", "no_proxy")
        for name in (word, word.upper())
        if name in os.environ
    }
    for name, value in _pip_settings().items():
        if name not in _CONNECTION and not name.endswith("-url"):
            continue
        if name == "cert":
            shutil.copyfile(value, certificate)
            value = _CERTIFICATE
        settings[f"PIP_{name.upper().replace('-', '_')}"] = value
    return settings


def _pip_settings() -> dict[str, str]:
    """Return this machine's settings of pip, from its files and variables."""
    pip = [sys.executable, "-m", "pip", "config", "list"]
    run = subprocess.run(pip, capture_output=True, text=True, timeout=HANG, check=True)
    found = {}
    for line in run.stdout.splitlines():
        name, _, value = line.partition("=")
        # A list has a line for each entry.
        found[name.rpartition(".")[2]] = " ".join(ast.literal_eval(value).split())
    return found
