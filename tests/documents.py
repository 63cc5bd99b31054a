"""How code blocks of documents run.

Python blocks and sessions (``python``) share a namespace for each document. Blocks marked ``sh``
must end with exit code 0. In transcripts (``console``) what follows "$ command" is its output, in
which "..." stands for anything; where nothing follows, nothing is compared.
"""

import doctest
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import soundfile
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

AUDIO = Path(__file__).parent.parent / "examples" / "audio"
FOLDERS = {
    "albums": ("q1_joy.ogg", "q4_calm.ogg"),
    "music/joy": ("q1_joy.ogg",),
    "music/anger": ("q2_anger.ogg",),
    "music/sadness": ("q3_sadness.ogg",),
    "music/calm": ("q4_calm.ogg",),
}
PATIENCE = 300


def enter(namespace):
    """Go to a new folder with the recordings that the documents speak of."""
    folder = Path(tempfile.mkdtemp(prefix="quadpred-documents-"))
    namespace["_before"], namespace["_folder"] = os.getcwd(), folder
    samples, rate = soundfile.read(AUDIO / "q1_joy.ogg")
    for name in ("song.wav", "song.mp3", "song.flac", "a.mp3", "b.flac"):
        soundfile.write(folder / name, samples, rate)
    for name, pieces in FOLDERS.items():
        (folder / name).mkdir(parents=True)
        for piece in pieces:
            shutil.copyfile(AUDIO / piece, folder / name / piece)
    os.chdir(folder)


def leave(namespace):
    """Come back and leave nothing."""
    os.chdir(namespace["_before"])
    shutil.rmtree(namespace["_folder"])


def run(command):
    """Run lines of a shell as a newcomer would whose home is the document's folder."""
    programs = Path(sys.executable).parent
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUADPRED_")}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", command],
        env={**kept, "PATH": path, "HOME": os.getcwd()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def check_script(example):
    """Run a block of commands; return what is wrong."""
    done = run(example.parsed)
    return done.stderr + done.stdout if done.returncode else None


def check_transcript(example):
    """Run the commands of a transcript, and compare what they print."""
    complaints = []
    for part in ("\n" + example.parsed).split("\n$ ")[1:]:
        command, _, expected = part.partition("\n")
        done = run(command)
        if done.returncode:
            complaints.append(f"{command}: code {done.returncode}: {done.stderr}")
        elif expected.strip():
            wanted, found = expected.rstrip() + "\n", done.stdout.rstrip() + "\n"
            if not doctest.OutputChecker().check_output(wanted, found, doctest.ELLIPSIS):
                complaints.append(f"{command}:\n{found}")
    return "\n".join(complaints) or None


PARSERS = [
    PythonCodeBlockParser(),
    CodeBlockParser("sh", check_script),
    CodeBlockParser("console", check_transcript),
]
