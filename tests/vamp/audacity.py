"""Run Audacity on a screen of its own: with commands for its script module, and keys.

The module's commands come and go by two named pipes, of which a user has one pair. A process that
Audacity starts to examine new plugins replaces the pair by its own, to which nobody listens later;
so the first pair is opened as soon as it exists. Commands can't name an effect with a colon in its
name, as those of Vamp plugins have; they are chosen in the menu.
"""

import fcntl
import itertools
import json
import os
import re
import signal
import subprocess
import time
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

from tests.limits import HANG

# To Audacity and from it.
_PIPES = [Path(f"/tmp/audacity_script_pipe.{way}.{os.getuid()}") for way in ("to", "from")]
_MODULE = Path("/usr/lib/audacity/modules/mod-script-pipe.so")
_VENDOR = "The quadpred-plugin developers"
_CONFIGURATION = """\
PrefsVersion=1.1.1r1
NewPrefsInitialized=1
[Locale]
Language=en
[GUI]
ShowSplashScreen=0
[Update]
DefaultUpdatesChecking=0
UpdateNoticeShown=1
[Module]
mod-script-pipe=1
[ModulePath]
mod-script-pipe={module}
[ModuleDateTime]
mod-script-pipe={time}
"""


class Audacity:
    """A run of Audacity with its own home folder; a context manager.

    Parameters
    ----------
    folder : Path
        Empty folder for its home and its messages.
    plugins : Path
        The only folder of Vamp plugins that it searches.
    """

    def __init__(self, folder, plugins):
        self._folder, self._plugins = folder, plugins

    def __enter__(self):
        with ExitStack() as stack:
            # One run at a time on a machine, since there is one pair of pipes.
            fcntl.flock(stack.enter_context(_MODULE.open("rb")), fcntl.LOCK_EX)
            for pipe in _PIPES:
                pipe.unlink(missing_ok=True)
                stack.callback(pipe.unlink, missing_ok=True)
            screen = _start_screen(stack)
            self._environment = {"PATH": os.environ["PATH"], "DISPLAY": screen}
            home = {"VAMP_PATH": str(self._plugins), **_make_home(self._folder)}
            messages = stack.enter_context((self._folder / "messages.txt").open("wb"))
            _start(stack, ["audacity"], messages, env={**self._environment, **home})
            _wait(lambda: all(pipe.exists() for pipe in _PIPES), "it makes its pipes", 0.01)
            self._commands = stack.enter_context(_PIPES[0].open("w"))
            self._answers = stack.enter_context(_PIPES[1].open())
            # Commands before that have no answer.
            _wait(lambda: "Audacity" in self._windows().values(), "Audacity's window is there")
            (self._main,) = self._numbers("Audacity")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind, error, traceback):
        self._stack.close()

    def tell(self, command):
        """Execute a command and return its answer, from JSON."""
        self._commands.write(f"{command}\n")
        self._commands.flush()
        lines = [self._answers.readline()]
        while not lines[-1].startswith("BatchCommand finished"):
            assert lines[-1], f"Audacity ended at {command!r}."
            lines.append(self._answers.readline())
        answer = "".join(lines[:-1]).strip()
        assert lines[-1] == "BatchCommand finished: OK\n", (command, answer)
        self._answers.readline()
        # It escapes more characters than JSON does.
        return json.loads(re.sub(r'\\(?!["\\/bfnrtu])', "", answer) or "null")

    def open(self, audio):
        """Import an audio file and select all of it."""
        self.tell(f'Import2: Filename="{audio}"')
        self.tell("SelectAll:")

    def effects(self):
        """Return the names of our effects in the menu Analyze, in its order."""
        return self._menu()[1]

    def apply(self, effect):
        """Apply an effect with the values that its dialogue has at first.

        Returns
        -------
        labels : list of [float, float, str]
            Start and end in seconds, and text; it waits for one at least.

        Raises
        ------
        RuntimeError
            If a message appears instead.
        """
        dialogue = self.open_dialogue(effect)
        before = self._windows()
        self._xdotool("windowfocus", "--sync", dialogue, "key", "alt+a")

        def messages():
            # Menus and tips have the program's name in lower case.
            known = {*before.values(), "audacity"}
            return [name for name in self._windows().values() if name not in known]

        _wait(lambda: messages() or self._labels(effect), f"{effect} is applied")
        if messages():
            raise RuntimeError(f"Audacity shows the message {messages()}.")
        self._xdotool("windowfocus", "--sync", dialogue, "key", "Escape")
        _wait(lambda: dialogue not in self._windows(), "the dialogue is closed")
        return self._labels(effect)

    def open_dialogue(self, effect):
        """Choose an effect in the menu, and return the number of its dialogue's window."""
        place, names = self._menu()
        before = self._windows()
        self._xdotool("windowfocus", "--sync", self._main, "key", "alt+a")
        _wait(lambda: self._windows().keys() - before.keys(), "the menu is open")
        down = ["Down"]
        self._xdotool("key", *down * place, "Right", *down * names.index(effect), "Return")
        _wait(lambda: self._numbers(effect), "the dialogue is open")
        (dialogue,) = self._numbers(effect)
        return dialogue

    def _menu(self):
        """Return the place of our submenu in the menu Analyze, and the names in it."""
        menus = [one for one in self.tell("GetInfo: Type=Menus") if one["label"] != "----"]
        labels = [one["label"] for one in menus]
        start, ours = labels.index("Analyze"), labels.index(_VENDOR)
        place = sum(one["depth"] == 1 for one in menus[start:ours])
        effects = itertools.takewhile(lambda one: one["depth"] == 2, menus[ours + 1 :])
        return place, [one["label"].removesuffix("...") for one in effects]

    def _labels(self, track):
        """Return the labels of a track; none if there is no such track yet."""
        names = [one["name"] for one in self.tell("GetInfo: Type=Tracks")]
        labels = dict(self.tell("GetInfo: Type=Labels"))
        return labels.get(names.index(track), []) if track in names else []

    def _numbers(self, name):
        return [number for number, found in self._windows().items() if found == name]

    def _windows(self):
        """Return the names of the visible windows by their numbers."""
        numbers = self._xdotool("search", "--onlyvisible", "--name", ".*").split()
        return {number: self._xdotool("getwindowname", number).strip() for number in numbers}

    def _xdotool(self, *words):
        # A window may vanish between two calls.
        command = ["xdotool", *map(str, words)]
        run = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=HANG
        )
        return run.stdout


def _start_screen(stack):
    """Start an X server without a screen, and return its address."""
    reading, writing = os.pipe()
    words = ["-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    _start(stack, ["Xvfb", *words], subprocess.DEVNULL, pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading) as stream:
        return f":{stream.readline().strip()}"


def _start(stack, command, messages, **options):
    """Start a program, which is ended with its own children when the stack is closed."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=messages,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **options,
    )
    stack.callback(process.wait)
    stack.callback(os.killpg, process.pid, signal.SIGTERM)


def _wait(condition, what, interval=0.1):
    end = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < end, f"Waited {HANG} s until {what}."
        time.sleep(interval)


def _make_home(folder):
    """Create a home folder without first-use dialogues; return its environment variables."""
    settings = folder / "home" / ".config" / "audacity" / "audacity.cfg"
    settings.parent.mkdir(parents=True)
    changed = datetime.fromtimestamp(_MODULE.stat().st_mtime, timezone.utc)
    time_of_module = changed.strftime("%Y-%m-%dT%H:%M:%S")
    settings.write_text(_CONFIGURATION.format(module=_MODULE, time=time_of_module))
    home = str(folder / "home")
    names = ("HOME", "XDG_RUNTIME_DIR", "TMPDIR")
    return {**dict.fromkeys(names, home), "LANG": "C.UTF-8", "TZ": "UTC", "NO_AT_BRIDGE": "1"}
