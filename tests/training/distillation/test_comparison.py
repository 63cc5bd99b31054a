"""The tables and the diagram that compare a model with others."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score

from quadpred_plugin.training.distillation.comparison import compare
from quadpred_plugin.training.evaluation.documents import keep_rows, write_between
from quadpred_plugin.training.evaluation.reliability_diagram import write_reliability
from quadpred_plugin.training.evaluation.scoring import score_folds
from quadpred_plugin.training.recipes.config import read_recipe
from quadpred_plugin.training.recipes.kinds import LanguageStudy
from quadpred_plugin.training.runs.workspace import Workspace
from quadpred_plugin.training.teachers.baselines import results_file

FOLDS, CLIPS, PATCHES = 3, 40, 5


def a_fold(seed: int) -> tuple:
    random = np.random.default_rng(seed)
    quadrants = random.integers(0, 4, CLIPS)
    outputs = []
    for quadrant in quadrants:
        logits = random.normal(0, 1, (PATCHES, 4)) + 1.2 * np.eye(4)[quadrant]
        softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        outputs.append(
            {
                "quadrants": softmax,
                "arousal": softmax @ [1, 1, -1, -1],
                "valence": softmax @ [1, -1, -1, 1],
            }
        )
    return quadrants, outputs


@pytest.fixture(scope="module")
def folds() -> list:
    return [a_fold(seed) for seed in range(FOLDS)]


def predicted(fold: tuple) -> np.ndarray:
    return np.stack([one["quadrants"].mean(axis=0) for one in fold[1]]).argmax(axis=1)


def cells_after(text: str, heading: str, row: str) -> list[str]:
    lines = text.split(heading)[1].splitlines()
    (line,) = (line for line in lines if line.startswith(f"| {row} |"))
    return [cell.strip() for cell in line.split("|")[2:-1]]


def test_tables_equal_scikit_learn(folds: list, tmp_path: Path) -> None:
    teacher = {
        "vibenet's energy and valence, logistic regression": {
            "4q": [{"quadrants": 0.5, "arousal": 0.8, "valence": 0.6}] * 2
        }
    }
    results_file(tmp_path).parent.mkdir(parents=True)
    results_file(tmp_path).write_text(json.dumps(teacher))
    scores = {"4q": score_folds(folds)}
    study = read_recipe("language-study", LanguageStudy)
    text = compare(Workspace(tmp_path), "ours", scores, study)

    each = [f1_score(fold[0], predicted(fold), average="macro") for fold in folds]
    own = cells_after(text, "### 4Q, by clip", "**ours**")
    assert own[0] == str(FOLDS)
    assert own[1] == f"{np.mean(each):.3f} ± {np.std(each, ddof=1):.3f}"
    baseline = cells_after(
        text, "### 4Q, by clip", "vibenet's energy and valence, logistic regression"
    )
    assert baseline == ["2", "0.500 ± 0.000", "0.800 ± 0.000", "0.600 ± 0.000"]

    together = confusion_matrix(
        np.concatenate([fold[0] for fold in folds]),
        np.concatenate([predicted(fold) for fold in folds]),
    )
    for name, row in zip(("Q1", "Q2", "Q3", "Q4"), together, strict=True):
        assert cells_after(text, "### Confusion", name) == [str(count) for count in row]
    error = scores["4q"]["clip"]["quadrants"]["calibration_error"]
    assert cells_after(text, "### Calibration", "4q | clip")[1] == f"{error:.3f}"


def test_the_diagram_is_an_svg_with_a_panel_for_each_head(folds: list, tmp_path: Path) -> None:
    scores = {"4q": score_folds(folds)}
    path = tmp_path / "reliability.svg"
    write_reliability(scores, path)
    first = path.read_bytes()
    ElementTree.fromstring(first)
    for head in ("quadrants", "arousal", "valence"):
        assert f"4q: {head}".encode() in first
    assert len(re.findall(rb'id="axes_\d+"', first)) == 3
    write_reliability(scores, path)
    assert path.read_bytes() == first


def test_bins_hold_every_example_once(folds: list) -> None:
    scores = score_folds(folds)
    bins = scores["clip"]["quadrants"]["reliability"]
    assert sum(count for _, _, count in bins) == FOLDS * CLIPS
    confidence = [one for one, _, _ in bins]
    assert confidence == sorted(confidence)
    right = sum(share * count for _, share, count in bins)
    assert right / (FOLDS * CLIPS) == pytest.approx(
        scores["clip"]["quadrants"]["accuracy"], abs=2e-4
    )


def test_rows_of_trainings_that_are_gone_are_kept(tmp_path: Path) -> None:
    head = "| model | folds |\n|---|---|\n"
    page = tmp_path / "page.md"
    page.write_text(
        "a\n<!-- default:begin -->\n"
        f"### Pop\n\n{head}| teacher | 5 |\n| gone | 3 |\n| **ours** | 4 |\n\n"
        f"### Piano\n\n{head}| old | 2 |\n| **ours** | 4 |\n| **ours**, as shipped | 1 |\n\n"
        "### Errors\n\n| corpus | error |\n|---|---|\n| pop | 0.3 |\n| old | 0.4 |\n"
        "<!-- default:end -->\nz\n"
    )
    text = (
        f"### Pop\n\n{head}| teacher | 6 |\n| **ours** | 5 |\n\n"
        f"### Piano\n\n{head}| **ours** | 5 |\n| **ours**, as shipped | 1 |\n\n"
        "### Errors\n\n| corpus | error |\n|---|---|\n| pop | 0.1 |\n"
    )
    write_between(page, "default", text, keep_rows)
    kept = text.replace("| **ours** | 5 |\n", "| gone | 3 |\n| **ours** | 5 |\n", 1)
    # Before the first of two rows in bold, which belong together.
    shipped = "| **ours** | 5 |\n| **ours**, as shipped"
    kept = kept.replace(shipped, f"| old | 2 |\n{shipped}")
    assert page.read_text() == f"a\n<!-- default:begin -->\n{kept}<!-- default:end -->\nz\n"
    write_between(page, "default", text, keep_rows)
    assert "gone" in page.read_text()
