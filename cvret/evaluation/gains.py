"""What one system gains over another: in all, by class, and query by query."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.evaluation.scoring import small_is_good
from cvret.evaluation.statistics import Interval

__all__ = ["ClassDifference", "Difference", "Gain", "Won", "gains_of"]

_ROUNDING = 1e-12  # values that differ by less are equal


@dataclass(frozen=True)
class Difference:
    """How much better one system is than another, query by query.

    Attributes
    ----------
    better, other : str
        Names of the systems; `better` has the better mean, or equals.
    metric : str
        What was measured.
    mean : float
        Of the gains of `better` over `other`; at least 0. Where small values are good
        (ANMRR), they are turned.
    interval : Interval
        Between what the mean gain lies.
    probability : float
        That chance gives a difference as large, by a paired permutation test.
    corrected : float
        The same, corrected for all pairs of systems that are compared (Holm).
    wins, ties, losses : int
        Queries where `better` is better, equal, worse.
    """

    better: str
    other: str
    metric: str
    mean: float
    interval: Interval
    probability: float
    corrected: float
    wins: int
    ties: int
    losses: int

    def holds(self, confidence: float = 0.95) -> bool:
        """Tell whether it may be claimed that `better` ranks better.

        It may where the corrected probability is at most ``1 - confidence``, and the
        interval lies above 0.

        Examples
        --------
        >>> found = Difference(
        ...     "a", "b", "mAP", 0.1, Interval(0.05, 0.15), 0.02, 0.06, 30, 0, 10
        ... )
        >>> found.holds(0.95), found.holds(0.9)
        (False, True)
        """
        return bool(self.corrected <= 1 - confidence and self.interval.low > 0)


class ClassDifference(NamedTuple):
    """How well two systems tell one class.

    Attributes
    ----------
    label : str
        Of the class.
    n_queries : int
        Of that class.
    first, second : float
        F1 of each system, in [0, 1]; a query is taken for the class of most of its
        first three results, of the first where none has most.
    delta : float
        `first` minus `second`.
    """

    label: str
    n_queries: int
    first: float
    second: float
    delta: float


class Gain(NamedTuple):
    """What a combination of systems gains over one of its parts.

    Attributes
    ----------
    combination, part : str
        Names of both.
    difference : Difference
        Of the two; its `better` may be the part.

    Examples
    --------
    >>> worse = Difference(
    ...     "hsv", "hsv+lbp", "mAP", 0.5, Interval(0.25, 0.75), 0.01, 0.01, 9, 0, 1
    ... )
    >>> gain = Gain("hsv+lbp", "hsv", worse)
    >>> gain.mean, gain.interval
    (-0.5, Interval(low=-0.75, high=-0.25))
    """

    combination: str
    part: str
    difference: Difference

    @property
    def mean(self) -> float:
        """The combination's mean gain over the part; below 0 where it loses."""
        mean = self.difference.mean
        return mean if self._is_better else -mean

    @property
    def interval(self) -> Interval:
        """Between what that mean lies."""
        low, high = self.difference.interval
        return Interval(low, high) if self._is_better else Interval(-high, -low)

    @property
    def _is_better(self) -> bool:
        return self.difference.better == self.combination


class Won(NamedTuple):
    """A query that one system ranks better for than another.

    Attributes
    ----------
    query : str
        Its name.
    first, second : float
        The metric's value of each system.
    gain : float
        How much better the first is; above 0.
    """

    query: str
    first: float
    second: float
    gain: float


def gains_of(
    first: NDArray[np.float64], second: NDArray[np.float64], metric: str
) -> NDArray[np.float64]:
    """Give how much better the first values are, query by query.

    Turned where small values are good; what differs by rounding alone is 0.

    Examples
    --------
    >>> gains_of(np.array([0.5, 0.25]), np.array([0.25, 0.25]), "ANMRR").tolist()
    [-0.25, 0.0]
    """
    gains = second - first if small_is_good(metric) else first - second
    return np.where(np.abs(gains) < _ROUNDING, 0.0, gains)
