"""Bootstrap: samples of files, or of groups of files, and percentile intervals."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
"""Share of the samples within an interval."""


def draw_files(groups: Sequence[object], samples: int, seed: int) -> list[NDArray[np.intp]]:
    """Draw files with replacement; files of one group are drawn together.

    Files of one artist or album resemble one another, so a table of few artists has less
    information than its number of files suggests. Drawing groups gives intervals that show
    it.

    Parameters
    ----------
    groups : sequence, one entry per file
        The group of each file, comparable with the others. Different for every file if files
        are drawn one by one.
    samples : int
        Number of bootstrap samples.
    seed : int
        Not negative; equal seeds give equal samples.

    Returns
    -------
    draws : list of ndarray of int, shape (drawn files,)
        Indices of each sample's files. As many groups are drawn as there are; the number of
        files differs where groups differ in size.

    References
    ----------
    A. C. Davison, D. V. Hinkley, "Bootstrap Methods and their Application", 1997, section
    3.8 (the whole groups, strategy 1).
    """
    names, members = np.unique(np.asarray(groups), return_inverse=True)
    files = [np.flatnonzero(members == place) for place in range(len(names))]
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(names), (samples, len(names)))
    return [np.concatenate([files[place] for place in row]) for row in drawn]


def percentile_interval(
    draws: NDArray[np.floating],
) -> tuple[float, float] | tuple[None, None]:
    """Return the limits of the 95 % interval of a bootstrap.

    Parameters
    ----------
    draws : ndarray, shape (samples,)
        The figure in each sample, NaN where it is undefined.

    Returns
    -------
    low, high : float or None
        None if there are no samples, or if more of them are undefined than the interval leaves
        out.
    """
    defined = draws[~np.isnan(draws)]
    if not len(defined) or len(defined) < CONFIDENCE * len(draws):
        return None, None
    low, high = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
