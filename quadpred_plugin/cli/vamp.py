"""``quadpred vamp``: install and uninstall the Vamp plugin, print its status."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vamp_wrapper.installation import Installed

_FOLDER = click.option(
    "--path",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of Vamp plugins. Default: the user's own, which hosts search first.",
)


@click.group(
    "vamp",
    epilog="""\b
Examples:
  quadpred vamp install
  quadpred vamp status
""",
)
def command() -> None:
    """Install the Vamp plugin for Sonic Visualiser and other hosts.

    It is built by this machine's C compiler for the Python that runs this command. When
    that environment is moved or removed, the plugin stops working: install it again.
    """


@command.command(
    "install",
    epilog="""\b
Examples:
  quadpred vamp install
  quadpred vamp install --path /usr/local/lib/vamp
""",
)
@_FOLDER
def install_command(folder: Path | None) -> None:
    """Build the plugin and install it in a folder that hosts search.

    Needs a C compiler, Python's headers and its shared library; an error names what is
    missing and how to get it. An installed plugin is replaced once the new one works.
    """
    from vamp_wrapper.installation import find_installed, install, is_searched

    installed = install(folder)
    click.echo(f"Installed {installed.library}")
    click.echo(f"It starts {installed.environment}; don't move that environment.")
    if installed.replaced is not None:
        click.echo(
            f"It replaced the plugin of another environment, which started {installed.replaced}. "
            "To have that one again, run 'quadpred vamp install' there."
        )
    place = installed.library.parent
    if not is_searched(place):
        _explain_hidden(place)
    else:
        first = find_installed()[0]
        if first.library != installed.library:
            click.echo(f"Hosts find {first.library} first and use it instead: remove it.")
    click.echo(
        "\nNext: start Sonic Visualiser, open a file, and choose\n"
        "  Transform > Analysis by Category > Classification > Mood > Emotion over Time: Taggram…"
    )


@command.command(
    "uninstall",
    epilog="""\b
Examples:
  quadpred vamp uninstall
  quadpred vamp uninstall --path /usr/local/lib/vamp
""",
)
@_FOLDER
def uninstall_command(folder: Path | None) -> None:
    """Remove the plugin from a folder.

    Removes the library and its files in the same folder; other plugins are kept.
    """
    from vamp_wrapper.installation import uninstall

    for path in uninstall(folder):
        click.echo(f"Removed {path}")


@command.command(
    "status",
    epilog="""\b
Examples:
  quadpred vamp status
""",
)
def status_command() -> int:
    """Print which plugin hosts find and whether it works.

    Lists the folders that hosts started from here search, each plugin in them and the
    Python that it starts. Exit code 1 if none works.
    """
    from vamp_wrapper.installation import find_installed, inspect_library
    from vamp_wrapper.places import default_folder, library_name, search_path

    click.echo("Hosts started from here search:")
    for place in search_path():
        click.echo(f"  {place}")
    found = find_installed()
    own = default_folder() / library_name()
    if own.is_file() and own not in [installed.library for installed in found]:
        _print_status(inspect_library(own))
        _explain_hidden(own.parent)
    if not found:
        click.echo("\nNo plugin is installed: 'quadpred vamp install' builds one.")
        return 1
    works = [_print_status(installed) for installed in found]
    for hidden in found[1:]:
        click.echo(f"\nHosts don't use {hidden.library}: they use the first plugin that they find.")
    return 0 if works[0] else 1


def _print_status(installed: Installed) -> bool:
    """Print the status of one library; return whether it works."""
    from quadpred_plugin.errors import InstallationError

    click.echo(f"\n{installed.library}")
    if installed.environment is not None:
        which = "this environment" if installed.of_this_environment else "another environment"
        click.echo(f"  starts  {installed.environment} ({which})")
    try:
        problem = installed.problem()
    except InstallationError as error:
        click.echo(f"  works   not known: {error}")
        return True
    click.echo(f"  works   {'yes' if problem is None else f'no: {problem}'}")
    return problem is None


def _explain_hidden(folder: Path) -> None:
    import os

    from vamp_wrapper.places import standard_folders

    click.echo(f"\nHosts started from here don't search {folder}:")
    if os.environ.get("VAMP_PATH"):
        click.echo(
            f"VAMP_PATH is set to '{os.environ['VAMP_PATH']}' and replaces the default folders. "
            f"Unset it, or add {folder} to it."
        )
    else:
        places = os.pathsep.join(map(str, (folder, *standard_folders())))
        click.echo(f"Start them with the environment variable VAMP_PATH='{places}'.")
