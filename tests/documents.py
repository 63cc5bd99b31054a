"""How code blocks of documents run.

Python blocks and sessions (``python``) share a namespace for each document. Blocks marked ``sh``
must end with exit code 0, transcripts (``console``) print what they show.

``python -m tests.documents PAGES`` writes into transcripts what their commands print now.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import soundfile
from sybil import Document
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

from quadpred_plugin.system.files import write_atomically
from tests.transcripts import agree, commands, refresh

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
    for command, expected in commands(example.parsed):
        done = run(command)
        if done.returncode:
            complaints.append(f"{command}: code {done.returncode}: {done.stderr}")
        elif expected and not agree(expected, done.stdout):
            complaints.append(f"{command}:\n{done.stdout}")
    return "\n".join(complaints) or None


PARSERS = [
    PythonCodeBlockParser(),
    CodeBlockParser("sh", check_script),
    CodeBlockParser("console", check_transcript),
]


@contextmanager
def opened(page):
    """Give a page's blocks, to be run in their order in a folder of their own."""
    document = Document.parse(str(page.resolve()), *PARSERS)
    enter(document.namespace)
    try:
        yield document
    finally:
        leave(document.namespace)


def output(command):
    """Run a command that must succeed; return what it prints."""
    done = run(command)
    if done.returncode:
        raise SystemExit(f"{command}: code {done.returncode}: {done.stderr}")
    return done.stdout


def write_outputs(page):
    """Run a page's blocks, and write what commands print into its transcripts."""
    text = page.read_text(encoding="utf-8")
    with opened(page) as document:
        for example in document:
            if example.region.evaluator is check_transcript:
                new = refresh(example.parsed, output)
                text = text.replace(f"```console\n{example.parsed}", f"```console\n{new}", 1)
            else:
                example.evaluate()
    write_atomically(page, lambda stream: stream.write(text), text=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    for page in parser.parse_args().pages:
        write_outputs(page.resolve())
