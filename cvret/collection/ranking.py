"""From scores to the first rows, and from what was asked to weights."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_number
from cvret.collection.images import ImageTable
from cvret.errors import UnknownNameError

__all__ = ["Best", "in_order", "weights_of"]


class Best:
    """The rows with the highest scores so far, and all that tie for the last place.

    Examples
    --------
    >>> best = Best(2)
    >>> best.take(np.array([0, 1, 2]), np.array([0.5, 0.1, 0.5]))
    >>> best.take(np.array([3]), np.array([0.5]))
    >>> best.rows.tolist(), best.floor
    ([0, 2, 3], 0.5)
    """

    def __init__(self, n: int):
        self._n = n
        self.rows = np.empty(0, np.intp)
        self.scores = np.empty(0)
        self.floor = 0.0  # what a score must reach to be among the best

    def take(self, rows: NDArray[np.intp], scores: NDArray[np.float64]) -> None:
        """Consider more rows; those below the floor may be left out."""
        high = scores >= self.floor
        self.rows = np.concatenate([self.rows, rows[high]])
        self.scores = np.concatenate([self.scores, scores[high]])
        if len(self.rows) > self._n:
            place = len(self.scores) - self._n
            self.floor = float(np.partition(self.scores, place)[place])
            high = self.scores >= self.floor
            self.rows, self.scores = self.rows[high], self.scores[high]


def in_order(
    best: Best, n: int, images: ImageTable
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Give the ids and scores of the `n` best, equal ones by id.

    Images that share nothing with the query score 0; they come last, as many as are
    needed.
    """
    ids = images.ids_at(best.rows)
    scores = best.scores.tolist()
    order = sorted(range(len(ids)), key=lambda place: (-scores[place], ids[place]))[:n]
    chosen = [ids[place] for place in order]
    values = [scores[place] for place in order]
    missing = min(n, len(images)) - len(chosen)
    if missing > 0:
        rows = images.first_by_id(missing, frozenset(best.rows.tolist()))
        chosen += images.ids_at(np.array(rows, np.intp))
        values += [0.0] * len(rows)
    return tuple(chosen), np.array(values)


def weights_of(
    by: str | Sequence[str] | Mapping[str, float] | None,
    defaults: Mapping[str, float],
    fields: tuple[str, ...],
) -> dict[str, float]:
    """Give the weight of each field that a search asks.

    Raises
    ------
    UnknownNameError
        If a field is not there.
    ValueError
        If no weight is above 0, or one is below.

    Examples
    --------
    >>> weights_of(None, {}, ("words", "color"))
    {'words': 1.0, 'color': 1.0}
    >>> weights_of({"words": 1.0, "color": 0.3}, {}, ("words", "color"))
    {'words': 1.0, 'color': 0.3}
    """
    if by is None:
        by = defaults or dict.fromkeys(fields, 1.0)
    elif isinstance(by, str):
        by = {by: 1.0}
    elif not isinstance(by, Mapping):
        by = dict.fromkeys(by, 1.0)
    for name in by:
        if name not in fields:
            raise UnknownNameError(
                f"no field is named {name!r}; there are {', '.join(fields)}"
            )
    weights = {
        name: check_number(f"the weight of {name}", weight, least=0)
        for name, weight in by.items()
    }
    weights = {name: weight for name, weight in weights.items() if weight > 0}
    if not weights:
        raise ValueError("by must give at least one field a weight above 0")
    return weights
