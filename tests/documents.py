"""Run the code blocks of documents.

Python blocks and sessions (``python``) share a namespace for each document. Blocks marked ``sh``
must have exit code 0. Commands of transcripts (``console``) must print the output shown there.

``python -m tests.documents PAGES`` updates the outputs in transcripts.
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
from tests.limits import HANG
from tests.transcripts import agree, commands, refresh

AUDIO = Path(__file__).parent.parent / "examples" / "audio"
FOLDERS = {
    "albums": ("q1_joy.ogg", "q4_calm.ogg"),
    "music/joy": ("q1_joy.ogg",),
    "music/anger": ("q2_anger.ogg",),
    "music/sadness": ("q3_sadness.ogg",),
    "music/calm": ("q4_calm.ogg",),
}


def enter(namespace):
    """Change to a new folder with the recordings that the documents use."""
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
    """Change back and delete the folder."""
    os.chdir(namespace["_before"])
    shutil.rmtree(namespace["_folder"])


def run(command):
    """Run shell lines without settings of the program, in the document's folder as home."""
    programs = Path(sys.executable).parent
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUADPRED_")}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", command],
        env={**kept, "PATH": path, "HOME": os.getcwd()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG,
    )


def check_script(example):
    """Run a block of commands; return its output if it fails."""
    done = run(example.parsed)
    return done.stderr + done.stdout if done.returncode else None


def check_transcript(example):
    """Run the commands of a transcript, and compare their outputs."""
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
    """Parse a page, whose blocks are run in order in a new folder."""
    document = Document.parse(str(page.resolve()), *PARSERS)
    enter(document.namespace)
    try:
        yield document
    finally:
        leave(document.namespace)


def output(command):
    """Run a command that must succeed; return its output."""
    done = run(command)
    if done.returncode:
        raise SystemExit(f"{command}: code {done.returncode}: {done.stderr}")
    return done.stdout


def write_outputs(page):
    """Run a page's blocks, and write the outputs into its transcripts."""
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
