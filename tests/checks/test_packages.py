"""``make test`` installs the Debian packages that it needs, or names the command that does."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.limits import HANG
from tests.tree import ROOT

MAKE = shutil.which("make")
PROGRAMS = {
    "g++",
    "git",
    "exiftool",
    "ffmpeg",
    "vamp-simple-host",
    "sonic-visualiser",
    "audacity",
    "Xvfb",
    "xdotool",
    "fluidsynth",
    "timidity",
}
# Programs of this machine that the fresh one has as well.
TOOLS = ("sh", "grep", "cat", "env", "true", "touch", "chmod")

APT_GET = """#!/bin/sh
echo "$DEBIAN_FRONTEND: apt-get $*" >> "$CALLS"
if [ -n "$BROKEN" ]; then exit; fi
for package in "$@"; do
    case "$package" in
    python3-venv) touch "$LIBRARY/ensurepip" ;;
    python3-dev) touch "$LIBRARY/Python.h" ;;
    -*|[!a-z]*) ;;
    *)
        case "$package" in
        vamp-examples) program=vamp-simple-host ;;
        libimage-exiftool-perl) program=exiftool ;;
        xvfb) program=Xvfb ;;
        *) program=$package ;;
        esac
        touch "$PROGRAMS/$program"; chmod +x "$PROGRAMS/$program" ;;
    esac
done
"""
# As sudo does for a user who needs no password, and for one who does.
SUDO = {
    True: '#!/bin/sh\necho "sudo $*" >> "$CALLS"\n[ "$1" = -n ] && shift && exec "$@"\n',
    False: "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n",
}


@dataclass
class Machine:
    """A fresh machine: a search path of stubs and of the few tools that the script needs."""

    folder: Path
    environment: dict

    def make(self, target, **environment):
        return subprocess.run(
            [MAKE, "-s", "-C", ROOT, target, f"VENV={self.folder / 'environment'}"],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG,
        )

    def calls(self):
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def remove(self, program):
        (self.folder / "bin" / program).unlink()

    def programs(self):
        return {path.name for path in (self.folder / "bin").iterdir()}


@pytest.fixture
def machine(tmp_path):
    """Make a machine: ``machine(user, sudo)``; sudo is whether it works without a password."""

    def build(user, sudo):
        programs, library = tmp_path / "bin", tmp_path / "library"
        programs.mkdir()
        library.mkdir()
        for tool in TOOLS:
            (programs / tool).symlink_to(shutil.which(tool))
        stubs = {
            "id": f"#!/bin/sh\necho {user}\n",
            "sudo": SUDO[sudo],
            "apt-get": APT_GET,
            "python3": f"#!/bin/sh\necho {library}\n",
        }
        for name, content in stubs.items():
            (programs / name).write_text(content)
            (programs / name).chmod(0o755)
        names = {"PATH": programs, "PROGRAMS": programs, "LIBRARY": library}
        environment = {name: str(path) for name, path in names.items()}
        environment |= {"CALLS": str(tmp_path / "calls"), "BROKEN": "", "DEBIAN_FRONTEND": ""}
        return Machine(tmp_path, environment)

    return build


def test_root_installs_what_is_missing_once(machine):
    fresh = machine(user=0, sudo=False)
    run = fresh.make("test-packages")
    assert run.returncode == 0, run.stderr
    update, install = fresh.calls()
    assert " update " in update
    # Nothing may ask.
    assert install.startswith("noninteractive: apt-get ") and " -y " in install
    assert "--no-install-recommends" in install
    assert fresh.programs() >= PROGRAMS
    assert {path.name for path in (fresh.folder / "library").iterdir()} == {
        "ensurepip",
        "Python.h",
    }
    again = fresh.make("test-packages")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert len(fresh.calls()) == 2


def test_sudo_without_a_password_is_used(machine):
    fresh = machine(user=1000, sudo=True)
    run = fresh.make("test-packages")
    assert run.returncode == 0, run.stderr
    calls = fresh.calls()
    assert calls[0] == "sudo -n true"
    by_sudo = [call for call in calls if call.startswith("sudo -n ") and "apt-get" in call]
    assert len(by_sudo) == len([call for call in calls if ": apt-get " in call]) == 2
    assert fresh.programs() >= PROGRAMS


def test_another_user_gets_the_command(machine):
    fresh = machine(user=1000, sudo=False)
    run = fresh.make("test-packages")
    assert run.returncode != 0
    sentence = run.stderr.splitlines()[0]
    assert sentence.startswith("Missing packages: ") and "sonic-visualiser" in sentence
    assert sentence.endswith("To install them, run: sudo make hosts")
    assert "password" not in run.stderr
    assert fresh.calls() == []


def test_without_sudo_it_is_the_same(machine):
    fresh = machine(user=1000, sudo=False)
    fresh.remove("sudo")
    run = fresh.make("test-packages")
    assert run.returncode != 0
    assert run.stderr.splitlines()[0].endswith("To install them, run: sudo make hosts")


def test_the_demonstration_needs_one_package(machine):
    fresh = machine(user=1000, sudo=False)
    run = fresh.make("demo")
    assert run.returncode != 0
    assert run.stderr.splitlines()[0] == (
        "Missing packages: python3-venv. To install them, run: sudo apt-get install python3-venv"
    )


def test_another_distribution_gets_the_names(machine):
    fresh = machine(user=0, sudo=False)
    fresh.remove("apt-get")
    run = fresh.make("test-packages")
    assert run.returncode != 0
    assert "this system has no apt-get" in run.stderr
    assert "fluidsynth" in run.stderr


def test_an_installation_without_effect_is_an_error(machine):
    fresh = machine(user=0, sudo=False)
    run = fresh.make("test-packages", BROKEN="1")
    assert run.returncode != 0
    assert "After apt-get install, still missing: python3-venv" in run.stderr


def test_packages_come_before_everything_else(tmp_path):
    listing = subprocess.run(
        [MAKE, "-n", "-C", ROOT, "test", f"VENV={tmp_path / 'environment'}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=HANG,
    ).stdout.splitlines()
    first = next(line for line in listing if not line.startswith("make"))
    assert first.split()[1:] == ["sh", "checks/packages.sh", "venv", "build", "test"]
