"""Map the times of one recording to those of another recording of the same piece."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TimeMap:
    """Times of a recording and the times of another one at which the same music is played.

    Attributes
    ----------
    own : ndarray of float64, shape (points,)
        Seconds in the recording, strictly increasing; at least one point.
    other : ndarray of float64, shape (points,)
        Seconds in the other recording, in ascending order.
    """

    own: NDArray[np.float64]
    other: NDArray[np.float64]

    def __call__(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the other recording's times of a recording's times.

        Between points the map is linear. Beyond the first and the last point it goes on with the
        tempo ratio of all points together, with 1 if there is only one.

        Parameters
        ----------
        times : ndarray of float64, shape (times,)
            Seconds.

        Returns
        -------
        others : ndarray of float64, shape (times,)
            Seconds.

        Examples
        --------
        >>> half_as_fast = TimeMap(np.array([2.0, 6.0]), np.array([1.0, 3.0]))
        >>> half_as_fast(np.array([0.0, 4.0, 8.0])).tolist()
        [0.0, 2.0, 4.0]
        """
        inside = np.clip(times, self.own[0], self.own[-1])
        return np.interp(inside, self.own, self.other) + (times - inside) * self._ratio

    @property
    def _ratio(self) -> float:
        if len(self.own) == 1:
            return 1.0
        return float((self.other[-1] - self.other[0]) / (self.own[-1] - self.own[0]))


def identity() -> TimeMap:
    """Return the map of a recording to itself."""
    return TimeMap(np.zeros(1), np.zeros(1))
