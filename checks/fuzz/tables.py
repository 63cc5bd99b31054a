"""Write the page with the tables of a run."""

import platform
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from checks.fuzz.analysis import Result
from quadpred_plugin.prediction import STATUSES
from quadpred_plugin.system.files import write_atomically

# Column of files whose process ended in native code; other files aren't affected.
ENDED = "ended"
MEBIBYTE = 1 << 20
_PAGE = """# Damaged audio

Written by `make fuzz`, which damages valid files of {kinds} kinds of containers and codecs, decodes
and analyses them as `predict` and `batch` do, and writes this page. The same seed gives the same
bytes.

{count:,} files, seed {seed}, {jobs} processes, {seconds:.0f} s, on {system}, with soundfile
{soundfile} (libsndfile {libsndfile}) and PyAV {av} (libavcodec {libavcodec}).

Every file has a status. None raised an unexpected exception, none took more than {limit} s of
processor time, and no process used more than {bound} MiB (TensorFlow and the model account for
{least:.0f} MiB).
{ended_sentence}

## By kind

{by_kind}

## By mutation

{by_mutation}

Statuses are those of `quadpred predict`. `error` rows give a reason, `partial` rows say what is
lost. *Seconds missing* is the audio that the ffmpeg program decodes of the other files and quadpred
doesn't, in all. *ended* counts files whose decoder crashed its process. *Worst seconds* is elapsed
time from opening to the prediction.
"""


def write_page(
    path: Path,
    results: Iterable[tuple[str, str, Result | None]],
    **facts: object,
) -> None:
    """Write the page of a run.

    Parameters
    ----------
    path : Path
    results : iterable of (kind, mutation, Result)
        The last is None for a process that ended.
    **facts : object
        Other values of the page.
    """
    results = list(results)
    ended = sum(result is None for *_, result in results)
    text = _PAGE.format(
        count=len(results),
        kinds=len({kind for kind, *_ in results}),
        least=min(result.peak for *_, result in results if result) / MEBIBYTE,
        by_kind=_table("file", ((kind, result) for kind, _, result in results)),
        by_mutation=_table(
            "mutation", ((name.replace("_", " "), result) for _, name, result in results)
        ),
        ended_sentence=f"{ended} processes ended." if ended else "No process ended.",
        **facts,
        **_versions(),
    )
    write_atomically(path, lambda stream: stream.write(text), text=True)


def _table(name: str, results: Iterable[tuple[str, Result | None]]) -> str:
    rows: dict[str, list[Result | None]] = defaultdict(list)
    for subject, result in results:
        rows[subject].append(result)
    columns = (*STATUSES, ENDED)
    lines = [
        f"| {name} | files | {' | '.join(columns)} | seconds missing | worst seconds | worst MiB |",
        "|---" + "|---:" * (len(columns) + 4) + "|",
    ]
    for subject, own in sorted(rows.items()):
        counts = Counter(result.status if result else ENDED for result in own)
        whole = [result for result in own if result]
        seconds = max((result.seconds for result in whole), default=0)
        peak = max((result.peak for result in whole), default=0) / MEBIBYTE
        missing = sum(result.missing for result in whole)
        numbers = " | ".join(str(counts[column]) for column in columns)
        lines.append(
            f"| {subject} | {len(own)} | {numbers} | {missing:.1f} | {seconds:.2f} | {peak:.0f} |"
        )
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
