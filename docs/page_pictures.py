"""Draw the plots of pages by running their code blocks, as the tests do.

python docs/page_pictures.py docs/tutorials/*.md
"""

import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.documents import opened

# Only plots in the page's own folder; images elsewhere are not generated.
PICTURE = re.compile(r"!\[[^\]]*\]\(([\w-]+\.png)\)")


def draw_pictures(page: Path) -> None:
    """Run a page's blocks and copy the plots that they save beside the page.

    Parameters
    ----------
    page : Path
        Refers to the plots by file name.

    Raises
    ------
    sybil.example.SybilFailure
        If the output of a block differs from the page.
    FileNotFoundError
        If no block saves a plot that the page shows.
    """
    names = PICTURE.findall(page.read_text(encoding="utf-8"))
    if not names:
        return
    with opened(page) as document:
        for block in document:
            if all(Path(name).exists() for name in names):
                break
            block.evaluate()
        for name in names:
            shutil.copyfile(name, page.parent / name)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        draw_pictures(Path(argument).resolve())
