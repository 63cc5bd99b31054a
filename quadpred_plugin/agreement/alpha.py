"""Agreement of listeners on the emotions of music: Krippendorff's alpha of their ratings.

Alpha is 1 minus the ratio of observed disagreement to the disagreement expected by chance: 1
is perfect agreement, 0 agreement by chance, and negative values are systematic disagreement.
It is computed by the package ``krippendorff``.

References
----------
K. Krippendorff, "Computing Krippendorff's alpha-reliability", 2011.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.agreement.ratings import LANGUAGE, Ratings
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.bootstrap import percentile_interval

LevelOfMeasurement = Literal["nominal", "ordinal", "interval"]


@dataclass(frozen=True)
class Group:
    """Set of ratings whose agreement is measured.

    Attributes
    ----------
    grouping : str
        Column of the grouping, or ``all``.
    name : str
        Value of the column, a threshold such as ``at least 3``, or ``all``.
    rows : ndarray of bool
        Shape (rows,): True for ratings in the group.
    """

    grouping: str
    name: str
    rows: NDArray[np.bool_]


@dataclass(frozen=True)
class Agreement:
    """Agreement of a group of ratings on one emotion.

    Attributes
    ----------
    grouping, group, emotion : str
    listeners, units, ratings : int
        Number of listeners, excerpts and ratings. Excerpts with a single rating are counted,
        but have no influence on alpha.
    alpha : float or None
        At most 1; None if no excerpt has two ratings or all ratings are equal.
    draws : ndarray of float64
        Shape (resamples,): alpha of each bootstrap sample, NaN if undefined. One call of
        `measure_agreement` draws the same excerpts and listeners for every group, so that
        `difference` can compare groups.
    """

    grouping: str
    group: str
    emotion: str
    listeners: int
    units: int
    ratings: int
    alpha: float | None
    draws: NDArray[np.float64]

    @property
    def low(self) -> float | None:
        """Lower limit of the 95 % confidence interval, or None."""
        return percentile_interval(self.draws)[0]

    @property
    def high(self) -> float | None:
        """Upper limit of the 95 % confidence interval, or None."""
        return percentile_interval(self.draws)[1]


def make_groups(ratings: Ratings, at_least: float = 3.0, at_most: float = 3.0) -> list[Group]:
    """Return the group of all ratings, then the groups of each grouping.

    Each language is a group. Any other column has two groups: the rows whose number is at
    least, and those whose number is at most, a threshold.

    Parameters
    ----------
    ratings : Ratings
    at_least, at_most : float
        Thresholds, in the unit of the columns. On the paper's scale of 1 to 5, the defaults
        put the neutral 3 in both groups. The paper prints "> 3" and "< 3" with the numbers
        of ratings without the 3, but its values of alpha result only with the 3.

    Returns
    -------
    groups : list of Group

    References
    ----------
    J. S. Gómez-Cañón, E. Cano, P. Herrera, E. Gómez, "Joyful for you and tender for us",
    ISMIR 2020, pp. 853-860, table 1.
    """
    groups = [Group("all", "all", np.ones(len(ratings.listener), dtype=bool))]
    languages = np.array([language for language, _ in ratings.listeners])[ratings.listener]
    for grouping in ratings.groupings:
        if grouping == LANGUAGE:
            names = np.unique(languages).tolist()
            groups += [Group(grouping, name, languages == name) for name in names]
        else:
            numbers = ratings.covariates[grouping]
            groups.append(Group(grouping, f"at least {at_least:g}", numbers >= at_least))
            groups.append(Group(grouping, f"at most {at_most:g}", numbers <= at_most))
    return groups


def measure_agreement(
    ratings: Ratings,
    groups: Sequence[Group],
    level_of_measurement: LevelOfMeasurement = "ordinal",
    resamples: int = 1000,
    seed: int = 0,
) -> Iterator[Agreement]:
    """Measure the agreement of each group on each emotion, with confidence intervals.

    A bootstrap sample draws excerpts and, within each language, listeners, both with
    replacement (pigeonhole bootstrap, Owen 2007). Resampling excerpts only (Zapf et al. 2016)
    assumes that no other raters are of interest; here both are samples of a population, and
    the ratings of one listener are correlated. No bootstrap is exact for crossed data
    (McCullagh 2000); this one is conservative. A listener drawn twice agrees with himself,
    which raises the samples by about (1 - alpha) / listeners, so with a handful of listeners
    the upper limit means little.

    Parameters
    ----------
    ratings : Ratings
    groups : sequence of Group
    level_of_measurement : {"nominal", "ordinal", "interval"}
        Distance of two ratings: 1 if they differ (nominal), by the number of ratings
        between them (ordinal), or the square of their difference (interval).
    resamples : int
        Bootstrap samples; 0 for no intervals.
    seed : int
        Not negative. The intervals depend on the seed, but not on the order of rows.

    Returns
    -------
    agreements : iterator of Agreement
        One per group and emotion, measured on demand.

    Raises
    ------
    QuadpredError
        If the package ``krippendorff`` isn't installed.

    References
    ----------
    A. B. Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1(2), 2007,
    pp. 386-411.
    P. McCullagh, "Resampling and exchangeable arrays", Bernoulli 6(2), 2000, pp. 285-301.
    A. Zapf, S. Castell, L. Morawietz, A. Karch, "Measuring inter-rater reliability for
    nominal data", BMC Medical Research Methodology 16:93, 2016.
    """
    try:
        import krippendorff  # noqa: F401
    except ImportError as error:
        raise QuadpredError(
            "Agreement needs one more package: pip install 'quadpred-plugin[agreement]'."
        ) from error
    draws = _draw(ratings, resamples, seed)
    return (
        _measure(ratings, group, emotion, values, level_of_measurement, draws)
        for group in groups
        for emotion, values in zip(ratings.emotions, ratings.values, strict=True)
    )


def difference(
    first: Agreement, second: Agreement
) -> tuple[float | None, float | None, float | None]:
    """Return the difference of two alphas and the limits of its 95 % interval.

    Both must be results of the same call of `measure_agreement`. Their samples share
    excerpts, so the difference can be significant even if the two intervals overlap.

    Returns
    -------
    value, low, high : float or None
        First minus second and its limits; None where undefined.
    """
    if first.alpha is None or second.alpha is None:
        return None, None, None
    return first.alpha - second.alpha, *percentile_interval(first.draws - second.draws)


# Number of times each listener is drawn, and the drawn excerpts.
_Draw = tuple[NDArray[np.int64], NDArray[np.int64]]


def _draw(ratings: Ratings, resamples: int, seed: int) -> list[_Draw]:
    random = np.random.default_rng(seed)
    count = len(ratings.excerpts)
    excerpts = random.integers(0, count, (resamples, count))
    listeners = np.zeros((resamples, len(ratings.listeners)), dtype=np.int64)
    languages = np.array([language for language, _ in ratings.listeners])
    for language in np.unique(languages):
        (members,) = np.nonzero(languages == language)
        chances = np.full(len(members), 1 / len(members))
        listeners[:, members] = random.multinomial(len(members), chances, resamples)
    return list(zip(listeners, excerpts, strict=True))


def _measure(
    ratings: Ratings,
    group: Group,
    emotion: str,
    values: NDArray[np.float64],
    level_of_measurement: LevelOfMeasurement,
    draws: Sequence[_Draw],
) -> Agreement:
    import krippendorff

    rows = group.rows & ~np.isnan(values)
    listener, excerpt = ratings.listener[rows], ratings.excerpt[rows]
    domain, codes = np.unique(values[rows], return_inverse=True)
    shape = (len(ratings.excerpts), len(domain))
    cells = excerpt * len(domain) + codes

    def alpha_of(weights: NDArray[np.int64], excerpts: NDArray[np.int64]) -> float:
        counts = np.bincount(cells, weights[listener], minlength=shape[0] * shape[1])
        drawn = counts.astype(np.int64).reshape(shape)[excerpts]
        pairable = drawn[drawn.sum(axis=1) > 1]
        if np.count_nonzero(pairable.sum(axis=0)) < 2:
            return np.nan
        return float(
            krippendorff.alpha(
                value_counts=pairable,
                value_domain=domain,
                level_of_measurement=level_of_measurement,
            )
        )

    alpha = alpha_of(np.ones(len(ratings.listeners), dtype=np.int64), np.arange(shape[0]))
    # If no two listeners share an excerpt, a listener drawn twice would count as agreement.
    defined = not np.isnan(alpha)
    sample = [alpha_of(*draw) if defined else np.nan for draw in draws]
    return Agreement(
        grouping=group.grouping,
        group=group.name,
        emotion=emotion,
        listeners=len(np.unique(listener)),
        units=len(np.unique(excerpt)),
        ratings=int(rows.sum()),
        alpha=alpha if defined else None,
        draws=np.array(sample),
    )
