"""Help pages: each has a synopsis, a description, and examples that parse; 80 columns."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from quadpred_plugin.cli.environment_variables import PREFIX, name_variables
from quadpred_plugin.cli.main import COMMANDS, quadpred
from quadpred_plugin.version import VERSION
from tests.limits import HANG


def pages(command, context):
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            yield from pages(
                below, click.Context(below, info_name=name, parent=context, terminal_width=80)
            )


PAGES = list(pages(quadpred, click.Context(quadpred, info_name="quadpred", terminal_width=80)))
every_page = pytest.mark.parametrize("context", PAGES, ids=lambda context: context.command_path)


def examples(text):
    """Return the words of each example, less what is the shell's."""
    _, _, part = text.partition("\n  Examples:\n")
    for line in re.sub(r"\\\n\s+", "", part).splitlines():
        program, *words = shlex.split(line)
        assert program == "quadpred"
        ends = [place for place, word in enumerate(words) if word in "<>"]
        yield words[: ends[0]] if ends else words


@every_page
def test_a_page_reads_well_on_80_columns(context):
    text = context.command.get_help(context)
    assert max(map(len, text.splitlines())) <= 80
    synopsis, description, *_ = text.split("\n\n")
    assert synopsis.startswith(f"Usage: {context.command_path} ")
    assert description.strip().endswith(".")
    # Click ends what doesn't fit into a table by three dots.
    assert "..." not in re.sub(r"PATHS\.\.\.|\[ARGS\]\.\.\.|\]\.\.\.", "", text)
    for parameter in context.command.params:
        if isinstance(parameter, click.Argument) and not isinstance(parameter.type, click.Choice):
            name = parameter.make_metavar(context).strip("[].")
            assert name.split("...")[0] in context.command.help, name
        elif isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help and parameter.help.endswith("."), parameter.name


@every_page
def test_examples_parse(context, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = list(examples(context.command.get_help(context)))
    assert found
    for words in found:
        resolved, command = [], quadpred
        while isinstance(command, click.Group):
            resolved.append(words.pop(0))
            command = command.get_command(context, resolved[-1])
            assert command is not None, resolved
        prefix = context.command_path.split()[1:]
        assert resolved[: len(prefix)] == prefix
        make_files(command, words)
        with command.make_context(resolved[-1], list(words)):
            pass


def make_files(command, words):
    """Make the files and folders that a command wants to be there."""
    values, _, _ = command.make_parser(click.Context(command)).parse_args(list(words))
    for parameter in command.params:
        kind, value = parameter.type, values.get(parameter.name)
        if isinstance(kind, click.Path) and kind.exists and value:
            for path in map(Path, [value] if isinstance(value, str) else value):
                path.parent.mkdir(parents=True, exist_ok=True)
                if kind.file_okay:
                    path.touch()
                else:
                    path.mkdir(exist_ok=True)


def test_an_example_that_is_wrong_would_be_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = quadpred.get_command(PAGES[0], "predict")
    for words in (["--hopp", "1", "a.wav"], ["--format", "xml", "a.wav"], ["--hop", "x", "a.wav"]):
        with pytest.raises(click.UsageError):
            command.make_context("predict", words)


def test_the_group_lists_all_commands():
    assert list(COMMANDS) == quadpred.list_commands(PAGES[0])
    text = quadpred.get_help(PAGES[0])
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", text, re.MULTILINE)
    assert "QUADPRED_PREDICT_MODEL" in text


@every_page
def test_every_option_has_a_variable_named_after_it(context, monkeypatch):
    words = context.command_path.upper().replace(" ", "_").replace("-", "_")
    for parameter in context.command.params:
        if not isinstance(parameter, click.Option) or parameter.hidden:
            continue
        flag = next(flag for flag in parameter.opts if flag.startswith("--"))
        if flag in ("--help", "--version"):
            continue
        variable = f"{words}_{flag[2:].upper().replace('-', '_')}"
        assert parameter.resolve_envvar_value(context) is None
        monkeypatch.setenv(variable, "1")
        assert parameter.resolve_envvar_value(context) == "1"


def test_variables_are_distinct():
    names = [
        name
        for word in COMMANDS
        for name in name_variables(quadpred.get_command(PAGES[0], word), f"{PREFIX}_{word.upper()}")
    ]
    assert len(names) == len(set(names)) > 50


def test_the_program_reads_them(quadpred, tmp_path):
    run = quadpred("models", "show", folder=tmp_path, QUADPRED_MODELS_SHOW_JSON="1")
    assert run.output.startswith(b"{")
    run = quadpred("predict", "x.wav", folder=tmp_path, QUADPRED_PREDICT_FORMAT="xml")
    assert run.code == 2 and "is not one of" in run.messages


def test_the_package_is_the_program_too(tmp_path):
    words = [sys.executable, "-m", "quadpred_plugin"]
    done = subprocess.run([*words, "--version"], capture_output=True, text=True, timeout=HANG)
    assert (done.returncode, done.stdout) == (0, f"quadpred, version {VERSION}\n")
    wrong = [*words, "predict", str(tmp_path / "a.wav"), "--hopp"]
    done = subprocess.run(wrong, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 2 and "python -m quadpred_plugin predict --help" in done.stderr
