"""The site is complete, loads nothing from other hosts, and has no broken links."""

import re
from configparser import ConfigParser
from urllib.parse import unquote, urlsplit

import click
import pytest

from quadpred_plugin.cli.main import quadpred
from quadpred_plugin.exports import FORMATS
from quadpred_plugin.model.registry import installed_models
from tests.site.conftest import ROOT, SITE
from tests.test_docstrings import EVERY

# Extras for developers, which the Makefile installs.
DEVELOPMENT_EXTRAS = {"test", "docs", "dist", "bench"}


def commands(command, path):
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            yield from commands(command.get_command(click.Context(command), name), f"{path}-{name}")


def test_nothing_is_loaded_from_other_hosts(pages):
    for page in pages.values():
        for address in page.loaded:
            assert not urlsplit(address).scheme and not urlsplit(address).netloc, address
            assert (page.path.parent / unquote(urlsplit(address).path)).is_file(), address
    for sheet in SITE.rglob("*.css"):
        for address in re.findall(r"url\(([^)]*)\)|@import", sheet.read_text()):
            assert address.startswith(("data:", '"data:', "'data:")), (sheet, address)


def test_links_within_the_site_have_targets(pages):
    by_path = {page.path: page for page in pages.values()}
    for page in pages.values():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            assert target.is_file(), (page.path, link)
            if target in by_path:
                assert unquote(parts.fragment) in by_path[target].anchors, (page.path, link)


@pytest.mark.parametrize("name", EVERY)
def test_every_public_name_is_documented(names, name):
    assert any(name in explained for kind, explained in names.items() if kind.startswith("py:"))


@pytest.mark.parametrize(("path", "command"), list(commands(quadpred, "quadpred")))
def test_every_option_is_documented(names, path, command):
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            for option in parameter.opts:
                assert f"{path}.{option}" in names["std:cmdoption"]


def test_every_model_has_a_page(pages):
    for card in installed_models().shipped:
        text = pages[f"models/{card.name}.html"].text
        assert card.sha256 in text and card.licence in text
        for limit in card.limits:
            assert limit in text
        figure = card.metrics["clip"]["quadrants"]["f1"]
        assert f"{figure:.3f}" in text


def test_every_format_is_listed(pages):
    text = pages["reference/formats.html"].text
    for name, export in FORMATS.items():
        assert re.search(rf"\n{name}\n{re.escape(export.suffix)}\n", text), name


def test_every_example_is_shown(pages):
    for script in (ROOT / "examples").glob("*.py"):
        assert f"examples/{script.name}" in pages["gallery.html"].text


def test_every_extra_is_listed(pages):
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    extras = set(settings["options.extras_require"]) - DEVELOPMENT_EXTRAS
    assert extras == set(re.findall(r"\n([a-z]+)\n", pages["install.html"].text)) & extras


def test_hyphens_of_options_stay_hyphens(pages):
    for page in pages.values():
        assert not re.search(r"(?<!\w)–[a-z]", page.text), page.path


def test_tests_that_are_named_exist(pages):
    sources = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    for name in set(re.findall(r"test_\w+\b(?!\.py)", pages["hostile.html"].text)):
        assert any(f"def {name}(" in source for source in sources), name
