"""``quadpred live``: what goes on, a line a hop or a meter."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.model_options import choose_model, hop_option, model_option
from quadpred_plugin.cli.verbosity import color_option
from quadpred_plugin.errors import AudioError

if TYPE_CHECKING:
    pass

_CHUNK_BYTES = 4096


@click.command(
    "live",
    epilog="""\b
Examples:
  quadpred live - < song.wav
  quadpred live --hop 0.32 --json - > emotion.jsonl
  quadpred live --raw --rate 44100 --channels 2 -
  quadpred live --device 0
""",
)
@click.argument("source", required=False, type=click.Choice(["-"]), metavar="[-]")
@click.option("--device", metavar="NAME|NUMBER", help="Record from an audio device instead.")
@click.option("--list-devices", is_flag=True, help="List the audio devices that record.")
@click.option("--raw", is_flag=True, help="The stream has no header: --rate and the next two say.")
@click.option("--rate", type=click.FloatRange(min=1), metavar="HZ", help="Of raw samples.")
@click.option(
    "--channels", type=click.IntRange(1, 64), help="Of raw samples, interleaved. Default: 1."
)
@click.option(
    "--sample-format",
    type=click.Choice(["s16le", "s32le", "f32le"]),
    help="Of raw samples. Default: s16le.",
)
@model_option
@hop_option
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="PROBABILITY",
    help="Call neutral what is less sure.",
)
@click.option("--json", "lines", is_flag=True, help="Lines on a terminal too, not a meter.")
@color_option
def command(
    source: str | None,
    device: str | None,
    list_devices: bool,
    raw: bool,
    rate: float | None,
    channels: int | None,
    sample_format: str | None,
    model: str,
    hop: float | None,
    min_confidence: float,
    lines: bool,
) -> int:
    """Hear audio while it goes on, and say a line a hop.

    It is read from standard input (-), in a container that FFmpeg knows, such as wav, or
    as raw samples; or from an audio device, with the package sounddevice. So
    "ffmpeg -i URL -f wav - | quadpred live -" hears whatever FFmpeg does.

    The whole signal's peak isn't known yet: each patch is divided by the peak so far. The
    first seconds of music that grows louder are therefore heard as louder than predict
    hears them.

    A line is a JSON object: time and duration in seconds, q1 to q4, arousal, valence,
    quadrant, status (ok, or silent before anything is heard) and level (the peak so far).

    Exit code 0: the stream has ended; 1: it isn't audio; 2: wrong use; 130: interrupted.
    """
    if list_devices:
        from quadpred_plugin.audio.devices import list_devices as devices

        click.echo(devices())
        return 0
    if (source is None) == (device is None):
        raise click.UsageError("Name one source: - for standard input, or --device.")
    if not raw and (rate or channels or sample_format):
        raise click.UsageError("--rate, --channels and --sample-format are for --raw.")
    if raw and (device or not rate):
        raise click.UsageError("--raw is for standard input, and needs --rate.")
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()
    card = choose_model(model, hop)
    from quadpred_plugin.inference import Model
    from quadpred_plugin.interpretation import Interpretation
    from quadpred_plugin.live import hear_live

    # Before the first sample, so that nothing is heard late.
    loaded = Model(card)
    name = f"device {device}" if device else "standard input"
    interruption = Interruption()
    try:
        with interruption, ExitStack() as stack, interruption.at_once():
            found, blocks = _open(stack, device, raw, rate, channels or 1, sample_format or "s16le")
            patches = hear_live(loaded, blocks, found, hop, Interpretation(min_confidence))
            _tell(stack, patches, lines)
    except AudioError as error:
        if not interruption.wished:
            raise AudioError(f"{name}: {error}") from error
    except KeyboardInterrupt:
        pass
    # An interrupt while it reads looks like the stream's end.
    if interruption.wished:
        click.echo("quadpred: interrupted.", err=True)
        return 130
    return 0


def _tell(stack: ExitStack, patches: Iterator[Any], lines: bool) -> None:
    if lines or not sys.stdout.isatty():
        for patch in patches:
            sys.stdout.write(patch.to_line())
            sys.stdout.flush()
        return
    from quadpred_plugin.cli.meter import Meter

    meter = stack.enter_context(Meter())
    for patch in patches:
        meter.show(patch)


def _open(
    stack: ExitStack,
    device: str | None,
    raw: bool,
    rate: float | None,
    channels: int,
    sample_format: str,
) -> tuple[float, Iterator[Any]]:
    if device:
        from quadpred_plugin.audio.devices import record

        return record(device)
    if raw:
        from quadpred_plugin.live import raw_blocks

        assert rate is not None
        return rate, raw_blocks(iter(_Pipe().read, b""), sample_format, channels)
    from quadpred_plugin.audio.decoding import open_stream

    decoder = stack.enter_context(open_stream(_Pipe()))  # type: ignore[arg-type]
    return decoder.sample_rate, decoder.blocks


class _Pipe:
    """Standard input, as much as is there at a time: Python's own waits until it has all."""

    def read(self, size: int = _CHUNK_BYTES) -> bytes:
        # FFmpeg calls this, and what is raised through it is printed with a traceback.
        try:
            return os.read(0, size)
        except KeyboardInterrupt:
            return b""
