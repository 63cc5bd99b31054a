"""Measure quadpred, the reference method and VibeNet side by side."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from facts import machine_facts
from markers import MarkerError, replace_between_markers, split_at_markers
from measure import CommandError, Figures, run_measured
from methods import METHODS, ONE_JOB, command_of
from table import render
from workloads import MEMORY, WORKLOADS, Workload, prepare

_HERE = Path(__file__).parent


def _parse_repeats(context: click.Context, parameter: click.Parameter, text: str) -> list[int]:
    try:
        numbers = [int(number) for number in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != len(WORKLOADS) or min(numbers) < 1:
        raise click.BadParameter(f"give {len(WORKLOADS)} numbers from 1, such as 5,3,1.")
    return numbers


def _parse_only(context: click.Context, parameter: click.Parameter, text: str) -> set[str]:
    known = {*METHODS, *WORKLOADS, MEMORY}
    names = {name.strip() for name in text.split(",") if name.strip()}
    if names - known:
        raise click.BadParameter(f"{', '.join(sorted(names - known))} isn't among the names.")
    methods = names & set(METHODS) or set(METHODS)
    return methods | (names - methods or known - set(METHODS))


@click.command()
@click.option(
    "--repeats",
    default="5,3,1",
    show_default=True,
    callback=_parse_repeats,
    help=f"Measured runs of {', '.join(WORKLOADS)}.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    default=_HERE.parent / ".bench",
    help="Folder for the generated audio and Keras model; default: .bench.",
)
@click.option(
    "--audio",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of your own music for one and hundred.",
)
@click.option(
    "--only",
    default="",
    metavar="NAMES",
    callback=_parse_only,
    help=f"Run only these: {', '.join((*METHODS, *WORKLOADS, MEMORY))}.",
)
@click.option(
    "--write",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Replace the tables between the marker lines of this file.",
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the figures of every run.",
)
def main(
    repeats: list[int],
    work: Path,
    audio: Path | None,
    only: set[str],
    page: Path | None,
    json_path: Path | None,
) -> None:
    """Measure whole processes side by side and print Markdown tables."""
    try:
        if page is not None:
            # Before the measurement, which takes long.
            split_at_markers(page)
        workloads = prepare(repeats, work, audio, only)
        facts = machine_facts()
        results: dict[tuple[str, str], list[Figures]] = defaultdict(list)
        for workload, method, figures in measure_all(workloads, work, only):
            results[workload, method].append(figures)
            if json_path is not None:
                # After each run, so that a later failure doesn't lose earlier figures.
                json_path.write_text(_to_json(results, facts), encoding="utf-8")
        compared = [workload for workload in workloads if workload.compared]
        text = render(results, compared, facts)
        click.echo(text, nl=False)
        if page is not None:
            replace_between_markers(page, text)
    except (CommandError, MarkerError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from error


def measure_all(
    workloads: Sequence[Workload], work: Path, only: set[str]
) -> Iterator[tuple[str, str, Figures]]:
    """Run the methods in turns, so that a slowdown of the machine affects all of them.

    Yields
    ------
    workload, method : str
    figures : Figures
    """
    for workload in workloads:
        methods = [ONE_JOB]
        if workload.compared:
            methods = [name for name in METHODS if name in only]
        for repeat in range(0 if workload.warm_up else 1, workload.repeats + 1):
            for method in methods:
                figures = _measure_one(method, workload, work)
                click.echo(
                    f"{workload.name}, {method}, {f'run {repeat}' if repeat else 'warm-up'}: "
                    f"{figures.wall_seconds:.2f} s, {figures.peak_bytes / 2**20:.0f} MiB",
                    err=True,
                )
                if repeat:
                    yield workload.name, method, figures


def _measure_one(method: str, workload: Workload, work: Path) -> Figures:
    name, jobs = ("quadpred", 1) if method == ONE_JOB else (method, None)
    figures, output = run_measured(command_of(name, workload.paths, work.absolute(), jobs))
    missing = [path.name for path in workload.paths if path.name not in output]
    if missing:
        # Skipped files would make a method seem fast.
        raise CommandError(f"{method} printed no row for {missing[0]} ({len(missing)} files).")
    return figures


def _to_json(results: dict[tuple[str, str], list[Figures]], facts: dict[str, str]) -> str:
    runs = [
        {"workload": workload, "method": method, **asdict(figures)}
        for (workload, method), taken in results.items()
        for figures in taken
    ]
    return json.dumps({"facts": facts, "runs": runs}, indent=2) + "\n"


if __name__ == "__main__":
    main()
