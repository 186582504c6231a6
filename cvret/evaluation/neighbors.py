"""Nearest neighbors within a collection: by its vectors, or by what a system finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice
from cvret.collection.index import Index
from cvret.evaluation.combining import name_of, query_of, scores_by
from cvret.index import dense
from cvret.protocols import System

__all__ = ["ALGORITHMS", "METRICS", "BySearch", "ByVectors", "Nearest", "ranker_of"]

ALGORITHMS = ("auto", "kd_tree", "brute")
"""How neighbors can be found."""

METRICS = (*dense.METRICS, "chebyshev")
"""How vectors can be compared."""

Doubles = NDArray[np.float64]

_MOST_ELEMENTS = 15  # beyond, a tree looks at nearly all, as scikit-learn has it
_TREES = {
    "chebyshev": "chebyshev",
    "correlation": "euclidean",
    "cosine": "euclidean",
    "hellinger": "euclidean",
    "l1": "manhattan",
    "l2": "euclidean",
}
# For each metric that a k-d tree can serve, the tree's.

_ANGLES = ("correlation", "cosine", "hellinger")
_SUMS = ("chebyshev", "chi2", "l1", "l2", "relative-l1")  # similarity 1 / (1 + d)


class Nearest(NamedTuple):
    """The nearest candidates of some images.

    Attributes
    ----------
    columns : array of int, shape (n, k)
        Which candidates, the nearest first.
    distances : array of float64, shape (n, k)
        How far they are.
    """

    columns: NDArray[np.intp]
    distances: Doubles


@dataclass(frozen=True, eq=False)
class ByVectors:
    """Neighbors by vectors.

    Attributes
    ----------
    ids : tuple of str
        Of the collection.
    vectors : array, shape (n, d)
        In their order.
    metric : str
        One of `METRICS`.
    name : str
        Of what gave the vectors.
    """

    ids: tuple[str, ...]
    vectors: NDArray[Any]
    metric: str
    name: str
    at_once: ClassVar[int] = 256  # rows, of which each has a similarity to every other

    def algorithm(self, wanted: str) -> str:
        """Choose one of `ALGORITHMS`, where it is left open.

        Raises
        ------
        ValueError
            If a tree is wanted that cannot serve the metric, or vectors of zeros have
            no direction to compare.
        """
        able = self.metric in _TREES
        flat = able and self.metric in _ANGLES and not self._lengths.all()
        if wanted == "auto":
            few = self.vectors.shape[1] <= _MOST_ELEMENTS
            return "kd_tree" if able and few and not flat else "brute"
        if wanted == "kd_tree" and not able:
            raise ValueError(
                f"algorithm='kd_tree' cannot compare by {self.metric!r}, only by "
                f"{', '.join(_TREES)}; use 'brute'"
            )
        if wanted == "kd_tree" and flat:
            id_ = self.ids[int(np.flatnonzero(self._lengths == 0)[0])]
            raise ValueError(
                f"algorithm='kd_tree' by {self.metric!r} compares directions, and the "
                f"vector of {id_} has none; use 'brute'"
            )
        return wanted

    def scores(self, asked: NDArray[np.intp], candidates: NDArray[np.intp]) -> Doubles:
        """Give the similarity of some rows to others, in [0, 1]."""
        queries, stored = self.vectors[asked], self.vectors[candidates]
        if self.metric == "chebyshev":
            from scipy.spatial.distance import cdist

            found: Doubles = 1 / (1 + cdist(queries, stored, "chebyshev"))
            return found
        compared: Doubles = dense.similarities(queries, stored, self.metric)
        return compared

    def distances(self, scores: Doubles) -> Doubles:
        """Turn similarities into distances: a tree's, or 1 less the similarity."""
        if self.metric in _SUMS:
            return 1 / np.maximum(scores, 1e-300) - 1
        if self.metric in _ANGLES:
            return np.sqrt(np.maximum(2 - 2 * scores, 0))
        return 1 - scores

    def tree(
        self, asked: NDArray[np.intp] | None, candidates: NDArray[np.intp], k: int
    ) -> Nearest:
        """Give the `k` nearest candidates of some rows, by a k-d tree.

        Without `asked`, those of each candidate itself, which is never its own.
        """
        from sklearn.neighbors import NearestNeighbors

        tree = NearestNeighbors(
            n_neighbors=k, algorithm="kd_tree", metric=_TREES[self.metric]
        )
        tree.fit(self._points[candidates])
        queries = None if asked is None else self._points[asked]
        distances, columns = tree.kneighbors(queries)
        return Nearest(columns, distances)

    @cached_property
    def _points(self) -> Doubles:
        """Vectors whose distances in a tree order as the metric's similarities do."""
        if self.metric not in _ANGLES:
            return self.vectors.astype(np.float64)
        return self._arrows / self._lengths[:, None]

    @cached_property
    def _lengths(self) -> Doubles:
        lengths: Doubles = np.sqrt((self._arrows**2).sum(axis=1))
        return lengths

    @property
    def _arrows(self) -> Doubles:
        vectors = self.vectors.astype(np.float64)
        if self.metric == "hellinger":
            return np.sqrt(np.maximum(vectors, 0))
        if self.metric == "correlation":
            vectors -= vectors.mean(axis=1, keepdims=True)
        return vectors


class BySearch:
    """Neighbors by searches: each image asks the system, which ranks all others."""

    metric = None
    at_once = 16

    def __init__(self, system: Any):
        self._system = system
        self.ids = tuple(system.ids)
        self.name = name_of(system)
        self._rows = {id_: row for row, id_ in enumerate(self.ids)}

    def algorithm(self, wanted: str) -> str:
        """Give "search"; ValueError where a tree is wanted."""
        if wanted == "kd_tree":
            raise ValueError(
                f"algorithm='kd_tree' needs one vector an image, and {self.name} has "
                "something else; use 'brute', or one dense field"
            )
        return "search"

    def scores(self, asked: NDArray[np.intp], candidates: NDArray[np.intp]) -> Doubles:
        """Give the scores of some rows for others; 0 where they are not ranked."""
        found = np.empty((len(asked), len(candidates)))
        for place, row in enumerate(asked.tolist()):
            query = query_of(self._system, self.ids[row])
            ranking = self._system.search(query, len(self.ids))
            found[place] = scores_by(self._rows, ranking, self.name)[candidates]
        return found

    def distances(self, scores: Doubles) -> Doubles:
        """Turn scores into distances: 1 less the score, where these are up to 1."""
        farthest: Doubles = np.maximum(1, scores.max(axis=1, keepdims=True))
        return farthest - scores


def ranker_of(
    searched: Any,
    by: str | Sequence[str] | Any | None,
    metric: str | None,
) -> ByVectors | BySearch:
    """Give what ranks the images of an index, of a system, or by arrays.

    Raises
    ------
    TypeError, ValueError
        If it is none of them, or an argument does not belong to it.
    """
    if isinstance(searched, Index):
        searched = searched.by(by, rerank=[], mirrored=False)
    elif by is not None:
        raise ValueError("by belongs to an Index; take the system as index.by(...)")
    if isinstance(searched, tuple) and len(searched) == 2:
        return _of_arrays(*searched, metric or "l2")
    if metric is not None:
        raise ValueError(
            "metric belongs to (ids, X); a field is compared by its part's own"
        )
    if isinstance(searched, type) or not isinstance(searched, System):
        raise TypeError(
            "what classifies must be an Index, a system such as index.by('color'), or "
            f"(ids, X), got {searched!r}"
        )
    own = getattr(searched, "metric", None)
    if own in METRICS and hasattr(searched, "vectors"):
        ids, vectors = searched.vectors()
        return ByVectors(ids, vectors, str(own), name_of(searched))
    return BySearch(searched)


def _of_arrays(ids: Any, vectors: Any, metric: str) -> ByVectors:
    check_choice("metric", metric, METRICS)
    names, found = tuple(ids), np.asarray(vectors)
    if found.ndim != 2 or len(found) != len(names) or found.dtype.kind not in "fiu":
        raise ValueError(
            f"X must be numbers of shape (n, d), a row for each of {len(names):,} ids, "
            f"got shape {found.shape} and dtype {found.dtype}"
        )
    if not np.isfinite(found).all():
        raise ValueError("X must be finite, got NaN or infinite values")
    if len(set(names)) < len(names) or not all(isinstance(n, str) for n in names):
        raise ValueError("ids must be strings, each given once")
    return ByVectors(names, found, metric, "vectors")
