"""``quadpred vamp``: install, uninstall, status."""

import json
import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import clean_environment
from tests.limits import HANG
from tests.tree import ROOT
from tests.vamp.conftest import HERE
from vamp_wrapper.installation import COMPANIONS
from vamp_wrapper.places import library_name

FILES = {library_name(), *COMPANIONS}
PACKAGE = HERE.parent.parent / "vamp_wrapper"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def vamp(quadpred, tmp_path, home):
    """Run ``quadpred vamp`` with a home of its own."""

    def run(*words, **environment):
        environment.setdefault("VAMP_PATH", "")
        return quadpred("vamp", *words, folder=tmp_path, HOME=str(home), **environment)

    return run


def text(run):
    return run.output.decode()


def test_it_goes_where_hosts_look(vamp, home):
    run = vamp("install")
    assert run.code == 0 and run.messages == ""
    folder = home / "vamp"
    assert f"Installed {folder / library_name()}" in text(run)
    assert "Classification > Mood > Emotion over Time" in text(run)
    assert "don't look" not in text(run)
    assert {path.name for path in folder.iterdir()} == FILES
    for name in COMPANIONS:
        assert (folder / name).read_bytes() == (PACKAGE / name).read_bytes()


def test_status_follows_what_is_there(vamp, home):
    before = vamp("status")
    assert before.code == 1 and "'quadpred vamp install' builds one" in text(before)
    vamp("install")
    after = vamp("status")
    assert after.code == 0
    assert "(this environment)" in text(after) and "works   yes" in text(after)
    removed = vamp("uninstall")
    assert removed.code == 0
    assert text(removed).splitlines() == [
        f"Removed {home / 'vamp' / name}" for name in (library_name(), *COMPANIONS)
    ]
    assert list((home / "vamp").iterdir()) == []
    assert vamp("status").code == 1


def test_another_folder_is_explained(vamp, home, tmp_path):
    folder = tmp_path / "ein Ordner with 'quotes\" and ü"
    run = vamp("install", "--path", folder)
    assert run.code == 0
    assert f"VAMP_PATH='{folder}:{home / 'vamp'}:" in text(run)
    status = vamp("status", VAMP_PATH=str(folder))
    assert status.code == 0 and str(folder / library_name()) in text(status)
    assert vamp("uninstall", "--path", folder).code == 0


def test_a_vamp_path_that_hides_it_is_explained(vamp, home, tmp_path):
    other = str(tmp_path / "other")
    run = vamp("install", VAMP_PATH=other)
    assert run.code == 0
    assert f"VAMP_PATH is set to '{other}' and replaces the default folders" in text(run)
    status = vamp("status", VAMP_PATH=other)
    assert status.code == 1
    assert str(home / "vamp" / library_name()) in text(status)
    assert "replaces the default folders" in text(status)


def test_a_second_one_is_explained(vamp, home):
    vamp("install")
    vamp("install", "--path", home / ".vamp")
    run = vamp("install", "--path", home / ".vamp")
    assert f"Hosts find {home / 'vamp' / library_name()} first" in text(run)
    status = vamp("status")
    assert f"Hosts don't use {home / '.vamp' / library_name()}" in text(status)


def test_installing_again_replaces(vamp, home):
    vamp("install")
    library = home / "vamp" / library_name()
    library.write_bytes(b"half of an old one")
    assert vamp("install").code == 0
    assert "works   yes" in text(vamp("status"))


@pytest.fixture
def other(tmp_path, home):
    """Run the program of another environment, which has the same packages."""
    folder = tmp_path / "other"
    command = [sys.executable, "-m", "venv", "--without-pip", folder]
    subprocess.run(command, check=True, timeout=HANG)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "both.pth").write_text("\n".join([str(ROOT), *site.getsitepackages()]))
    python = folder / "bin" / "python"

    def run(*words):
        process = subprocess.run(
            [python, "-m", "quadpred_plugin", *words],
            cwd=tmp_path,
            env=clean_environment(HOME=str(home), VAMP_PATH=""),
            capture_output=True,
            text=True,
            timeout=HANG,
            check=True,
        )
        return process.stdout

    run.python = python
    return run


def test_two_environments_one_after_the_other(vamp, other, home, tmp_path, quadpred):
    """Install says which plugin it replaces, and doctor which one hosts start."""

    def finding(report):
        (found,) = (one for one in json.loads(report)["findings"] if one["topic"] == "vamp")
        return found

    assert "It replaced" not in text(vamp("install"))
    replaced = "plugin of another environment, which started {}."
    assert replaced.format(sys.executable) in other("vamp", "install")
    library = home / "vamp" / library_name()
    run = quadpred("doctor", "--json", folder=tmp_path, HOME=str(home), VAMP_PATH="")
    found = finding(run.output)
    assert found["state"] == "note"
    assert f"{library} starts another environment, {other.python}" in found["detail"]
    assert found["remedy"] == f"quadpred vamp install --path '{library.parent}'"
    found = finding(other("doctor", "--json"))
    assert (found["state"], found["detail"]) == ("ok", f"{library} starts this environment")
    assert "(another environment)" in text(vamp("status"))
    assert replaced.format(other.python) in text(vamp("install"))
    assert "It replaced" not in text(vamp("install"))


def test_without_a_compiler_it_says_what_to_install(vamp, home, tmp_path):
    run = vamp("install", PATH=str(tmp_path), CC="")
    assert run.code == 1
    assert run.messages.startswith("quadpred: No C compiler was found")
    assert not home.exists()


def test_with_a_compiler_that_fails_nothing_is_installed(vamp, home, tmp_path):
    compiler = tmp_path / "compiler"
    compiler.write_text("#!/bin/sh\necho 'fatal error: stdio.h: No such file' >&2\nexit 1\n")
    compiler.chmod(0o755)
    run = vamp("install", CC=str(compiler))
    assert run.code == 1
    assert "can't compile shim.c: fatal error: stdio.h" in run.messages
    assert not home.exists()


def test_without_a_compiler_status_says_that_it_cannot_know(vamp, tmp_path):
    vamp("install")
    run = vamp("status", PATH=str(tmp_path), CC="")
    assert run.code == 0 and "works   not known: No C compiler" in text(run)


def test_a_python_without_a_shared_library_is_explained(monkeypatch, tmp_path):
    import sysconfig

    from quadpred_plugin.errors import InstallationError
    from vamp_wrapper.build import find_python_library

    assert find_python_library().is_file()
    static = {"LIBDIR": str(tmp_path), "INSTSONAME": "libpython3.11.a", "LDLIBRARY": None}
    monkeypatch.setattr(sysconfig, "get_config_var", static.get)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    (tmp_path / "libpython3.11.a").touch()
    with pytest.raises(InstallationError, match=r"has no shared library .*--enable-shared"):
        find_python_library()


def test_without_headers_it_says_what_to_install(monkeypatch, tmp_path):
    import sysconfig

    from quadpred_plugin.errors import InstallationError
    from vamp_wrapper.build import find_headers

    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(InstallationError, match=r"apt install python3\.\d+-dev"):
        find_headers()


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_a_file_is_no_folder(command, vamp, tmp_path):
    (tmp_path / "file").touch()
    run = vamp(command, "--path", tmp_path / "file")
    assert run.code == 2 and "is a file" in run.messages


def test_a_folder_that_cannot_be_made_is_an_error(vamp, tmp_path):
    (tmp_path / "file").touch()
    run = vamp("install", "--path", tmp_path / "file" / "folder")
    assert run.code == 1 and "can't be created" in run.messages


def test_only_our_own_library_is_removed(vamp, home):
    missing = vamp("uninstall")
    assert missing.code == 1 and "There is no Vamp plugin" in missing.messages
    folder = home / "vamp"
    folder.mkdir(parents=True)
    (folder / library_name()).write_bytes(b"\x7fELF of somebody else")
    run = vamp("uninstall")
    assert run.code == 1 and "nothing was removed" in run.messages
    assert (folder / library_name()).exists()
    status = vamp("status")
    assert status.code == 1 and "not a library of quadpred-plugin" in text(status)


def test_paths_of_any_bytes_reach_the_compiler_whole(tmp_path):
    from vamp_wrapper.build import _definition

    odd = Path(os.fsdecode(b'/a "b"\\c\n*/ \xff\xc3\xbc %s ??/'))
    (tmp_path / "odd.c").write_text(
        f"#include <stdio.h>\n{_definition('ODD', odd)}"
        "int main(void) { fputs(ODD, stdout); return 0; }\n"
    )
    subprocess.run(["cc", tmp_path / "odd.c", "-o", tmp_path / "odd"], check=True, timeout=HANG)
    printed = subprocess.run([tmp_path / "odd"], capture_output=True, check=True).stdout
    assert printed == os.fsencode(odd)
