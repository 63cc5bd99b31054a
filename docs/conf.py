"""How Sphinx builds the documentation: ``make docs``."""

import subprocess
import sys
from pathlib import Path

import click
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

sys.path.insert(0, str(Path(__file__).parent))

from format_page import write_format_page
from model_pages import write_model_pages

import quadpred_plugin

project = "quadpred-plugin"
author = "the developers of quadpred-plugin"
project_copyright = f"2026, {author}; code AGPL-3.0-or-later, models CC BY-NC-SA 4.0"
version = release = quadpred_plugin.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinxcontrib.programoutput",
]
exclude_patterns = ["_build", "offline"]
nitpicky = True
# A quotation in help is a quotation, and two hyphens begin an option.
smartquotes = False
# Names between single backticks become links where there is something to link to; a field of the
# same class has no page of its own.
default_role = "autolink"
nitpick_ignore = [("py:obj", "text")]
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
html_title = f"quadpred-plugin {quadpred_plugin.__version__}"
html_static_path = ["_static"]
html_css_files = ["blocks.css"]
html_copy_source = False
html_show_sourcelink = False


def setup(app: Sphinx) -> None:
    """Make what is made from cards and audio before pages are read."""
    app.connect("builder-inited", _make)
    app.connect("missing-reference", _find_in_package)
    app.connect("sphinx-click-process-epilog", _show_examples_as_they_are)


def _make(app: Sphinx) -> None:
    folder = Path(app.srcdir)
    write_model_pages(folder / "models")
    write_format_page(folder / "reference" / "formats.md")
    # In a process of its own: blocks change the folder, and load what they like.
    pages = sorted(folder.glob("tutorials/*.md"))
    subprocess.run([sys.executable, folder / "page_pictures.py", *pages], check=True)


def _find_in_package(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.reference | None:
    # Docstrings call by their short names what the package offers at its top.
    name = f"{quadpred_plugin.__name__}.{node['reftarget']}"
    if node["refdomain"] != "py" or name not in env.domains.python_domain.objects:
        return None
    target = env.domains.python_domain.objects[name]
    return make_refnode(app.builder, node["refdoc"], target.docname, target.node_id, content, name)


def _show_examples_as_they_are(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    # A block of lines would take what is between two stars for emphasis.
    examples = [line.removeprefix("| ") for line in lines if line.strip() not in ("", "\b")]
    if examples:
        lines[:] = [examples[0].strip(), "", ".. code-block:: sh", "   :class: example", ""]
        lines += [f"   {line.strip()}" for line in examples[1:]]
