"""Dense fields: one vector an image, compared with every other, exactly."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice
from cvret.index.approximate import Graph
from cvret.index.dense_kernels import relative_distances
from cvret.index.quantizing import (
    QUANTIZED,
    QuantizedQuery,
    bounds_of,
    quantized_query,
)
from cvret.storage.arrays import Arrays, checked

__all__ = ["METRICS", "DenseIndex", "PreparedVector", "similarities"]

Alive = NDArray[np.bool_] | None
Vectors = NDArray[np.float32]
Doubles = NDArray[np.float64]
Similarities = Any  # arrays of float64; NumPy's own annotations lose the dtype

_ROWS = 1024  # at a time, which keeps the intermediate arrays small
_ANGLES = ("cosine", "hellinger")  # metrics whose similarity is an inner product
_FEW = 4096  # rows below which codes save nothing


# Each row is summed by itself, in float64, so that its similarity does not depend on
# the rows that it is computed with.


def _cosine(query: Doubles, vectors: Doubles) -> Similarities:
    """Cosine of the angle, below 0 as 0."""
    # The root of the product, so that a vector and itself give exactly 1.
    norms = np.sqrt((vectors**2).sum(axis=1) * (query**2).sum())
    products = (vectors * query).sum(axis=1)
    return np.divide(products, norms, out=np.zeros(len(vectors)), where=norms > 0)


def _hellinger(query: Doubles, vectors: Doubles) -> Similarities:
    """Bhattacharyya coefficient of two histograms, each of sum 1."""
    return _cosine(np.sqrt(np.maximum(query, 0)), np.sqrt(np.maximum(vectors, 0)))


def _intersection(query: Doubles, vectors: Doubles) -> Similarities:
    """Sum of the smaller of each two bins, over the larger sum."""
    common = np.minimum(vectors, query).sum(axis=1)
    whole = np.maximum(vectors.sum(axis=1), query.sum())
    return np.divide(common, whole, out=np.zeros(len(vectors)), where=whole > 0)


def _chi2(query: Doubles, vectors: Doubles) -> Similarities:
    """``1 / (1 + d)`` of half the sum of ``(p - q)**2 / (p + q)``."""
    sums = vectors + query
    parts = np.divide(
        (vectors - query) ** 2, sums, out=np.zeros_like(sums), where=sums > 0
    )
    return 1 / (1 + 0.5 * parts.sum(axis=1))


def _l1(query: Doubles, vectors: Doubles) -> Similarities:
    """``1 / (1 + d)`` of the sum of absolute differences."""
    return 1 / (1 + np.abs(vectors - query).sum(axis=1))


def _relative_l1(query: Doubles, vectors: Doubles) -> Similarities:
    """``1 / (1 + d)`` of the sum of ``|p - q| / (1 + p + q)``."""
    return 1 / (1 + (np.abs(vectors - query) / (1 + vectors + query)).sum(axis=1))


def _l2(query: Doubles, vectors: Doubles) -> Similarities:
    """``1 / (1 + d)`` of the Euclidean distance."""
    return 1 / (1 + np.sqrt(((vectors - query) ** 2).sum(axis=1)))


def _tanimoto(query: Doubles, vectors: Doubles) -> Similarities:
    """Inner product over the sum of both squares less the inner product."""
    products = (vectors * query).sum(axis=1)
    whole = (vectors**2).sum(axis=1) + (query**2).sum() - products
    # Two vectors of nothing are equal.
    found = np.divide(products, whole, out=np.ones(len(vectors)), where=whole > 0)
    return np.clip(found, 0, 1)


def _correlation(query: Doubles, vectors: Doubles) -> Similarities:
    """Pearson's correlation of the elements, below 0 as 0."""
    return _cosine(query - query.mean(), vectors - vectors.mean(axis=1, keepdims=True))


def _emd(query: Doubles, vectors: Doubles) -> Similarities:
    """One less the earth mover's distance of two histograms of sum 1.

    Bins are ordered, and the way from the first to the last is 1.
    """
    apart = np.abs(np.cumsum(vectors - query, axis=1)[:, :-1]).sum(axis=1)
    return np.clip(1 - apart / max(len(query) - 1, 1), 0, 1)


def _hamming(query: Doubles, vectors: Doubles) -> Similarities:
    """Share of the bits (0 or 1) that are equal."""
    return ((vectors > 0.5) == (query > 0.5)).mean(axis=1)


_NEAR = 30.0  # L*a*b* distance within which two colors are alike (Td)
_SLOPE = 1.2  # times that, where their likeness would be 0 (dmax = alpha * Td)


def _palette(query: Doubles, vectors: Doubles) -> Similarities:
    """One less half of MPEG-7's quadratic distance of two sets of dominant colors.

    Vectors are rows of L*, a*, b* and a share; shares sum to 1. Two colors at distance
    d <= Td are alike by ``1 - d / (alpha * Td)``, others not at all. The colors of one
    set are compared with each other too, which changes nothing where all are farther
    than Td apart, as the standard has them (where Td, of L*u*v*, is 10 to 20).
    """
    asked, stored = _colors(query[None]), _colors(vectors)
    apart = _alike(asked, asked) + _alike(stored, stored) - 2 * _alike(asked, stored)
    return np.clip(1 - apart / 2, 0, 1)


def _colors(vectors: Doubles) -> Doubles:
    """Give rows of L*, a*, b* and share, shape (n, n_colors, 4)."""
    n, d = vectors.shape
    if d % 4:
        raise ValueError(
            "the metric 'palette' compares rows of L, a, b and share, so vectors must "
            f"have a multiple of 4 elements, got {d}"
        )
    return vectors.reshape(n, d // 4, 4)


def _alike(one: Doubles, other: Doubles) -> Similarities:
    """Sum of the products of shares, weighted by how alike their colors are."""
    steps = one[:, :, None, :3] - other[:, None, :, :3]
    far = np.sqrt((steps**2).sum(axis=3))
    alike = np.where(far <= _NEAR, 1 - far / (_SLOPE * _NEAR), 0)
    terms = alike * one[:, :, None, 3] * other[:, None, :, 3]
    n, *sides = terms.shape
    return terms.reshape(n, sides[0] * sides[1]).sum(axis=1)


METRICS: dict[str, Callable[[Doubles, Doubles], Similarities]] = {
    "chi2": _chi2,
    "correlation": _correlation,
    "cosine": _cosine,
    "emd": _emd,
    "hamming": _hamming,
    "hellinger": _hellinger,
    "intersection": _intersection,
    "l1": _l1,
    "l2": _l2,
    "palette": _palette,
    "relative-l1": _relative_l1,
    "tanimoto": _tanimoto,
}
"""Similarities in [0, 1] of a vector with many, 1 for equal ones, by name."""


def _directions(vectors: Doubles, metric: str) -> Similarities:
    """Give vectors of length 1 (or 0) whose inner products are the similarities."""
    if metric == "hellinger":
        vectors = np.sqrt(np.maximum(vectors, 0))
    norms = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)


def _cosines(queries: Doubles, vectors: Doubles) -> Similarities:
    return _directions(queries, "cosine") @ _directions(vectors, "cosine").T


def _hellingers(queries: Doubles, vectors: Doubles) -> Similarities:
    return _directions(queries, "hellinger") @ _directions(vectors, "hellinger").T


def _correlations(queries: Doubles, vectors: Doubles) -> Similarities:
    around = [each - each.mean(axis=1, keepdims=True) for each in (queries, vectors)]
    return _cosines(*around)


def _l2s(queries: Doubles, vectors: Doubles) -> Similarities:
    squares = _squares(queries)[:, None] + _squares(vectors)
    return 1 / (1 + np.sqrt(np.maximum(squares - 2 * queries @ vectors.T, 0)))


def _tanimotos(queries: Doubles, vectors: Doubles) -> Similarities:
    products = queries @ vectors.T
    whole = _squares(queries)[:, None] + _squares(vectors) - products
    return np.divide(products, whole, out=np.ones_like(whole), where=whole > 0)


def _l1s(queries: Doubles, vectors: Doubles) -> Similarities:
    from scipy.spatial.distance import cdist

    return 1 / (1 + cdist(queries, vectors, "cityblock"))


def _relative_l1s(queries: Doubles, vectors: Doubles) -> Similarities:
    found = np.empty((len(queries), len(vectors)), np.float32)
    few = (queries.astype(np.float32), vectors.astype(np.float32))
    relative_distances(*few, np.array_equal(queries, vectors), found)
    return 1 / (1 + found.astype(np.float64))


def _palettes(queries: Doubles, vectors: Doubles) -> Similarities:
    from scipy.spatial.distance import cdist

    asked, stored = _colors(queries), _colors(vectors)
    own, theirs = _alike(asked, asked), _alike(stored, stored)
    n, n_colors = stored.shape[:2]
    flat = stored.reshape(-1, 4)
    common = np.empty((len(asked), n))
    for row, colors in enumerate(asked):
        far = cdist(colors[:, :3], flat[:, :3])
        alike = np.where(far <= _NEAR, 1 - far / (_SLOPE * _NEAR), 0)
        terms = (colors[:, 3] @ alike) * flat[:, 3]
        common[row] = terms.reshape(n, n_colors).sum(axis=1)
    return 1 - (own[:, None] + theirs - 2 * common) / 2


def _squares(vectors: Doubles) -> Similarities:
    return (vectors**2).sum(axis=1)


_OF_MANY: dict[str, Callable[[Doubles, Doubles], Similarities]] = {
    "correlation": _correlations,
    "cosine": _cosines,
    "hellinger": _hellingers,
    "l1": _l1s,
    "l2": _l2s,
    "palette": _palettes,
    "relative-l1": _relative_l1s,
    "tanimoto": _tanimotos,
}
# Similarities of many with many, to six digits those of METRICS, but sooner.


def similarities(
    queries: NDArray[Any], vectors: NDArray[Any], metric: str
) -> Similarities:
    """Compare many vectors with many.

    Parameters
    ----------
    queries, vectors : arrays, shape (n_queries, d) and (n_vectors, d)
        Each query is compared with each vector.
    metric : str
        A key of `METRICS`.

    Returns
    -------
    array of float64, shape (n_queries, n_vectors)
        In [0, 1], to six digits what `DenseIndex.score` gives.

    Examples
    --------
    >>> similarities(np.float32([[0, 0]]), np.float32([[0, 0], [3, 4]]), "l2").round(3)
    array([[1.   , 0.167]])
    """
    check_choice("metric", metric, tuple(sorted(METRICS)))
    asked, stored = queries.astype(np.float64), vectors.astype(np.float64)
    if metric in _OF_MANY:
        return np.clip(_OF_MANY[metric](asked, stored), 0, 1)
    found = [METRICS[metric](query, stored) for query in asked]
    return np.clip(np.array(found).reshape(len(asked), len(stored)), 0, 1)


class PreparedVector(NamedTuple):
    """A query, with what is computed of it once for all segments.

    Attributes
    ----------
    vector : array of float64, shape (d,)
        The query itself.
    quantized : QuantizedQuery or None
        The query in whole numbers, where the metric can use them.
    direction : bool
        Whether the vector is one of those whose inner products are similarities, and
        may have elements below 0.
    """

    vector: Doubles
    quantized: QuantizedQuery | None
    direction: bool = False


class DenseIndex:
    """The vectors of one field, in segments.

    Similarities are exact. Where only the best are wanted, and a segment has codes (one
    byte an element, for the metrics "cosine", "hellinger" and "l2"), bounds from the
    codes choose the few vectors that need to be compared.

    Parameters
    ----------
    segments : sequence of mappings
        Each with ``vectors``, float32, shape (n_images, d), and perhaps what
        `cvret.index.quantizing.quantize` made of them.
    metric : str
        A key of `METRICS`.
    alive : sequence of (arrays of bool, shape (n_images,), or None), optional
        Which images of each segment are there; None for all.
    graphs : sequence of (Graph or None), optional
        Where a segment has one, it proposes what is compared; so some of the best may
        be missed.
    """

    def __init__(
        self,
        segments: Sequence[Arrays],
        metric: str,
        alive: Sequence[Alive] | None = None,
        graphs: Sequence[Graph | None] | None = None,
    ):
        check_choice("metric", metric, tuple(sorted(METRICS)))
        self._segments = segments
        self._metric = metric
        self._similarity = METRICS[metric]
        self._alive = alive or [None] * len(segments)
        self._graphs = graphs or [None] * len(segments)
        self._shapes = [checked(s, "vectors", [], []).shape for s in segments]

    @property
    def n_images(self) -> int:
        """Images in all segments, removed ones too."""
        return sum(n for n, _ in self._shapes)

    @property
    def n_dimensions(self) -> int | None:
        """Elements of a vector; None while there is none."""
        return self._shapes[0][1] if self._shapes else None

    def prepare(self, query: Vectors) -> PreparedVector:
        """Compute of a (d,) vector what all segments need."""
        vector = np.asarray(query, np.float64)
        usable = self._metric in QUANTIZED
        quantized = quantized_query(vector, self._metric) if usable else None
        return PreparedVector(vector, quantized)

    def prepare_sum(
        self, terms: Sequence[tuple[float, Vectors]]
    ) -> tuple[PreparedVector, float] | None:
        """Give a weighted sum of queries as one, where similarities are inner products.

        Returns
        -------
        PreparedVector, float
            What asks, and by what its similarities are to be multiplied; None for the
            metrics whose similarity is no inner product.
        """
        if self._metric not in _ANGLES:
            return None
        weights = np.array([weight for weight, _ in terms])
        vectors = np.array([vector for _, vector in terms], np.float64)
        summed = weights @ _directions(vectors, self._metric)
        return PreparedVector(summed, None, True), float(np.sqrt((summed**2).sum()))

    def score_segment(
        self, query: PreparedVector, number: int, n: int = 0, floor: float = 0.0
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Score the images of one segment.

        Parameters
        ----------
        query : PreparedVector
            As `prepare` gave it.
        number : int
            Of the segment.
        n : int
            How many of the best are wanted; 0 for all.
        floor : float
            Images that score less are left out, and those that score 0.

        Returns
        -------
        rows : array of int, shape (k,)
            Within the segment, ascending; with `n`, at least its `n` best and all that
            score the same (nearly so by a graph), of those that reach `floor`.
        scores : array of float64, shape (k,)
            In (0, 1].
        """
        segment, there = self._segments[number], self._alive[number]
        size, d = self._shapes[number]
        if d != len(query.vector):
            raise ValueError(
                f"the query's vector must have {d} elements as the indexed ones, got "
                f"{len(query.vector)}"
            )
        choosing = 0 < n < size and size > _FEW and "codes" in segment and floor < 1
        if choosing and query.quantized is not None:
            rows = self._candidates(query, query.quantized, number, n, floor)
        else:
            rows = np.arange(size) if there is None else np.flatnonzero(there)
        scores = self._exact(query, segment, rows)
        enough = (scores >= floor) & (scores > 0)
        return rows[enough], scores[enough]

    def score(self, query: Vectors) -> Similarities:
        """Give the similarity of every image to a (d,) vector, in [0, 1].

        Removed images have rows too, and score 0.
        """
        parts = [np.empty(0)]
        prepared = self.prepare(query)
        for number, (size, _) in enumerate(self._shapes):
            rows, found = self.score_segment(prepared, number)
            scores = np.zeros(size)
            scores[rows] = found
            parts.append(scores)
        return np.concatenate(parts)

    def affinities(
        self, queries: Sequence[Vectors], rows: NDArray[np.intp]
    ) -> Similarities:
        """Give the similarity of each query to some images, in [0, 1].

        Returns
        -------
        array of float64, shape (n_queries, n_rows)
            To six digits what `score` gives.
        """
        vectors = np.stack([self.stored(row) for row in rows.tolist()])
        return similarities(np.array(queries), vectors, self._metric)

    def stored(self, row: int) -> Vectors:
        """Give the vector of an indexed image; rows count through all segments."""
        for number, (size, _) in enumerate(self._shapes):
            if row < size:
                vectors = checked(self._segments[number], "vectors", [row], [row + 1])
                return np.array(vectors[row])
            row -= size
        raise IndexError(row)

    def _candidates(
        self,
        query: PreparedVector,
        quantized: QuantizedQuery,
        number: int,
        n: int,
        floor: float,
    ) -> NDArray[np.intp]:
        """Give the rows to compare: the `n` best are there, or, by a graph, most."""
        segment, there = self._segments[number], self._alive[number]
        graph = self._graphs[number]
        if graph is not None and graph.usable:
            proposed = graph.propose(query.vector, n, there)
            n_there = self._shapes[number][0] if there is None else int(there.sum())
            if len(proposed) >= min(n, n_there):
                return proposed
        low, high = bounds_of(segment, quantized, self._metric)
        if there is not None:
            low[~there], high[~there] = -1, -1
        nth = np.partition(low, len(low) - n)[len(low) - n]
        rows: NDArray[np.intp] = np.flatnonzero(high >= max(nth, floor, 0))
        return rows

    def _exact(
        self, query: PreparedVector, segment: Arrays, rows: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        vectors = checked(segment, "vectors", rows, rows + 1)
        scores = np.empty(len(rows))
        for start in range(0, len(rows), _ROWS):
            block = vectors[rows[start : start + _ROWS]].astype(np.float64)
            if query.direction:
                block = _directions(block, self._metric)
                scores[start : start + _ROWS] = _cosine(query.vector, block)
            else:
                scores[start : start + _ROWS] = self._similarity(query.vector, block)
        return np.clip(scores, 0, 1)
