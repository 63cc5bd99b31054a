"""The program ``quadpred`` and its table of commands."""

import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import TextIO

import click

from quadpred_plugin.cli.environment_variables import PREFIX, name_variables
from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.failures import DEBUG_VARIABLE, describe, show_traceback
from quadpred_plugin.system.text import printable
from quadpred_plugin.version import VERSION

# Module and one-line help of each command. Help doesn't import the modules.
COMMANDS = {
    "predict": "Predict quadrants, arousal and valence of audio files.",
    "batch": "Predict a collection of any size, one result per track.",
    "live": "Predict a stream or an audio device while it arrives.",
    "report": "Write a page that plays files and shows their emotion over time.",
    "select": "Choose stimuli: the clearest tracks or excerpts of each quadrant.",
    "models": "List, show, verify and import models.",
    "doctor": "Check this installation and print how to repair it.",
    "vamp": "Install the Vamp plugin for Sonic Visualiser and other hosts.",
    "tag": "Write mood, quadrant, arousal and valence into tags.",
    "playlist": "Order tracks along a path through valence and arousal.",
    "completion": "Print the completion script of bash, zsh or fish.",
    "evaluate": "Compare predictions with your own labels or ratings.",
    "agreement": "Measure agreement on emotions by Krippendorff's alpha.",
    "train": "Train, evaluate and export models.",
}


class LazyGroup(click.Group):
    """Group of commands that imports a command's module when the command is used."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert ``predict`` before options without a command.

        quad-pred's script is called like this: ``-s e -m e -i song.mp3 -o song.npy``.
        """
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if args and args[0].startswith("-") and args[0].strip("-") and args[0] not in own:
            args = ["predict", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return the command of a name; None if there is none."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"quadpred_plugin.cli.{name}").command
        name_variables(command, f"{PREFIX}_{name.upper()}")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name what was probably meant by a command that doesn't exist."""
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing:
            if os.path.exists(name):
                ctx.fail(
                    f"No such command '{printable(name)}': 'quadpred predict' analyses files, and "
                    "'quadpred batch' collections."
                )
            if similar := get_close_matches(name, COMMANDS, 1):
                ctx.fail(f"No such command '{printable(name)}'. Did you mean '{similar[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing their modules."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _show_tracebacks(context: click.Context, parameter: click.Parameter, chosen: bool) -> None:
    # Worker processes read it too.
    if chosen:
        os.environ[DEBUG_VARIABLE] = "1"


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
@click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    envvar=DEBUG_VARIABLE,
    callback=_show_tracebacks,
    help="Show the traceback of every exception, for reports of defects.",
)
@click.version_option(VERSION, prog_name="quadpred")
def quadpred() -> None:
    """Predict the emotion of music over time.

    Each second of music gets probabilities of the four quadrants of Russell's circumplex
    (Q1 happy, Q2 angry, Q3 sad, Q4 calm), and values of arousal and valence.
    'quadpred COMMAND --help' describes a command.

    Every option has an environment variable: QUADPRED, the command and the option in
    capitals, such as QUADPRED_PREDICT_MODEL or QUADPRED_MODELS_SHOW_JSON. Flags take 1
    or 0. Options on the command line take precedence. QUADPRED_MODELS is the folder of
    imported models.
    """


def main() -> None:
    """Run the command line; errors end it with a sentence, not a traceback."""
    try:
        code = quadpred.main(standalone_mode=False)
        if sys.stdout:
            # Errors of the last write are reported here; at exit it is too late.
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("quadpred: interrupted.", err=True)
        code = 130
    except BrokenPipeError:
        # The reader of the output has closed it, so no message is needed.
        code = 1
    except Exception as error:
        show_traceback(error)
        print_message(_explain(error))
        code = 1
    for stream in (sys.stdout, sys.stderr):
        _drop_unwritten(stream)
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception) -> str:
    """Return the sentence on an error that ends the program."""
    if isinstance(error, QuadpredError):
        return str(error)
    if not isinstance(error, OSError):
        return (
            f"this is a defect of quadpred: {describe(error)}. 'quadpred --debug' shows where; "
            "please report it."
        )
    if error.filename is None and not _takes_output(sys.stdout):
        return f"the output: {describe(error)}."
    place = error.filename or "the system refuses what quadpred needs ('--debug' shows where)"
    return f"{place}: {describe(error)}."


def _takes_output(stream: TextIO | None) -> bool:
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        return False
    return True


def _drop_unwritten(stream: TextIO | None) -> None:
    """Drop output that a stream can't take; Python would try again and fail at exit."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
