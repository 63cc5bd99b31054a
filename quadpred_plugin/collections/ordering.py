"""Which track takes which place along a path."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.collections.path import Point, places_along

# With a seed, a place takes one of this many nearest tracks.
_NEAREST = 3
# Less is rounding, by which two tracks would change places for ever.
_LEAST_GAIN = 1e-12


class PathOrder:
    """Orders tracks along a path.

    Each place along the path takes the nearest track that is left. The ends of the path are
    served first, then its middle, then the middles between those, so that what is left at last
    is spread over the whole path. Then any two tracks change places if both together are nearer
    to their places afterwards (by squared distance).

    Parameters
    ----------
    tracks : ndarray of float64, shape (tracks, 2)
        Places of the tracks in the plane (`ranks.plane_of_ranks`).
    waypoints : sequence of (float, float)
    seed : int or None
        With a seed, each place takes one of its three nearest tracks at random.
    per_artist : int or None
        The most tracks of one artist.
    artist_of : callable
        Returns the artist of a track by its index; an empty one isn't limited. Called only for
        tracks that are about to be chosen.
    """

    def __init__(
        self,
        tracks: NDArray[np.float64],
        waypoints: Sequence[Point],
        seed: int | None = None,
        per_artist: int | None = None,
        artist_of: Callable[[int], str] = lambda index: "",
    ) -> None:
        self._tracks, self._waypoints = tracks, waypoints
        self._seed, self._per_artist, self._artist_of = seed, per_artist, artist_of

    def of_length(self, count: int) -> list[int]:
        """Return a number of tracks in the order of the path.

        Parameters
        ----------
        count : int
            The number of places along the path.

        Returns
        -------
        indices : list of int
            Fewer if the tracks don't suffice.
        """
        count = min(count, len(self._tracks))
        places = places_along(self._waypoints, count)
        valence, arousal = np.ascontiguousarray(self._tracks.T)
        free = len(self._tracks)
        # Infinitely far away: taken, or of an artist who has enough.
        taken = np.zeros(free)
        chance = None if self._seed is None else random.Random(self._seed)
        artists: Counter[str] = Counter()
        chosen: dict[int, int] = {}
        for place in _coarse_to_fine(count):
            distances = (valence - places[place, 0]) ** 2 + (arousal - places[place, 1]) ** 2
            while free:
                index = _nearest(distances + taken, free, chance)
                taken[index] = np.inf
                free -= 1
                if self._is_allowed(index, artists):
                    chosen[place] = index
                    break
        filled = sorted(chosen)
        found = np.array([chosen[place] for place in filled], dtype=np.int64)
        return _exchanged(found, self._tracks, places[filled])

    def within(self, seconds: float, durations: Sequence[float], most: int) -> list[int]:
        """Return as many tracks in the order of the path as fit into a time.

        Parameters
        ----------
        seconds : float
        durations : sequence of float
            Of the tracks, s.
        most : int
            The largest number of tracks.

        Returns
        -------
        indices : list of int
            Empty if no track is short enough.
        """
        most = min(most, len(self._tracks))
        mean = max(sum(durations) / max(len(durations), 1), 1e-3)
        count = min(most, int(1.2 * seconds / mean) + 2)
        best: list[int] = []
        while count > 0:
            found = self.of_length(count)
            total = sum(durations[index] for index in found)
            if total <= seconds:
                best = found
                break
            count = min(count - 1, max(int(count * seconds / total), 1))
        while best and len(best) == count < most:
            found = self.of_length(count + 1)
            if sum(durations[index] for index in found) > seconds:
                break
            best, count = found, count + 1
        return best

    def _is_allowed(self, index: int, artists: Counter[str]) -> bool:
        if self._per_artist is None:
            return True
        artist = self._artist_of(index)
        if not artist:
            return True
        artists[artist] += 1
        return artists[artist] <= self._per_artist


def _nearest(distances: NDArray[np.float64], free: int, chance: random.Random | None) -> int:
    if chance is None:
        return int(distances.argmin())
    count = min(_NEAREST, free)
    # A stable sort: the same seed gives the same tracks everywhere.
    return int(np.argsort(distances, kind="stable")[chance.randrange(count)])


def _exchanged(
    chosen: NDArray[np.int64], tracks: NDArray[np.float64], places: NDArray[np.float64]
) -> list[int]:
    """Return the chosen tracks after all exchanges that bring them nearer to their places."""
    count = len(chosen)
    indices = np.arange(count)
    is_changed = True
    while is_changed:
        is_changed = False
        for gap in _gaps(count):
            for offset in (0, gap):
                # Pairs that don't share a place.
                first = indices[offset : count - gap]
                first = first[(first - offset) // gap % 2 == 0]
                second = first + gap
                apart = places[first] - places[second]
                between = tracks[chosen[first]] - tracks[chosen[second]]
                better = (apart * between).sum(axis=1) < -_LEAST_GAIN
                one, other = first[better], second[better]
                chosen[one], chosen[other] = chosen[other], chosen[one]
                is_changed |= bool(better.any())
    return [int(index) for index in chosen]


def _gaps(count: int) -> list[int]:
    """Return the distances over which places are compared, the largest first.

    Those of Shell's sort after M. Ciura, "Best increments for the average case of Shellsort",
    2001: a few rounds suffice, where each place against the next would need thousands.
    """
    gaps = [1, 4, 10, 23, 57, 132, 301, 701]
    while gaps[-1] < count:
        gaps.append(int(2.25 * gaps[-1]))
    return [gap for gap in reversed(gaps) if gap < count]


def _coarse_to_fine(count: int) -> Iterator[int]:
    """Yield the ends, the middle, and then the middles between places that were yielded."""
    seen = set()
    for place in (0, count - 1):
        if place in range(count) and place not in seen:
            seen.add(place)
            yield place
    step = 1 << max(count - 1, 0).bit_length()
    while step:
        for place in range(0, count, step):
            if place not in seen:
                seen.add(place)
                yield place
        step >>= 1
