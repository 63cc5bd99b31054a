"""``quadpred agreement``: rows on standard output, sentences on standard error."""

import csv
import io
import os
import subprocess
import sys

import numpy as np
import pytest

from quadpred_plugin.agreement.ratings import EMOTIONS
from tests.limits import HANG

COLUMNS = ["grouping", "group", "emotion", "listeners", "units", "ratings", "alpha", "low", "high"]
OWN = ["agreement", "--emotion", "calm", "--emotion", "tense", "--by", "language", "own.csv"]


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    with open(tmp_path / "own.csv", "w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["user", "language", "excerpt", "calm", "tense", "liking"])
        for user in range(8):
            for excerpt in range(6):
                calm = min(max(excerpt + random.integers(-1, 2), 1), 5)
                language = ("français", 'with "quotes", and a comma')[user % 2]
                table.writerow([user, language, f"piece {excerpt}", calm, 3, user % 5 + 1])
    (tmp_path / "excerpts.csv").write_text(
        "excerpt,lyrics\n"
        + "".join(f"piece {n},{'Basque' if n else 'Instrumental'}\n" for n in range(6)),
        encoding="utf-8",
    )
    return tmp_path


def test_rows(folder, quadpred):
    run = quadpred(*OWN, "--resamples", "50", folder=folder)
    assert run.code == 0
    rows = run.rows()
    assert list(rows[0]) == COLUMNS
    assert [(row["grouping"], row["group"], row["emotion"]) for row in rows] == [
        (grouping, group, emotion)
        for grouping, group in (
            ("all", "all"),
            ("language", "français"),
            ("language", 'with "quotes", and a comma'),
        )
        for emotion in ("calm", "tense")
    ]
    first, second = rows[:2]
    assert [first[name] for name in ("listeners", "units", "ratings")] == ["8", "6", "48"]
    assert float(first["low"]) < float(first["alpha"]) < float(first["high"]) <= 1
    assert [second[name] for name in ("alpha", "low", "high")] == ["", "", ""]
    assert run.messages == (
        "quadpred: 3 rows have no alpha: no excerpt has two ratings, or all ratings are the same.\n"
    )


def test_the_table_has_the_same_values(folder, quadpred):
    rows = quadpred(*OWN, "--resamples", "50", folder=folder).rows()
    run = quadpred(*OWN, "--resamples", "50", "--format", "table", folder=folder)
    header, first, second, *_ = run.output.decode().splitlines()
    assert header.split() == COLUMNS
    numbers = [f"{float(rows[0][name]):.3f}" for name in ("alpha", "low", "high")]
    assert first.split() == ["all", "all", "calm", "8", "6", "48", *numbers]
    assert second.split()[-3:] == ["-", "-", "-"]


def test_options_reach_the_computation(folder, quadpred):
    def calm(*options):
        arguments = ["agreement", "--emotion", "calm", "--by", "liking", "own.csv"]
        return quadpred(*arguments, "--resamples", "20", *options, folder=folder).rows()

    plain = calm()
    assert plain == calm("--seed", "0")
    assert [row["group"] for row in plain] == ["all", "at least 3", "at most 3"]
    strict = calm("--at-least", "4", "--at-most", "2.5")
    assert [row["group"] for row in strict] == ["all", "at least 4", "at most 2.5"]
    assert strict[0] == plain[0]
    reseeded = calm("--seed", "1")[0]
    assert reseeded["alpha"] == plain[0]["alpha"]
    assert reseeded["low"] != plain[0]["low"]
    assert calm("--level-of-measurement", "nominal")[0]["alpha"] < plain[0]["alpha"]
    assert [row["units"] for row in calm("--with-lyrics", "excerpts.csv")] == ["5", "5", "5"]
    assert calm("--resamples", "0")[0]["low"] == ""


def test_an_output(folder, quadpred):
    short = [*OWN, "--resamples", "10"]
    expected = quadpred(*short, folder=folder).output
    assert quadpred(*short, "-o", "new/alpha.csv", folder=folder).output == b""
    assert (folder / "new" / "alpha.csv").read_bytes() == expected
    refused = quadpred(*short, "-o", "new/alpha.csv", folder=folder)
    assert refused.code == 2
    assert "new/alpha.csv exists: --force replaces it." in refused.messages
    (folder / "new" / "alpha.csv").write_text("old")
    assert quadpred(*short, "--force", "-o", "new/alpha.csv", folder=folder).code == 0
    assert (folder / "new" / "alpha.csv").read_bytes() == expected
    assert quadpred(*short, "-o", "alpha.txt", folder=folder).code == 0
    assert (folder / "alpha.txt").read_text(encoding="utf-8").startswith("grouping  ")
    assert sorted(os.listdir(folder)) == ["alpha.txt", "excerpts.csv", "new", "own.csv"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing argument"),
        (["missing.csv"], "does not exist"),
        (["."], "is a directory"),
        (["own.csv", "--level-of-measurement", "ratio"], "is not one of"),
        (["own.csv", "--resamples", "-1"], "not in the range"),
        (["own.csv", "--seed", "-1"], "not in the range"),
        (["own.csv", "--at-least", "much"], "not a valid float"),
        (["own.csv", "--with-lyrics", "missing.csv"], "does not exist"),
        (["own.csv", "--format", "json"], "is not one of"),
        (["own.csv", "-o", "alpha.json"], "has an unknown suffix"),
        (["own.csv", "-o", "."], "is a folder: name a file"),
    ],
    ids=" ".join,
)
def test_wrong_use(folder, quadpred, arguments, words):
    run = quadpred("agreement", *arguments, folder=folder)
    assert run.code == 2
    assert run.output == b""
    assert words in run.messages


@pytest.mark.parametrize("content", ["", "user,excerpt\n", "not csv at all", "\0"])
def test_a_bad_table_is_one_sentence_and_leaves_no_file(folder, quadpred, content):
    (folder / "bad.csv").write_text(content)
    run = quadpred("agreement", "bad.csv", "-o", "alpha.csv", folder=folder)
    assert run.code == 1
    assert run.output == b""
    assert len(run.messages.splitlines()) == 1
    assert run.messages.startswith("quadpred: bad.csv ")
    assert not (folder / "alpha.csv").exists()


def test_the_default_emotions_are_named_in_the_help(folder, quadpred):
    run = quadpred("agreement", "--help", folder=folder)
    words = run.output.decode().replace(".", " ").replace("(", " ").replace(";", " ").split()
    assert set(EMOTIONS) <= set(words)
    assert "\n    quadpred agreement ratings.csv\n" in run.output.decode()
    missing = quadpred("agreement", "own.csv", folder=folder)
    assert missing.code == 1
    assert "lacks the columns anger, bitter" in missing.messages


def test_without_the_package_a_sentence_names_the_way_out(folder):
    code = (
        "import sys\n"
        "sys.modules['krippendorff'] = None\n"
        "from quadpred_plugin.cli.main import main\n"
        f"sys.argv = ['quadpred', *{OWN!r}]\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=HANG
    )
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr == (
        "quadpred: Agreement needs one more package: pip install 'quadpred-plugin[agreement]'.\n"
    )


def test_a_full_disk(folder, quadpred):
    with open("/dev/full", "wb") as full:
        run = quadpred(*OWN, "--resamples", "5", folder=folder, output=full)
    assert run.code == 1
    assert run.messages == "quadpred: the output: No space left on device.\n"


def test_languages_are_utf8_in_any_locale(folder, quadpred):
    run = quadpred(*OWN, "--resamples", "5", folder=folder, LC_ALL="C", PYTHONUTF8="0")
    groups = {row["group"] for row in csv.DictReader(io.StringIO(run.output.decode("utf-8")))}
    assert "français" in groups
