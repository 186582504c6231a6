"""From scores to the first rows, and from what was asked to weights."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_number
from cvret.collection.images import ImageTable
from cvret.errors import UnknownNameError

__all__ = ["top_rows", "weights_of"]


def top_rows(
    scores: NDArray[np.float64], n: int, images: ImageTable
) -> NDArray[np.intp]:
    """Give the rows of the `n` highest scores, best first, equal ones by id."""
    if n < len(scores):
        least = np.partition(scores, len(scores) - n)[len(scores) - n]
        # All that tie for the last place compete by their ids.
        rows = np.flatnonzero(scores >= least)
    else:
        rows = np.arange(len(scores))
    order = sorted(rows.tolist(), key=lambda row: (-scores[row], images.id_at(row)))
    return np.array(order[:n], np.intp)


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
