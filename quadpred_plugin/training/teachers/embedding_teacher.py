"""From raw audio to the teacher's table and its soft labels, by one call."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.teachers.classifier import Design, choose_strength
from quadpred_plugin.training.teachers.embeddings import SOURCES, cache_source
from quadpred_plugin.training.teachers.feature_blocks import (
    BLOCKS,
    NETWORKS,
    clip_rows,
    window_rows,
)
from quadpred_plugin.training.teachers.labelled_files import (
    FOLDS,
    Example,
    read_fourq,
    read_renders,
    train_part,
)
from quadpred_plugin.training.teachers.soft_labels import FIT_EVERY, make_labels, write_labels
from quadpred_plugin.training.teachers.variants import (
    TEACHER_DESIGN,
    VARIANTS,
    Matrices,
    Variant,
    evaluate_variant,
    format_table,
    write_results,
)

CachePaths = dict[tuple[str, str], dict[str, Path]]


def train_teacher(
    data: Path, renders: Path | None, work: Path, jobs: int, report: Callable[[str], None]
) -> str:
    """Compute features, score every variant, and write soft labels for each fold.

    What is in the work folder already is not computed again: features by file, scores by
    variant and labels by fold, as long as the examples are the same.

    Parameters
    ----------
    data : Path
        Folder of the 4Q set, with its ``labels.csv``.
    renders : Path or None
        List of EMOPIA's renders as `examples.read_renders` takes it; 4Q alone if None.
    work : Path
        Gets ``features``, ``graphs``, ``variants``, ``results.json``, ``results.md`` and
        the soft labels: ``fold0`` to ``fold4``, from teachers that never saw the fold's
        test clips, and ``all``, for final models. No teacher labels a clip whose artist
        or song it learned from, and EMOPIA's validation part is never learned from.
    jobs : int
        Processes that compute features.
    report : callable
        Called with a line on each step.

    Returns
    -------
    table : str
        Scores of all variants, in Markdown.
    """
    examples = read_fourq(data) + (read_renders(renders) if renders else [])
    paths = _cache(examples, work, jobs, report)

    def rows(block: str, chosen: Sequence[Example]) -> NDArray[np.float32]:
        source = BLOCKS[block].source
        return clip_rows(BLOCKS[block], {source: _files(paths, source, chosen)})

    matrices = Matrices(examples, rows)
    corpora = {one.corpus for one in examples}
    results = {}
    for variant in VARIANTS:
        if set(variant.corpora) <= corpora:
            results[variant.name] = _scores(variant, matrices, work)
            report(format_table({variant.name: results[variant.name]}).splitlines()[-1])
    write_results(results, work)
    for fold in (*range(FOLDS), None):
        _label(examples, paths, matrices, fold, work, report)
    return format_table(results)


def _cache(
    examples: Sequence[Example], work: Path, jobs: int, report: Callable[[str], None]
) -> CachePaths:
    paths: CachePaths = {}
    for corpus in sorted({one.corpus for one in examples}):
        files = {one.name: one.path for one in examples if one.corpus == corpus}
        for source in SOURCES:
            # Hand-made features didn't help on 4Q, and cost more than the networks.
            if source == "handcrafted" and corpus != "4q":
                continue
            report(f"{source} on {len(files)} files of {corpus}")
            paths[source, corpus] = cache_source(source, files, corpus, work, jobs)
    return paths


def _files(paths: CachePaths, source: str, chosen: Sequence[Example]) -> list[Path]:
    return [paths[source, one.corpus][one.name] for one in chosen]


def _digest(*facts: Any) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _scores(variant: Variant, matrices: Matrices, work: Path) -> Any:
    """Return a variant's scores, from the work folder if it knows them."""
    facts = [(one.name, one.quadrant, one.group, one.fold, one.part) for one in matrices.examples]
    blocks = [BLOCKS[name] for member in variant.members for name in member]
    path = work / "variants" / f"{_digest(variant, blocks, facts)}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(evaluate_variant(variant, matrices), indent=2)
        write_atomically(path, lambda stream: stream.write(content), text=True)
    return json.loads(path.read_text())


def _label(
    examples: Sequence[Example],
    paths: CachePaths,
    matrices: Matrices,
    fold: int | None,
    work: Path,
    report: Callable[[str], None],
) -> None:
    """Write a fold's soft labels, unless they are there for the same examples."""
    learned = train_part(examples, fold)
    folder = work / ("all" if fold is None else f"fold{fold}")
    stamp, content = folder / "made-from.txt", _digest(learned, TEACHER_DESIGN) + "\n"
    if stamp.exists() and stamp.read_text() == content:
        return
    both = len({one.corpus for one in learned}) > 1
    design = TEACHER_DESIGN if both else Design()
    rows = matrices.rows(NETWORKS, learned)
    strength = choose_strength(design, rows, learned)
    sources = {
        source: _files(paths, source, learned) for source in SOURCES if source != "handcrafted"
    }
    windows, counts = window_rows(sources)
    owners = np.repeat(np.arange(len(learned)), counts)
    within = np.arange(len(windows)) - np.repeat(np.cumsum(counts) - counts, counts)
    thin = np.flatnonzero(within % FIT_EVERY == 0)
    window_strength = choose_strength(
        design, windows[thin], [learned[owner] for owner in owners[thin]]
    )
    labels = make_labels(design, strength, rows, window_strength, windows, counts, learned)
    write_labels(labels, folder)
    write_atomically(stamp, lambda stream: stream.write(content), text=True)
    report(
        f"{folder.name}: {len(learned)} clips and {len(windows)} windows labelled, "
        f"strengths {strength:g} and {window_strength:g}"
    )
