"""The click group ``quadpred``."""

import os
import sys
from importlib import import_module
from typing import TextIO

import click

from quadpred_plugin.cli.environment_variables import PREFIX, name_variables
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.version import VERSION

# Module and one-line help of each command, so that help needs none of them.
COMMANDS = {
    "predict": "Hear audio files and say their quadrants, arousal and valence.",
    "batch": "Hear a collection of any size, a result for each track, resumable.",
    "live": "Hear audio while it goes on, a line a hop or a meter.",
    "report": "Write a page that plays files and shows their emotion over time.",
    "models": "List, show, verify and import models.",
    "doctor": "Look at this installation and say how to repair it.",
    "vamp": "Install the Vamp plugin for Sonic Visualiser and other hosts.",
    "tag": "Write mood, quadrant, arousal and valence into the tags of files.",
    "completion": "Print what lets bash, zsh or fish complete commands and options.",
    "agreement": "Measure how far listeners agree on emotions, by Krippendorff's alpha.",
    "train": "Train, evaluate and export models.",
}


class LazyGroup(click.Group):
    """A group that imports a command when it is called."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take options without a command for those of ``predict``.

        So the call of quad-pred's script holds: ``-s e -m e -i song.mp3 -o song.npy``.
        """
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if args and args[0].startswith("-") and args[0].strip("-") and args[0] not in own:
            args = ["predict", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the command of that name."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"quadpred_plugin.cli.{name}").command
        name_variables(command, f"{PREFIX}_{name.upper()}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    epilog="""\b
Examples:
  quadpred predict song.mp3
  quadpred predict -r --format csv --level file albums/
  quadpred predict --plot taggram.png --hop 0.32 song.flac
  quadpred batch -o results music/
  quadpred doctor
""",
)
@click.version_option(VERSION, prog_name="quadpred")
def quadpred() -> None:
    """Hear how the emotion of music moves.

    Each second of music gets probabilities of the four quadrants of Russell's circumplex
    (Q1 happy, Q2 angry, Q3 sad, Q4 calm), and values of arousal and valence.
    'quadpred COMMAND --help' tells more of each command.

    Every option has an environment variable: QUADPRED, the command and the option in
    capitals, such as QUADPRED_PREDICT_MODEL or QUADPRED_MODELS_SHOW_JSON. Flags take 1
    or 0. What the command line says counts for more. QUADPRED_MODELS names the folder of
    models that you imported.
    """


def main() -> None:
    """Run the command line; known errors end it with their sentence, not a traceback."""
    try:
        code = quadpred.main(standalone_mode=False)
        if sys.stdout:
            # What doesn't fit must be told now: at exit it is too late.
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except QuadpredError as error:
        click.echo(f"quadpred: {error}", err=True)
        code = 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("quadpred: interrupted.", err=True)
        code = 130
    except BrokenPipeError:
        # The reader of our output has gone; nothing is left to say.
        code = 1
    except OSError as error:
        reason = error.strerror or error
        click.echo(f"quadpred: {error.filename or 'the output'}: {reason}.", err=True)
        code = 1
    for stream in (sys.stdout, sys.stderr):
        _give_up(stream)
    sys.exit(code if isinstance(code, int) else 0)


def _give_up(stream: TextIO | None) -> None:
    """Drop what a stream can't take, which would be tried again, and told, at exit."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
