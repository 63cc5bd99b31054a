"""How Sphinx builds the documentation: ``make docs``."""

import subprocess
import sys
from pathlib import Path

import click
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

from model_pages import write_model_pages

from quadpred_plugin.version import VERSION

project = "quadpred-plugin"
author = "the developers of quadpred-plugin"
project_copyright = "AGPL-3.0-or-later; models CC BY-NC-SA 4.0"
version = release = VERSION

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinxcontrib.programoutput",
]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
# "$ " before commands of a transcript isn't copied.
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
python_use_unqualified_type_names = True
# Blocks without a language are commands and formats, not Python.
highlight_language = "text"

html_theme = "furo"
html_title = f"quadpred-plugin {VERSION}"
html_copy_source = False
html_show_sourcelink = False


def setup(app: Sphinx) -> None:
    """Make what is made from cards and audio before pages are read."""
    app.connect("builder-inited", _make)
    app.connect("sphinx-click-process-epilog", _show_examples_as_they_are)


def _make(app: Sphinx) -> None:
    folder = Path(app.srcdir)
    write_model_pages(folder / "models")
    # In a process of its own: blocks change the folder, and load what they like.
    pages = sorted(folder.glob("tutorials/*.md"))
    subprocess.run([sys.executable, folder / "page_pictures.py", *pages], check=True)


def _show_examples_as_they_are(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    # A block of lines would take what is between two stars for emphasis.
    examples = [line.removeprefix("| ") for line in lines if line.strip() not in ("", "\b")]
    if examples:
        lines[:] = [examples[0].strip(), "", ".. code-block:: sh", ""]
        lines += [f"   {line.strip()}" for line in examples[1:]]
