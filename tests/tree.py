"""List and copy the files that git tracks, from which distributions are built."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def tracked_files() -> list[str]:
    """Return the paths below the root of all tracked files that exist."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout.decode()
    return [name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def copy_tracked(folder: Path) -> None:
    """Copy all tracked files, with uncommitted changes, into a new folder."""
    for name in tracked_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
