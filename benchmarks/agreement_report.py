"""Write the tables of docs/agreement.md: published agreement and that of this project."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import click
from markers import replace_between_markers

from quadpred_plugin.agreement.alpha import Agreement, difference, make_groups, measure_agreement
from quadpred_plugin.agreement.ratings import (
    Ratings,
    leave_out_instrumentals,
    read_ratings,
    select_excerpts,
)

PUBLISHED = Path(__file__).with_name("published_agreement.csv")
RESAMPLES = 2000
LANGUAGES = ("english", "spanish", "mandarin", "german")
JUDGEMENTS = ("understanding", "familiarity")
# Groups with the neutral 3, as the published values were computed, and without, as published.
KEPT = {"at_least": 3.0, "at_most": 3.0}
STRICT = {"at_least": 4.0, "at_most": 2.0}

# The excerpt whose lyrics fewest listeners understood.
UNINTELLIGIBLE = "anger_1"

Key = tuple[str, str, str]
Measured = dict[Key, Agreement]


def read_published(table: str) -> dict[Key, dict[str, str]]:
    """Return the published rows of a table by grouping, group and emotion."""
    with open(PUBLISHED, newline="", encoding="utf-8") as stream:
        return {
            (row["grouping"], row["group"], row["emotion"]): row
            for row in csv.DictReader(stream)
            if row["table"] == table
        }


def measure(ratings: Ratings, thresholds: dict[str, float]) -> Measured:
    """Measure all groups and emotions."""
    groups = make_groups(ratings, **thresholds)
    return {
        (one.grouping, one.group, one.emotion): one
        for one in measure_agreement(ratings, groups, resamples=RESAMPLES)
    }


def largest_difference(published: dict[Key, dict[str, str]], measured: Measured) -> float:
    """Return the largest absolute difference of alpha."""
    differences = []
    for key, row in published.items():
        alpha = measured[key].alpha
        assert alpha is not None
        differences.append(abs(alpha - float(row["alpha"])))
    return max(differences)


def beside(published: dict[Key, dict[str, str]], measured: Measured) -> list[str]:
    """Return a table with a row for each emotion and a column for each group."""
    groups = list(dict.fromkeys((*key[:2], row["printed"]) for key, row in published.items()))
    emotions = dict.fromkeys(emotion for _, _, emotion in published)
    lines = [_line("emotion", *(printed for *_, printed in groups)), _rule(len(groups))]
    for emotion in emotions:
        cells = []
        for grouping, group, _ in groups:
            key = (grouping, group, emotion)
            one = measured[key]
            cells.append(
                f"{published[key]['alpha']}; {one.alpha:.3f} ({one.low:.2f} to {one.high:.2f})"
            )
        lines.append(_line(emotion, *cells))
    return lines


def differences_by_judgement(kept: Measured, strict: Measured) -> list[str]:
    """Return a table of upper minus lower group, with and without the neutral ratings."""
    emotions = dict.fromkeys(emotion for _, _, emotion in kept)
    heads = [f"{name}, {way}" for name in JUDGEMENTS for way in ("≥ 3 − ≤ 3", "> 3 − < 3")]
    lines = [_line("emotion", *heads), _rule(len(heads))]
    for emotion in emotions:
        cells = [
            _difference(
                measured[name, f"at least {limits['at_least']:g}", emotion],
                measured[name, f"at most {limits['at_most']:g}", emotion],
            )
            for name in JUDGEMENTS
            for measured, limits in ((kept, KEPT), (strict, STRICT))
        ]
        lines.append(_line(emotion, *cells))
    return lines


def without_one_excerpt(lyrics: Ratings, kept: Measured) -> list[str]:
    """Return the groups by understanding with and without `UNINTELLIGIBLE`."""
    others = [excerpt for excerpt in lyrics.excerpts if excerpt != UNINTELLIGIBLE]
    fewer = replace(select_excerpts(lyrics, others), groupings=("understanding",))
    heads = [
        f"{way}{what}" for what in ("", f", without {UNINTELLIGIBLE}") for way in ("≥ 3", "≤ 3")
    ]
    lines = [_line("emotion", *heads, "difference without it"), _rule(5)]
    remaining = measure(fewer, KEPT)
    for emotion in lyrics.emotions:
        pairs = [
            [measured["understanding", group, emotion] for group in ("at least 3", "at most 3")]
            for measured in (kept, remaining)
        ]
        alphas = [f"{one.alpha:.3f}" for pair in pairs for one in pair]
        lines.append(_line(emotion, *alphas, _difference(*pairs[1])))
    return lines


def understanding_of_one_excerpt(lyrics: Ratings) -> list[str]:
    """Return a sentence: how many listeners understood `UNINTELLIGIBLE`."""
    rows = lyrics.excerpt == lyrics.excerpts.index(UNINTELLIGIBLE)
    answers = lyrics.covariates["understanding"][rows]
    return [
        f"Of {len(answers)} listeners, {(answers > 3).sum()} understood the lyrics of "
        f"`{UNINTELLIGIBLE}` (> 3) and {(answers < 3).sum()} did not (< 3)."
    ]


def differences_by_language(measured: Measured) -> list[str]:
    """Return the differences between languages whose interval excludes zero."""
    pairs = list(combinations(LANGUAGES, 2))
    emotions = list(dict.fromkeys(emotion for _, _, emotion in measured))
    cells = {
        (first, second, emotion): _difference(
            measured["language", first, emotion], measured["language", second, emotion]
        )
        for first, second in pairs
        for emotion in emotions
    }
    certain = {key: cell for key, cell in cells.items() if cell.startswith("**")}
    lines = [
        f"{len(certain)} of {len(cells)} differences ({len(pairs)} pairs of languages, "
        f"{len(emotions)} emotions) have an interval without zero:",
        "",
        _line("emotion", "languages", "difference"),
        _rule(2),
    ]
    for (first, second, emotion), cell in certain.items():
        lines.append(_line(emotion, f"{first} − {second}", cell))
    return lines


def numbers_of_ratings(
    published: dict[Key, dict[str, str]], kept: Measured, strict: Measured
) -> list[str]:
    """Return the number of ratings that each filter keeps, and the published number."""
    emotions = len({emotion for _, _, emotion in kept})
    lines = [_line("listeners", "printed", "3 kept", "3 left out"), _rule(3)]
    rows = {row["printed"]: (key, row["printed_ratings"]) for key, row in published.items()}
    for printed, ((grouping, group, emotion), count) in rows.items():
        outer = group.replace("at least 3", "at least 4").replace("at most 3", "at most 2")
        numbers = (
            kept[grouping, group, emotion].ratings * emotions,
            strict[grouping, outer, emotion].ratings * emotions,
        )
        lines.append(_line(printed, count, *map(str, numbers)))
    return lines


def who_understands(ratings: Ratings) -> list[str]:
    """Return the share of ratings in the upper groups, for the listeners of each language."""
    lines = [_line("listeners", "number", *(f"{name} ≥ 3" for name in JUDGEMENTS)), _rule(3)]
    languages = [language for language, _ in ratings.listeners]
    for language in LANGUAGES:
        rows = [languages[listener] == language for listener in ratings.listener]
        shares = (f"{(ratings.covariates[name][rows] >= 3).mean():.0%}" for name in JUDGEMENTS)
        lines.append(_line(language, str(languages.count(language)), *shares))
    return lines


def _difference(first: Agreement, second: Agreement) -> str:
    value, low, high = difference(first, second)
    assert value is not None and low is not None and high is not None
    cell = f"{value:+.2f} ({low:+.2f} to {high:+.2f})"
    return f"**{cell}**" if low > 0 or high < 0 else cell


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(columns: int) -> str:
    return "|---" + "|---:" * columns + "|"


def sections(ratings: Ratings, lyrics: Ratings) -> Iterable[tuple[str, list[str]]]:
    """Yield the name of each pair of markers and the text between them."""
    language, kept, strict = measure(ratings, KEPT), measure(lyrics, KEPT), measure(lyrics, STRICT)
    first, second = read_published("1"), read_published("2")
    yield (
        "largest",
        [
            _line("published", "values", "largest difference"),
            _rule(2),
            _line("table 1", str(len(first)), f"{largest_difference(first, kept):.4f}"),
            _line("table 2", str(len(second)), f"{largest_difference(second, language):.4f}"),
        ],
    )
    yield "numbers", numbers_of_ratings(first, kept, strict)
    yield "table1", beside(first, kept)
    yield "table2", beside(second, language)
    yield "languages", differences_by_language(language)
    yield "judgements", differences_by_judgement(kept, strict)
    yield "understood", understanding_of_one_excerpt(lyrics)
    yield "without", without_one_excerpt(lyrics, kept)
    yield "listeners", who_understands(lyrics)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("page", type=click.Path(exists=True, path_type=Path))
def main(folder: Path, page: Path) -> None:
    """Write tables of agreement from FOLDER's ratings.csv and excerpts.csv into PAGE."""
    ratings = read_ratings(folder / "ratings.csv")
    lyrics = leave_out_instrumentals(ratings, folder / "excerpts.csv")
    for name, lines in sections(ratings, lyrics):
        replace_between_markers(page, "\n".join(lines), name)


if __name__ == "__main__":
    main()
