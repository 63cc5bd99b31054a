"""Format the measured figures as the Markdown of docs/speed.md."""

from collections.abc import Mapping, Sequence
from statistics import median

from measure import Figures
from methods import METHODS, ONE_JOB
from workloads import Workload

Results = Mapping[tuple[str, str], Sequence[Figures]]
"""Runs by workload and method."""

_MIB = 2**20
_MB = 10**6
_LABELS = {"reference": "librosa and Keras", "vibenet": "VibeNet", "quadpred": "**quadpred**"}
# Target, workload, dividend, divisor, whether the bound is an upper bound, bound.
_RATIOS = (
    ("quadpred ÷ VibeNet, wall clock, one file", "one", "quadpred", "vibenet", True, 0.5),
    ("quadpred ÷ reference, wall clock, one file", "one", "quadpred", "reference", True, 0.15),
    ("VibeNet ÷ quadpred, wall clock, many files", "hundred", "vibenet", "quadpred", False, 3),
)
_HOUR_BOUND_BYTES = 150 * _MB


def median_figures(runs: Sequence[Figures]) -> Figures:
    """Return the median of each figure on its own.

    Parameters
    ----------
    runs : sequence of Figures
        At least one.

    Returns
    -------
    figures : Figures
    """
    return Figures(
        wall_seconds=median(run.wall_seconds for run in runs),
        cpu_seconds=median(run.cpu_seconds for run in runs),
        peak_bytes=round(median(run.peak_bytes for run in runs)),
        largest_process_bytes=round(median(run.largest_process_bytes for run in runs)),
        processes=round(median(run.processes for run in runs)),
    )


def render(results: Results, workloads: Sequence[Workload], facts: Mapping[str, str]) -> str:
    """Render all tables.

    Parameters
    ----------
    results : mapping
        Runs by workload and method; missing ones are left out or marked as not measured.
    workloads : sequence of Workload
        In the order of the table.
    facts : mapping of str to str
        See `facts.machine_facts`.

    Returns
    -------
    text : str
        Markdown, without markers.
    """
    figures = {key: median_figures(runs) for key, runs in results.items() if runs}
    parts = [_introduction(facts), _comparison(figures, results, workloads)]
    parts += [_targets(figures), _memory(figures)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _introduction(facts: Mapping[str, str]) -> str:
    cores = f"{facts['cores']} core" + ("" if facts["cores"] == "1" else "s")
    return (
        f"Written by `make bench` on {facts['date']}: {facts['processor']}, {cores}, "
        f"{facts['system']}, Python {facts['Python']}; {facts['packages']}. Whole processes, "
        "start-up included, the methods in turns; medians of the runs. CPU is user and system "
        "of all processes; peak memory is the largest sum of resident sets over the process "
        "tree, in which pages that processes share count once each process."
    )


def _comparison(
    figures: Mapping[tuple[str, str], Figures], results: Results, workloads: Sequence[Workload]
) -> str:
    rows = []
    for workload in workloads:
        own = figures.get((workload.name, "quadpred"))
        for method in METHODS:
            taken = figures.get((workload.name, method))
            if taken is None:
                continue
            ratios = ["–"] * 3
            if own is not None:
                ratios = [
                    _ratio(taken.wall_seconds, own.wall_seconds),
                    _ratio(taken.cpu_seconds, own.cpu_seconds),
                    _ratio(taken.peak_bytes, own.peak_bytes),
                ]
            runs = len(results[workload.name, method])
            times = [f"{taken.wall_seconds:.2f}", f"{taken.cpu_seconds:.2f}"]
            peak = f"{taken.peak_bytes / _MIB:.0f}"
            rows.append([workload.title, _LABELS[method], str(runs), *times, peak, *ratios])
    if not rows:
        return ""
    header = ["Files", "Method", "Runs", "Wall, s", "CPU, s", "Peak, MiB"]
    header += [f"{name} ÷ quadpred" for name in ("Wall", "CPU", "Peak")]
    return _markdown(header, rows, text_columns=2)


def _targets(figures: Mapping[tuple[str, str], Figures]) -> str:
    rows = []
    for title, workload, above, below, at_most, bound in _RATIOS:
        target = f"{'≤' if at_most else '≥'} {bound:g}"
        dividend, divisor = figures.get((workload, above)), figures.get((workload, below))
        if dividend is None or divisor is None:
            rows.append([title, target, "not measured", "–"])
            continue
        quotient = dividend.wall_seconds / divisor.wall_seconds
        met = quotient <= bound if at_most else quotient >= bound
        # Three decimals, so that a near miss isn't rounded to the bound.
        rows.append([title, target, f"{quotient:.3f}", "met" if met else "**not met**"])
    title = f"Peak of an hour − peak of one file, `{ONE_JOB}`"
    target = f"≤ {_HOUR_BOUND_BYTES // _MB} MB"
    hour, one = figures.get(("memory-hour", ONE_JOB)), figures.get(("memory-1", ONE_JOB))
    if hour is None or one is None:
        rows.append([title, target, "not measured", "–"])
    else:
        more = hour.peak_bytes - one.peak_bytes
        met = more <= _HOUR_BOUND_BYTES
        rows.append([title, target, f"{more / _MB:.1f} MB", "met" if met else "**not met**"])
    return _markdown(["Target", "Bound", "Measured", ""], rows, text_columns=1)


def _memory(figures: Mapping[tuple[str, str], Figures]) -> str:
    """Return the table of peak memory by number of files, which should be constant."""
    series = [(ONE_JOB, f"memory-{count}", str(count)) for count in (1, 10, 100)]
    series += [(ONE_JOB, "memory-hour", "an hour")]
    series += [("quadpred", "one", "1"), ("quadpred", "hundred", "100")]
    rows = []
    first: dict[str, Figures] = {}
    for method, workload, files in series:
        taken = figures.get((workload, method))
        if taken is None:
            continue
        start = first.setdefault(method, taken)
        total, largest = taken.peak_bytes, taken.largest_process_bytes
        rows.append(
            [
                f"`{method}`",
                files,
                str(taken.processes),
                f"{total / _MIB:.0f}",
                f"{(total - start.peak_bytes) / _MIB:+.0f}",
                f"{largest / _MIB:.0f}",
                f"{(largest - start.largest_process_bytes) / _MIB:+.0f}",
            ]
        )
    if not rows:
        return ""
    header = "Command|Files|Processes|Peak, MiB|− first|Largest process, MiB|− first".split("|")
    return _markdown(header, rows, text_columns=1)


def _ratio(figure: float, own: float) -> str:
    return f"{figure / own:.2f}" if own else "–"


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int) -> str:
    rule = ["---" if column < text_columns else "---:" for column in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))
