"""Reasons why a file can't be analysed, for all commands and engines.

Each is the rest of a sentence that begins with the file's name, such as
``song.mp3: does not exist.``
"""

from quadpred_plugin.system.text import printable

MISSING = "does not exist."
ADDRESS = (
    "is an address: copy the file to this machine first; 'quadpred batch' reads collections at "
    "addresses."
)
STANDARD_INPUT = (
    "is standard input, which can't be read twice: write it to a file, or pipe it to 'quadpred "
    "live -'."
)
NOTES = "has notes, not sound: render the MIDI file to audio first."
NOT_REGULAR = "is not a regular file."
FOLDER = "is a folder, not an audio file."
NO_AUDIO_FILES = "has no audio files in it."
NO_AUDIO_STREAM = "contains no audio stream."
UNKNOWN_CODEC = "has an audio stream that FFmpeg can't decode."


def cannot_open(error: Exception) -> str:
    """Return the reason for a file that the system or Python refuses to open."""
    return f"can't be opened: {_cause(error)}."


def cannot_fetch(error: Exception) -> str:
    """Return the reason for a file at an address that can't be copied here."""
    return f"can't be fetched: {_cause(error)}."


def cannot_list(error: OSError) -> str:
    """Return the reason for a folder whose names can't be read."""
    return f"is a folder that can't be read: {_cause(error)}."


def outside_link(target: str) -> str:
    """Return the reason for a link in a collection to a path outside of it."""
    return (
        f"is a link that leads out of the collection, to {printable(target)}; --follow-links "
        "FOLDER follows links into that folder."
    )


def not_audio(decoders: str, error: Exception) -> str:
    """Return the reason for a file that the named decoders refuse."""
    return f"is not audio that {decoders} can read ({_cause(error)})."


def no_such_stream(number: int, count: int) -> str:
    """Return the reason for a file without the audio stream of that number, from 0."""
    streams = "one audio stream" if count == 1 else f"{count} audio streams"
    return f"has {streams}, counted from 0, and none with the number {number}."


def stopped(error: Exception) -> str:
    """Return what is said of a decoder that fails before the end, without a full stop."""
    reason = str(_cause(error)).removeprefix("Error : ").rstrip(".:")
    return f"decoding stopped: {reason}"


def skipped(parts: int, seconds: float) -> str:
    """Return what is said of parts that couldn't be decoded, without a full stop.

    Parameters
    ----------
    parts : int
        Their number; 0 if it isn't known.
    seconds : float
        Their length.
    """
    words = "1 damaged part" if parts == 1 else f"{parts or ''} damaged parts".lstrip()
    return f"{words}, about {seconds:.1f} s, could not be decoded"


def no_audio_at_end(size: int) -> str:
    """Return what is said of the last bytes that couldn't be decoded, without a full stop."""
    return f"its last {size} bytes could not be decoded"


def followed(size: int, seconds: float) -> str:
    """Return what is said of bytes after the end of the audio, without a full stop."""
    return (
        f"{size} bytes follow the end that its header states, about {seconds:.1f} s, and were not "
        "analysed"
    )


def impossible_rate(rate: float, lowest: float, highest: float) -> str:
    """Return the reason for a header whose sample rate, in Hz, no recording has."""
    return f"claims a sample rate of {rate} Hz, and recordings have {lowest} to {highest} Hz."


def not_processed(problem: object) -> str:
    """Return the reason for a file that fails after it was opened."""
    return f"could not be processed: {problem}."


def crashed(seconds: float) -> str:
    """Return the reason for a file whose worker process ended twice.

    Parameters
    ----------
    seconds : float
        Processor time without a sample after which a worker ends itself, s.
    """
    return (
        f"crashed the decoder or the network, or kept the decoder busy for {seconds} s without "
        "a sample; the other files are not affected."
    )


def _cause(error: Exception) -> object:
    return getattr(error, "strerror", None) or error
