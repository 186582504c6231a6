"""Dense fields: one vector an image, compared with every other, exactly."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice

__all__ = ["METRICS", "DenseIndex"]

Vectors = NDArray[np.float32]
Similarities = Any  # arrays of float64; NumPy's own annotations lose the dtype

_BLOCK = 16384  # rows at a time, which bounds the memory


def _cosine(query: Vectors, vectors: Vectors) -> Similarities:
    """Cosine of the angle, below 0 as 0."""
    norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
    products = np.einsum("ij,j->i", vectors, query, dtype=np.float64)
    return np.divide(products, norms, out=np.zeros(len(vectors)), where=norms > 0)


def _hellinger(query: Vectors, vectors: Vectors) -> Similarities:
    """Bhattacharyya coefficient of two histograms, each of sum 1."""
    roots, root = np.sqrt(vectors), np.sqrt(query)
    norms = np.linalg.norm(roots, axis=1) * np.linalg.norm(root)
    products = np.einsum("ij,j->i", roots, root, dtype=np.float64)
    return np.divide(products, norms, out=np.zeros(len(vectors)), where=norms > 0)


def _intersection(query: Vectors, vectors: Vectors) -> Similarities:
    """Sum of the smaller of each two bins, over the larger sum."""
    common = np.minimum(vectors, query).sum(axis=1, dtype=np.float64)
    whole = np.maximum(
        vectors.sum(axis=1, dtype=np.float64), query.sum(dtype=np.float64)
    )
    return np.divide(common, whole, out=np.zeros(len(vectors)), where=whole > 0)


def _chi2(query: Vectors, vectors: Vectors) -> Similarities:
    """``1 / (1 + d)`` of half the sum of ``(p - q)**2 / (p + q)``."""
    sums = vectors + query
    parts = np.divide(
        (vectors - query) ** 2, sums, out=np.zeros_like(sums), where=sums > 0
    )
    return 1 / (1 + 0.5 * parts.sum(axis=1, dtype=np.float64))


def _l1(query: Vectors, vectors: Vectors) -> Similarities:
    """``1 / (1 + d)`` of the sum of absolute differences."""
    return 1 / (1 + np.abs(vectors - query).sum(axis=1, dtype=np.float64))


def _l2(query: Vectors, vectors: Vectors) -> Similarities:
    """``1 / (1 + d)`` of the Euclidean distance."""
    squares = ((vectors - query) ** 2).sum(axis=1, dtype=np.float64)
    return 1 / (1 + np.sqrt(squares))


METRICS: dict[str, Callable[[Vectors, Vectors], Similarities]] = {
    "chi2": _chi2,
    "cosine": _cosine,
    "hellinger": _hellinger,
    "intersection": _intersection,
    "l1": _l1,
    "l2": _l2,
}
"""Similarities in [0, 1] of a vector with many, 1 for equal ones, by name."""


class DenseIndex:
    """The vectors of one field, in segments.

    Parameters
    ----------
    segments : sequence of mappings
        Each with ``vectors``, float32, shape (n_images, d).
    metric : str
        A key of `METRICS`.
    """

    def __init__(self, segments: Sequence[Mapping[str, NDArray[Any]]], metric: str):
        check_choice("metric", metric, tuple(sorted(METRICS)))
        self._segments = segments
        self._similarity = METRICS[metric]

    @property
    def n_images(self) -> int:
        """Images in all segments."""
        return sum(len(segment["vectors"]) for segment in self._segments)

    def score(self, query: Vectors) -> Similarities:
        """Give the similarity of every image to a (d,) vector, in [0, 1]."""
        parts = [np.empty(0)]
        for segment in self._segments:
            vectors = segment["vectors"]
            if vectors.shape[1] != len(query):
                raise ValueError(
                    f"the query's vector must have {vectors.shape[1]} elements as the "
                    f"indexed ones, got {len(query)}"
                )
            for start in range(0, len(vectors), _BLOCK):
                block = np.asarray(vectors[start : start + _BLOCK])
                parts.append(np.clip(self._similarity(query, block), 0, 1))
        return np.concatenate(parts)
