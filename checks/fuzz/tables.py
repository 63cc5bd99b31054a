"""The tables of a run, and the page that holds them."""

import platform
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from checks.fuzz.analysis import Heard
from quadpred_plugin.prediction import STATUSES
from quadpred_plugin.system.files import write_atomically

# Where a process ends in native code, which costs the file its row and nothing else.
ENDED = "ended"
MEBIBYTE = 1 << 20
_PAGE = """# Spoiled audio

Written by `make fuzz`, which spoils valid files of {kinds} kinds of containers and codecs, sends
them through the decoding that `predict` and `batch` use and through the network, and writes this
page. The same seed gives the same bytes.

{count:,} files, seed {seed}, {jobs} processes, {seconds:.0f} s, on {system}, with soundfile
{soundfile} (libsndfile {libsndfile}) and PyAV {av} (libavcodec {libavcodec}).

Every file ended in a status. None raised what no caller expects, none took longer than {limit} s,
no process held more than {bound} MiB (TensorFlow and the model are {least:.0f} MiB of it).
{ended_sentence}

## By kind

{by_kind}

## By way of spoiling

{by_mutation}

Statuses are those of `quadpred predict`: `error` rows say why; `ok` and `short` files gave sound,
all or what was left of it, and tell where it ends early or parts were skipped. *ended* counts
files whose decoder brought its process down. *Seconds* are by the clock, from opening to
the prediction.
"""


def write_page(
    path: Path,
    results: Iterable[tuple[str, str, Heard | None]],
    **facts: object,
) -> None:
    """Write the page of a run.

    Parameters
    ----------
    path : Path
    results : iterable of (kind, mutation, Heard)
        None in the last place for a process that ended.
    facts
        What else the page tells.
    """
    results = list(results)
    ended = sum(heard is None for *_, heard in results)
    text = _PAGE.format(
        count=len(results),
        kinds=len({kind for kind, *_ in results}),
        least=min(heard.peak for *_, heard in results if heard) / MEBIBYTE,
        by_kind=_table("file", ((kind, heard) for kind, _, heard in results)),
        by_mutation=_table("way", ((way.replace("_", " "), heard) for _, way, heard in results)),
        ended_sentence=f"{ended} processes ended." if ended else "No process ended.",
        **facts,
        **_versions(),
    )
    write_atomically(path, lambda stream: stream.write(text), text=True)


def _table(name: str, results: Iterable[tuple[str, Heard | None]]) -> str:
    rows: dict[str, list[Heard | None]] = defaultdict(list)
    for subject, heard in results:
        rows[subject].append(heard)
    columns = (*STATUSES, ENDED)
    lines = [
        f"| {name} | files | {' | '.join(columns)} | worst seconds | worst MiB |",
        "|---" + "|---:" * (len(columns) + 3) + "|",
    ]
    for subject, all_heard in sorted(rows.items()):
        counts = Counter(heard.status if heard else ENDED for heard in all_heard)
        heard_well = [heard for heard in all_heard if heard]
        seconds = max((heard.seconds for heard in heard_well), default=0)
        peak = max((heard.peak for heard in heard_well), default=0) / MEBIBYTE
        numbers = " | ".join(str(counts[column]) for column in columns)
        lines.append(f"| {subject} | {len(all_heard)} | {numbers} | {seconds:.2f} | {peak:.0f} |")
    return "\n".join(lines)


def _versions() -> dict[str, str]:
    import av
    import soundfile

    return {
        "system": f"{platform.system()} {platform.machine()}",
        "soundfile": soundfile.__version__,
        "libsndfile": soundfile.__libsndfile_version__,
        "av": av.__version__,
        "libavcodec": ".".join(map(str, av.library_versions["libavcodec"])),
    }
