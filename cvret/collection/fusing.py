"""Fusing fields: what makes their similarities comparable before they are added."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["FUSIONS", "logistic", "standardized_weights", "typical"]

FUSIONS = ("mean", "standardized")
"""How the similarities of several fields become one score."""

Doubles = NDArray[np.float64]

_OUTLYING = 0.01  # share of the highest scores: the picture itself, and its copies
_NOTHING = 1e-9  # a spread below is rounding


def typical(scores: Doubles) -> tuple[Doubles, Doubles]:
    """Mean and standard deviation of scores, without the highest hundredth.

    The query itself and its copies would else decide how much a field counts. They
    do where nothing else differs.

    Parameters
    ----------
    scores : array of float64, shape (..., n)
        Of n images, in any order, which does not matter to the last bit.

    Returns
    -------
    center, spread : arrays of float64, shape (...)
        The spread is 0 where all scores are equal.

    Examples
    --------
    >>> center, spread = typical(np.array([0.2, 0.4, 1.0]))
    >>> round(float(center), 3), round(float(spread), 3)
    (0.3, 0.1)
    """
    n = scores.shape[-1]
    if not n:
        return np.zeros(scores.shape[:-1]), np.zeros(scores.shape[:-1])
    ordered = np.sort(scores, axis=-1)
    kept = ordered[..., : max(1, n - max(1, int(np.ceil(_OUTLYING * n))))]
    center, spread = kept.mean(axis=-1), kept.std(axis=-1)
    flat = spread < _NOTHING
    spread = np.where(flat, ordered.std(axis=-1), spread)
    return center, np.where(spread < _NOTHING, 0, spread)


def standardized_weights(
    weights: Mapping[str, float], scores: Mapping[str, Doubles]
) -> dict[str, float]:
    """Divide the weight of each field by the spread of its scores.

    Sums by these weights rank as sums of standard scores (z-scores) do, and stay
    weighted means of similarities.

    Parameters
    ----------
    weights : mapping of str to float
        Of the fields.
    scores : mapping of str to array of float64, shape (n,)
        Of all images, for one query.

    Returns
    -------
    dict of str to float
        A field in which all images score the same has the weight 0; where no field
        tells images apart, the weights as they were.

    References
    ----------
    Jain, Nandakumar and Ross, "Score normalization in multimodal biometric systems",
    Pattern Recognition 38(12), 2005.

    Examples
    --------
    >>> scores = {"color": np.array([0.2, 0.4, 1]), "edges": np.array([0.1, 0.9, 1])}
    >>> weights = standardized_weights({"color": 1.0, "edges": 1.0}, scores)
    >>> round(weights["color"], 3), round(weights["edges"], 3)
    (10.0, 2.5)
    """
    spreads = {name: float(typical(found)[1]) for name, found in scores.items()}
    found = {n: w / spreads[n] if spreads[n] else 0.0 for n, w in weights.items()}
    return found if any(found.values()) else dict(weights)


def logistic(standard: Doubles) -> Doubles:
    """Map standard scores to (0, 1), the typical one to 0.5."""
    found: Doubles = 1 / (1 + np.exp(-np.clip(standard, -50, 50)))
    return found
