"""Write tables into documents, between marks."""

from collections.abc import Callable
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically


def keep_rows(before: str, text: str) -> str:
    """Add the rows of former tables of models that the new tables lack.

    A table can then be updated where not every training in it has been run.

    Parameters
    ----------
    before, text : str
        Former and new Markdown. Rows are matched by their first cell, tables by the heading
        above them; tables whose first column isn't ``model`` are left unchanged.

    Returns
    -------
    text : str
        The new text; former rows are inserted before the row in bold, or before the last row
        where none is in bold.
    """
    former, lines = _model_rows(before), text.splitlines(keepends=True)
    for heading, rows in _model_rows(text).items():
        missing = [row for name, row in former.get(heading, {}).items() if name not in rows]
        if rows:
            bold = [row for name, row in rows.items() if name.startswith("**")]
            place = lines.index((bold or list(rows.values())[-1:])[0], lines.index(heading))
            lines[place:place] = missing
    return "".join(lines)


def _model_rows(text: str) -> dict[str, dict[str, str]]:
    """Return the rows of each table of models, by its heading and by the row's first cell."""
    tables: dict[str, dict[str, str]] = {}
    heading, inside = "", False
    for line in text.splitlines(keepends=True):
        if line.startswith("#"):
            heading = line
        first = line.split("|")[1].strip() if line.startswith("|") else ""
        if first == "model":
            inside, tables[heading] = True, {}
        elif not first:
            inside = False
        elif inside and first.strip("-"):
            tables[heading][first] = line
    return tables


def write_between(
    path: Path,
    mark: str,
    text: str,
    combine: Callable[[str, str], str] = lambda before, text: text,
) -> None:
    """Write text into a document, between its marks ``<!-- MARK:begin -->`` and ``:end``.

    Parameters
    ----------
    path : Path
    mark, text : str
    combine : callable, optional
        Combines the former text with the new one.

    Raises
    ------
    QuadpredError
        If the document can't be read or lacks the marks.
    """
    begin, end = f"<!-- {mark}:begin -->\n", f"<!-- {mark}:end -->"
    try:
        before, rest = path.read_text(encoding="utf-8").split(begin)
        inside, after = rest.split(end)
    except OSError as error:
        raise QuadpredError(f"{path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise QuadpredError(
            f"{path} must have the marks {begin.strip()} and {end} once."
        ) from error
    content = f"{before}{begin}{combine(inside, text)}{end}{after}"
    write_atomically(path, lambda stream: stream.write(content), text=True)
