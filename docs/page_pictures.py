"""Draws the pictures of pages: runs their blocks, as tests do, until they have written them.

python docs/page_pictures.py docs/tutorials/*.md
"""

import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.documents import opened

# In the page's own folder: what is in another one was there before.
PICTURE = re.compile(r"!\[[^\]]*\]\(([\w-]+\.png)\)")


def draw_pictures(page: Path) -> None:
    """Write the pictures that a page's blocks make beside the page.

    Parameters
    ----------
    page : Path
        Shows them by their names alone.

    Raises
    ------
    sybil.example.SybilFailure
        If a block doesn't do what the page says.
    FileNotFoundError
        If no block writes a picture that the page shows.
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
