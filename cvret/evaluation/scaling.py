"""Vectors of different fields on one scale, as the collection has them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice

__all__ = ["NORMALIZATIONS", "Scaling"]

NORMALIZATIONS = ("range", "l2", "standard")
"""Each element to [0, 1], each vector to length 1, each element to mean 0, spread 1."""

Vectors = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scaling:
    """How vectors are normalized.

    Attributes
    ----------
    normalize : {"range", "l2", "standard"}
        What is done.
    low, scale : arrays of float64, shape (d,)
        What is taken from each element, and what it is then divided by; 0 for those
        that are the same in all vectors it was learned of, which become 0.

    Examples
    --------
    >>> scaling = Scaling.learned_of(np.float32([[0, 5], [10, 5]]), "range")
    >>> scaling.apply(np.float32([[4, 5], [20, 7]])).tolist()
    [[0.4000000059604645, 0.0], [1.0, 0.0]]
    """

    normalize: str
    low: Doubles
    scale: Doubles

    @classmethod
    def learned_of(cls, vectors: Vectors, normalize: str) -> Self:
        """Learn of the vectors of a collection, shape (n, d)."""
        check_choice("normalize", normalize, NORMALIZATIONS)
        n, d = vectors.shape
        low, scale = np.zeros(d), np.ones(d)
        if normalize == "range" and n:
            low = vectors.min(axis=0).astype(np.float64)
            scale = vectors.max(axis=0) - low
        elif normalize == "standard" and n:
            low = vectors.mean(axis=0, dtype=np.float64)
            # A constant may differ from its mean by rounding.
            flat = np.ptp(vectors, axis=0) == 0
            scale = np.where(flat, 0, vectors.std(axis=0, dtype=np.float64))
        return cls(normalize, low, scale)

    def apply(self, vectors: Vectors) -> Vectors:
        """Normalize vectors, shape (n, d); beyond the range is at its end."""
        found = vectors.astype(np.float64)
        if self.normalize == "l2":
            scale = np.sqrt((found**2).sum(axis=1, keepdims=True))
        else:
            found -= self.low
            scale = np.broadcast_to(self.scale, found.shape)
        divided = np.divide(found, scale, out=np.zeros_like(found), where=scale > 0)
        if self.normalize == "range":
            divided = np.clip(divided, 0, 1)
        normalized: Vectors = divided.astype(np.float32)
        return normalized
