"""Sphinx configuration of the documentation (``make docs``)."""

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
# Keep straight quotes and the two hyphens of options in help texts.
smartquotes = False
# Names between single backticks become links where a target exists. Fields of the same class have
# no target.
default_role = "autolink"
nitpick_ignore = [("py:obj", "text")]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
# Don't copy the prompt "$ " of transcripts.
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
    """Register the generated pages and the reference resolvers."""
    app.connect("builder-inited", _generate_pages)
    app.connect("missing-reference", _resolve_top_level_name)
    app.connect("sphinx-click-process-epilog", _format_examples)


def _generate_pages(app: Sphinx) -> None:
    folder = Path(app.srcdir)
    write_model_pages(folder / "models")
    write_format_page(folder / "reference" / "formats.md")
    # In a separate process: blocks change the working directory and import other packages.
    pages = sorted(folder.glob("tutorials/*.md"))
    subprocess.run([sys.executable, folder / "page_pictures.py", *pages], check=True)


def _resolve_top_level_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.reference | None:
    # Docstrings use the short names of the package's top-level objects.
    name = f"{quadpred_plugin.__name__}.{node['reftarget']}"
    if node["refdomain"] != "py" or name not in env.domains.python_domain.objects:
        return None
    target = env.domains.python_domain.objects[name]
    return make_refnode(app.builder, node["refdoc"], target.docname, target.node_id, content, name)


def _format_examples(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    # In a line block, text between two asterisks would become emphasis.
    examples = [line.removeprefix("| ") for line in lines if line.strip() not in ("", "\b")]
    if examples:
        lines[:] = [examples[0].strip(), "", ".. code-block:: sh", "   :class: example", ""]
        lines += [f"   {line.strip()}" for line in examples[1:]]
