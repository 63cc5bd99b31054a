"""``quadpred live``: predict a stream or an audio device while it arrives."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.audio.unreadable import not_processed
from quadpred_plugin.cli.interpretation_options import confidence_option
from quadpred_plugin.cli.interruption import Interruption
from quadpred_plugin.cli.message_options import color_option, print_message
from quadpred_plugin.cli.model_options import choose_model, hop_option, model_option
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.failures import failures_as

if TYPE_CHECKING:
    from quadpred_plugin.cli.osc import OscSender
    from quadpred_plugin.live import LivePatch

_CHUNK_BYTES = 4096


def _check_source(
    context: click.Context, parameter: click.Parameter, source: str | None
) -> str | None:
    if source not in (None, "-"):
        raise click.BadParameter(
            f"{source} isn't standard input: write - and add '< FILE' after it, or let 'quadpred "
            "predict' analyse the file."
        )
    return source


@click.command(
    "live",
    epilog="""\b
Examples:
  quadpred live - < song.wav
  quadpred live --hop 0.32 --json - > emotion.jsonl
  quadpred live --raw --rate 44100 --channels 2 -
  quadpred live --device 0
  quadpred live --device 0 --hop 0.32 --osc 9000
""",
)
@click.argument("source", required=False, callback=_check_source, metavar="[-]")
@click.option("--device", metavar="NAME|NUMBER", help="Record from an audio device instead.")
@click.option("--list-devices", is_flag=True, help="List the audio devices that record.")
@click.option("--raw", is_flag=True, help="Read samples without a header; needs --rate.")
@click.option("--rate", type=click.FloatRange(min=1), metavar="HZ", help="Rate of raw samples.")
@click.option(
    "--channels",
    type=click.IntRange(1, 64),
    help="Channels of raw samples, interleaved. Default: 1.",
)
@click.option(
    "--sample-format",
    type=click.Choice(["s16le", "s32le", "f32le"]),
    help="Format of raw samples. Default: s16le.",
)
@model_option
@hop_option
@confidence_option
@click.option(
    "--osc",
    metavar="HOST:PORT",
    help="Send each line's values as OSC messages by UDP too; PORT alone is of this machine.",
)
@click.option("--json", "lines", is_flag=True, help="Print lines on a terminal too, not a meter.")
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
    osc: str | None,
    lines: bool,
) -> int:
    """Predict audio while it arrives; print one line per hop.

    Audio is read from standard input (-), in a container that FFmpeg knows, such as wav, or
    as raw samples; or from an audio device, with the package sounddevice. For example,
    "ffmpeg -i URL -f wav - | quadpred live -" analyses any source of FFmpeg.

    The whole signal's peak isn't known yet, so each patch is divided by the peak so far. At
    the start of music that grows louder, predictions therefore differ from predict's.

    A line is a JSON object: time and duration (start and length of the second that the line
    is about), q1 to q4, arousal, valence, quadrant, status (ok, or silent before the first
    sound) and peak (the peak so far). A model with context sees what precedes that second.

    OSC messages are /quadpred/arousal f, /quadpred/valence f, and /quadpred/quadrants ffff.
    They are never waited for: what can't be sent is dropped.

    Exit code 0: the stream has ended; 1: it isn't audio; 2: wrong use; 130: interrupted.
    """
    if list_devices:
        from quadpred_plugin.audio.devices import list_devices as devices

        click.echo(devices())
        return 0
    if (source is None) == (device is None):
        raise click.UsageError("Name one source: - for standard input, or --device.")
    if not raw and (rate or channels or sample_format):
        raise click.UsageError("--rate, --channels and --sample-format need --raw.")
    if raw and (device or not rate):
        raise click.UsageError("--raw needs standard input and --rate.")
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()
    sender = None
    if osc is not None:
        from quadpred_plugin.cli.osc import OscSender

        sender = OscSender(osc)
    card = choose_model(model, hop)
    from quadpred_plugin.inference import Model
    from quadpred_plugin.interpretation import Interpretation
    from quadpred_plugin.live import predict_live

    # Loaded before the first sample, so that no sample waits.
    loaded = Model(card)
    name = f"device {device}" if device else "standard input"
    interruption = Interruption()
    try:
        # The output itself is no failure of the audio.
        with (
            failures_as(lambda problem: AudioError(not_processed(problem)), OSError),
            interruption,
            ExitStack() as stack,
            interruption.immediate(),
        ):
            found, blocks = _open(stack, device, raw, rate, channels or 1, sample_format or "s16le")
            patches = predict_live(loaded, blocks, found, hop, Interpretation(min_confidence))
            if sender is not None:
                stack.callback(sender.close)
                patches = _sent(patches, sender)
            _print_patches(stack, patches, lines)
    except AudioError as error:
        if not interruption.requested:
            raise AudioError(f"{name}: {error}") from error
    except KeyboardInterrupt:
        pass
    # Ctrl-C while the stream is read looks like the stream's end.
    if interruption.requested:
        print_message("interrupted.")
        return 130
    return 0


def _sent(patches: Iterator[LivePatch], sender: OscSender) -> Iterator[LivePatch]:
    """Send each patch before it is printed."""
    for patch in patches:
        sender.send(patch)
        yield patch


def _print_patches(stack: ExitStack, patches: Iterator[Any], lines: bool) -> None:
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
    from quadpred_plugin.audio.ffmpeg import open_stream

    decoder = stack.enter_context(open_stream(_Pipe()))  # type: ignore[arg-type]
    return decoder.sample_rate, decoder.blocks


class _Pipe:
    """Standard input, read as far as it is available; Python's own reader waits for all bytes."""

    def read(self, size: int = _CHUNK_BYTES) -> bytes:
        # FFmpeg calls this; an exception would be printed with a traceback.
        try:
            return os.read(0, size)
        except KeyboardInterrupt:
            return b""
