"""A Debian root folder, and programs run in it as a container engine runs them."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# What the image of Debian sets.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Namespaces end with the process, and so do the mounts in them.
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
_MOUNT = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && shift && exec "$@"'
_CERTIFICATE = "/run/certificate-of-the-package-index.pem"
# What tells pip how to reach packages, beside addresses. The rest, such as constraints on versions,
# is this machine's own, and names files that the root hasn't.
_CONNECTION = {"cert", "default-timeout", "proxy", "retries", "timeout", "trusted-host"}


def make(root: Path, suite: str, mirror: str | None) -> None:
    """Make a root of a Debian suite, as small as the image of that name.

    Parameters
    ----------
    root : Path
        Not there yet.
    suite : str
        Such as ``bookworm``.
    mirror : str or None
        Where packages come from; None for where this machine has its own from, or, if that
        hasn't the suite, what debootstrap takes by itself.
    """
    place = mirror or _mirror_of_this_machine(suite)
    command = ["debootstrap", "--variant=minbase", suite, root, *([place] if place else [])]
    run = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1800
    )
    assert run.returncode == 0, f"debootstrap failed:\n{(run.stdout + run.stderr)[-3000:]}"


def copy(root: Path, target: Path) -> None:
    """Copy a root with owners, rights and links."""
    subprocess.run(["cp", "--archive", root, target], check=True, timeout=600)


def run_step(root: Path, script: str, folder: str, variables: Mapping[str, str]) -> None:
    """Run a shell line as root and with the network, as an engine does when it builds.

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
            timeout=3000,
        )
    finally:
        certificate.unlink(missing_ok=True)
        resolver.unlink(missing_ok=True)
    said = (run.stdout + run.stderr).decode("utf-8", "backslashreplace")
    assert run.returncode == 0, f"RUN {script}\nended with code {run.returncode}:\n{said[-3000:]}"


def run_user(
    root: Path, user: str, command: Sequence[str], folder: str, variables: Mapping[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    """Run a program as a user without rights and without a network.

    Parameters
    ----------
    root : Path
    user : str
        Numbers of user and group: ``1000:1000``.
    command : sequence of str
    folder : str
        Working folder within the root.
    variables : mapping of str to str

    Returns
    -------
    run : CompletedProcess
        With both outputs.
    """
    inside = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', folder, *command]
    namespaces = [*_NAMESPACES, "--net"]
    return _enter(namespaces, root, [f"--userspec={user}", "--groups="], inside, variables, 600)


def _enter(
    namespaces: Sequence[str],
    root: Path,
    options: Sequence[str],
    command: Sequence[str],
    variables: Mapping[str, str],
    timeout: int,
) -> "subprocess.CompletedProcess[bytes]":
    chroot = [str(shutil.which("chroot")), *options]
    return subprocess.run(
        [*namespaces, "sh", "-c", _MOUNT, "sh", root, *chroot, root, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"PATH": PATH, **variables},
        timeout=timeout,
    )


def _mirror_of_this_machine(suite: str) -> str | None:
    """Ask apt where it has packages of a suite from."""
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    wanted = ["--format", "$(REPO_URI)", "Created-By: Packages", f"Codename: {suite}"]
    run = subprocess.run([apt, "indextargets", *wanted], capture_output=True, text=True, timeout=60)
    return next(iter(run.stdout.split()), None)


def _network_settings(certificate: Path) -> dict[str, str]:
    """Return variables by which pip in the root finds packages as it does here.

    An engine's builder has such settings of its own; the Dockerfile names no place.
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
    """Return what pip is told here, by its files and by variables."""
    pip = [sys.executable, "-m", "pip", "config", "list"]
    run = subprocess.run(pip, capture_output=True, text=True, timeout=60, check=True)
    found = {}
    for line in run.stdout.splitlines():
        place, _, value = line.partition("=")
        # Several places are on several lines.
        found[place.rpartition(".")[2]] = " ".join(ast.literal_eval(value).split())
    return found
