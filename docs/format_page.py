"""Generate the page of formats from their registry and their modules' docstrings."""

from importlib import import_module
from inspect import getdoc
from pathlib import Path

from quadpred_plugin.exports import FORMATS, Export
from quadpred_plugin.exports.columns import COLUMNS

INTRODUCTION = """# Formats

Generated from the registry of formats. `--format NAME`, the suffix of `-o`, or `Prediction.save`
chooses the format; if several suffixes match, the longest one applies.
[An overview](../output.md#formats) lists the programs that read them.

| format | suffix | program | one row per | audio files in one file | needs |
|---|---|---|---|---|---|
"""
COLUMNS_PAGE = """
Columns at level `file`, one row per file: `{file}`.

Columns at level `frame`, one row per patch: `{frame}`.

Columns at level `segment`, one row per segment or given section: `{segment}`.
"""
SCHEMA = """
The schema:

```{literalinclude} ../../quadpred_plugin/exports/schema.json
:language: json
```
"""


def write_format_page(path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
        Left untouched if its content doesn't change.
    """
    text = INTRODUCTION + "".join(map(_line, FORMATS, FORMATS.values()))
    columns = {level: ",".join(names) for level, names in COLUMNS.items()}
    text += COLUMNS_PAGE.format(**columns)
    for module, names in _modules().items():
        text += f"\n## {', '.join(names)}\n\n```{{eval-rst}}\n{_description(module)}\n```\n"
        if "json" in names:
            text += SCHEMA
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _line(name: str, export: Export) -> str:
    levels = ", ".join(export.levels) or "–"
    holds = "one"
    if export.many:
        holds = "any number"
        if set(export.many) != set(export.levels):
            holds += f" at level {', '.join(export.many)}"
    needs = f"{export.needs} (extra `exports`)" if export.needs else "–"
    program = export.program or "–"
    return f"| `{name}` | `{export.suffix}` | {program} | {levels} | {holds} | {needs} |\n"


def _modules() -> dict[str, list[str]]:
    modules: dict[str, list[str]] = {}
    for name, export in FORMATS.items():
        modules.setdefault(export.function.partition(".")[0], []).append(name)
    return modules


def _description(module: str) -> str:
    text = getdoc(import_module(f"quadpred_plugin.exports.{module}")) or ""
    # A heading would add a section to the page.
    return text.replace("References\n----------", ".. rubric:: References\n")
