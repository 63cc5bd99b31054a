"""Documents, help texts, docstrings and comments use the project's vocabulary."""

import ast
import io
import re
import tokenize
from collections import defaultdict

import click
import pytest

from quadpred_plugin.cli.main import quadpred
from tests.tree import ROOT

# Retired words and names, as regular expressions, and what to write instead.
RETIRED = {
    r"hear(s|d|ing)?": "analyse, predict; decode for audio, process for blocks; audible",
    r"listen(s|ed|ing)?": "pretext task, pretext training; analyse (listeners are human raters)",
    r"lessons?": "training example",
    r"hints?": "auxiliary target",
    r"ears?": "branch",
    r"sureness": "confidence",
    r"for eyes": "for display",
    r"levelled": "peak-normalised",
    r"in vain": "without effect",
    r"taken over to music": "transferred to music",
    r"Names for eyes": "Escape file names for display",
    r"as sure of clips as it is right": "Fit clip-level calibration: temperature and offset",
    r"as sure as it is right": "Pool patch outputs into one calibrated value per file",
    r"Who trains, who decides": "Artist-disjoint train, validation and test splits",
    r"put together to so many": "Minimum block size after merging FFmpeg frames",
    r"A hop that can't be used is told": "Validate the hop first so that a bad value fails fast",
    r"What stands in a card": "Validate an untrusted model card",
    r"What ends the run is told": "Report the original error, not errors from clean-up",
    r"Leave it to us what is told": "Silence Dask's loggers; we report lost workers ourselves",
    r"Takes what tracks have in common": "Pulls tasks for a job and yields outcomes in any order",
    r"What is felt is read off": "Emotion is predicted from the note estimates only",
    r"whose word on valence": "Gated ensemble: a gate weights two networks' valence",
    r"what is said of a choice that can't be": "Shared --model and --hop options and their errors",
    r"Where the file shall be": "Destination path",
    r"Repair what is told of packages": "Fix the package problems listed above first",
    r"quadpred_plugin[./]meaning": "quadpred_plugin.analysis",
    r"quadpred_plugin[./]collection": "quadpred_plugin.batch",
    r"training[./]corpora": "quadpred_plugin.training.datasets",
    r"training[./]teacher": "quadpred_plugin.training.teachers",
}
# Hints of Python, and listening by people.
ALLOWED = re.compile(r"\b(type\s+hints?|a\s+page\s+to\s+listen\s+with)\b", re.IGNORECASE)

SOURCES = ("quadpred_plugin", "vamp_wrapper", "beetsplug", "checks", "benchmarks", "examples")
# Written by 'make docs'.
GENERATED = ("docs/_build/", "docs/models/", "docs/reference/formats.md")


def compiled(expression):
    """Match an expression as whole words, in any case and over the ends of lines."""
    return re.compile(rf"\b(?:{expression})\b".replace(" ", r"\s+"), re.IGNORECASE)


EXPRESSIONS = {compiled(expression): better for expression, better in RETIRED.items()}


def offenders(place, text, first=1):
    """Yield a line for each retired word: where it is, and what to write instead."""
    allowed = [match.span() for match in ALLOWED.finditer(text)]
    for expression, better in EXPRESSIONS.items():
        for match in expression.finditer(text):
            if any(begin <= match.start() < end for begin, end in allowed):
                continue
            line = first + text.count("\n", 0, match.start())
            found = " ".join(match.group().split())
            yield f"{place}:{line}: {found!r}: rather {better!r}"


def check(found):
    """Fail with all offenders, a line each."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def documents():
    found = [ROOT / name for name in ("README.md", "setup.cfg", "CITATION.cff", "Makefile")]
    found += [*(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    names = {path: str(path.relative_to(ROOT)) for path in found}
    return sorted(path for path, name in names.items() if not name.startswith(GENERATED))


def python_files():
    return sorted(path for name in SOURCES for path in (ROOT / name).rglob("*.py"))


def docstrings(source):
    """Yield the first line and the text of each docstring."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            value = node.body[0].value
            yield value.lineno, value.value


def comments(source):
    """Yield the first line and the text of each block of comments."""
    block, begin = [], 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        if block and line != begin + len(block):
            yield begin, "\n".join(block)
            block = []
        begin = begin if block else line
        block.append(token.string.removeprefix("#"))
    if block:
        yield begin, "\n".join(block)


def commands(command, name):
    """Yield the names of a command and of all its subcommands, with the commands."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for part in command.list_commands(context):
            yield from commands(command.get_command(context, part), f"{name} {part}")


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_documents(path):
    found = list(offenders(path.relative_to(ROOT), path.read_text(encoding="utf-8")))
    check(found)


def test_help():
    found, names = [], []
    for name, command in commands(quadpred, "quadpred"):
        names.append(name)
        with click.Context(command, info_name=name) as context:
            found += offenders(f"{name} --help", command.get_help(context))
    assert "quadpred train student" in names and "quadpred models list" in names
    check(found)


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_docstrings_and_comments(path):
    source, found = path.read_text(encoding="utf-8"), []
    for line, text in (*docstrings(source), *comments(source)):
        found += offenders(path.relative_to(ROOT), text, line)
    check(found)


def test_file_names_of_training_are_distinct():
    folders = defaultdict(list)
    for path in sorted((ROOT / "quadpred_plugin" / "training").rglob("*")):
        if path.suffix in (".py", ".json") and path.name != "__init__.py":
            folders[path.name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in folders.items() if len(found) > 1} == {}


def test_a_retired_word_is_found_over_lines_and_in_blocks():
    source = '"""Names\nfor\n\neyes."""\n\nx = 1  # a type hint\n\n# two\n# ears\n'
    (line, text), *rest = [*docstrings(source), *comments(source)]
    found = list(offenders("a.py", text, line))
    assert [one.split(": ")[0] for one in found] == ["a.py:2", "a.py:1"]
    found = [one.split(": ")[0] for line, text in rest for one in offenders("a.py", text, line)]
    assert found == ["a.py:9"]
    assert list(offenders("a.py", "A page to listen with.")) == []
