"""The inverted index of aggregated features: one residual a word and image."""

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.index.aggregated_kernels import score_residuals, score_signs
from cvret.index.lookup import FoundWords, find_words, postings_of, score_rows
from cvret.index.postings import COMMON, ROWS
from cvret.records import AggregatedWords
from cvret.storage.arrays import Arrays, Layout, checked

__all__ = ["AggregatedIndex", "PackedAggregates", "layout_of"]

Alive = NDArray[np.bool_] | None
Residuals = NDArray[Any]  # of uint64 or int8

_own = threading.local()  # memory of each thread, used again


class PackedAggregates(NamedTuple):
    """What is stored of one image.

    Attributes
    ----------
    words : array of uint32, shape (n,)
        Each once, ascending.
    residuals : array of uint64, shape (n, w), or of int8, shape (n, d)
        Signs as bits, or whole numbers.
    """

    words: NDArray[np.uint32]
    residuals: Residuals


class PreparedAggregates(NamedTuple):
    """A query, with what is computed of it once for all segments.

    Attributes
    ----------
    residuals : array of uint64 or int8, shape (n, w)
        As the query has them.
    weights : array of float32, shape (n,)
        Of the words.
    whole : float
        The sum of weights of the query's nearest words: its score with itself.
    norm : float
        The root of their number.
    found : FoundWords
        Where the words are.
    """

    residuals: Residuals
    weights: NDArray[np.float32]
    whole: float
    norm: float
    found: FoundWords


def layout_of(binary: bool) -> Layout:
    """Give the layout of a segment that keeps signs, or whole numbers."""
    return {**COMMON, "residuals": ("<u8" if binary else "|i1", ("p", "w"))}


class AggregatedIndex:
    """Aggregated postings of one field, in segments of up to 65,536 images each.

    The similarity of an image ``d`` to a query ``q`` is

        sum over words of both:  w(c) * s(u)
        ------------------------------------  * sqrt(n(q) / n(d))
        sum over words c of q:  w(c)

    where ``u`` is the cosine of the two residuals, or its estimate ``1 - 2 * h / B``
    from ``h`` differing signs of ``B``; ``s(u) = u**alpha`` above the threshold,
    else 0; ``n(.)`` counts words; and ``w`` is 1, or with `idf` the square of
    ``log(1 + N / (1 + df))``. It lies in [0, 1], and is 1 for the picture itself.
    Without `idf` it is that of the paper, the sum over ``sqrt(n(q) * n(d))``. Of a
    query in several words a feature, only those that are the nearest of some feature
    count in the lower sum and in ``n(q)``.

    Parameters
    ----------
    segments : sequence of mappings
        Arrays of `cvret.index.postings.build_postings` of `PackedAggregates`.
    alpha, threshold : float
        Of ``s``; both at least 0.
    n_signs : int or None
        ``B``; None where whole numbers are stored.
    idf : bool
        Whether rare words weigh more.
    alive : sequence of (arrays of bool, shape (n,), or None), optional
        Which images of each segment are there; None for all.
    df : sequence of (arrays of uint32, shape (u,), or None), optional
        In how many of these each word occurs; None where all are there.

    References
    ----------
    Tolias, Avrithis and Jégou, "Image search with selective match kernels: aggregation
    across single and multiple images", International Journal of Computer Vision 116(3),
    2016.
    """

    def __init__(
        self,
        segments: Sequence[Arrays],
        alpha: float,
        threshold: float,
        n_signs: int | None,
        idf: bool = False,
        alive: Sequence[Alive] | None = None,
        df: Sequence[NDArray[np.uint32] | None] | None = None,
    ):
        self._segments = segments
        self._alpha, self._threshold, self._idf = alpha, threshold, idf
        self._selectivity = None
        if n_signs is not None:
            self._selectivity = _selectivity(n_signs, alpha, threshold)
        self._alive = alive or [None] * len(segments)
        self._df = df or [None] * len(segments)
        self._sizes = [len(checked(s, "norms", [], [])) for s in segments]
        self._first_rows = np.cumsum([0, *self._sizes])

    @property
    def n_images(self) -> int:
        """Images in all segments, without the removed."""
        return sum(
            size if there is None else int(there.sum())
            for size, there in zip(self._sizes, self._alive, strict=True)
        )

    @property
    def n_postings(self) -> int:
        """Residuals in all segments, those of removed images too."""
        return sum(len(checked(s, "images", [], [])) for s in self._segments)

    def prepare(self, query: AggregatedWords) -> PreparedAggregates:
        """Compute of a query what all segments need."""
        found = find_words(self._segments, self._df, query.words)
        weights = np.ones(len(query.words), np.float32)
        if self._idf:
            idf = np.log1p(self.n_images / (1.0 + found.df[found.which]))
            weights = (idf**2).astype(np.float32)
        # In float32 and in this order, as the kernels sum.
        nearest = np.append(np.float32(0), weights[query.nearest])
        whole = float(np.add.accumulate(nearest)[-1])
        norm = float(np.float32(np.sqrt(query.nearest.sum())))
        return PreparedAggregates(query.residuals, weights, whole, norm, found)

    def score_segment(
        self, query: PreparedAggregates, number: int, n: int = 0, floor: float = 0.0
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Score the images of one segment.

        Parameters
        ----------
        query : PreparedAggregates
            As `prepare` gave it.
        number : int
            Of the segment.
        n : int
            How many of the best are wanted; all are given here.
        floor : float
            Images that score less are left out, and those that score 0.

        Returns
        -------
        rows : array of int, shape (k,)
            Within the segment, ascending.
        scores : array of float64, shape (k,)
            In (0, 1].
        """
        segment, there = self._segments[number], self._alive[number]
        found = self._raw_scores(query, number)
        rows = np.flatnonzero(found > 0)
        if there is not None:
            rows = rows[there[rows]]
        norms = np.maximum(segment["norms"][rows].astype(np.float64), 1e-9)
        scores = found[rows].astype(np.float64) / query.whole * (query.norm / norms)
        np.minimum(scores, 1, out=scores)
        enough = scores >= floor
        return rows[enough], scores[enough]

    def _raw_scores(
        self, query: PreparedAggregates, number: int
    ) -> NDArray[np.float32]:
        """Give sums of weights, for each row; valid until the thread asks again."""
        segment, size = self._segments[number], self._sizes[number]
        if not hasattr(_own, "found"):
            _own.found = np.zeros(ROWS, np.float32)
        found: NDArray[np.float32] = _own.found
        found[:size] = 0
        if not len(query.weights):
            return found[:size]
        starts, ends = query.found.ranges(number)
        stored = checked(segment, "residuals", starts, ends)
        if stored.shape[1:] != query.residuals.shape[1:]:
            raise ValueError(
                f"the query's residuals must have {stored.shape[1]} columns as the "
                f"indexed ones, got {query.residuals.shape[1]}"
            )
        images = checked(segment, "images", starts, ends)
        of_query = (starts, ends, query.residuals, query.weights)
        if self._selectivity is not None:
            score_signs(*of_query, self._selectivity, images, stored, found)
        else:
            score_residuals(
                *of_query, self._alpha, self._threshold, images, stored, found
            )
        return found[:size]

    def score(self, query: AggregatedWords) -> NDArray[np.float64]:
        """Give the similarity of every image, in [0, 1].

        Removed images have rows too, and score 0.
        """
        scores = np.zeros(int(self._first_rows[-1]))
        prepared = self.prepare(query)
        for number, first in enumerate(self._first_rows[:-1]):
            rows, found = self.score_segment(prepared, number)
            scores[first + rows] = found
        return scores

    def affinities(
        self, queries: Sequence[AggregatedWords], rows: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Give the similarity of each query to some images, in [0, 1].

        Returns
        -------
        array of float64, shape (n_queries, n_rows)
            What `score` gives.
        """
        return score_rows(self, self._sizes, queries, rows)

    def stored(self, row: int) -> AggregatedWords:
        """Give what is stored of an image; rows count through all segments."""
        number = int(np.searchsorted(self._first_rows, row, side="right")) - 1
        segment = self._segments[number]
        postings, words = postings_of(segment, row - int(self._first_rows[number]))
        residuals = checked(segment, "residuals", postings, postings + 1)[postings]
        return AggregatedWords(words, residuals, np.ones(len(words), bool))


def _selectivity(n_signs: int, alpha: float, threshold: float) -> NDArray[np.float32]:
    """Give the worth of a match by how many signs differ; 0 where none can."""
    cosines = 1 - 2 * np.arange(n_signs + 1) / n_signs
    close = cosines > threshold
    worth = np.where(close, np.abs(cosines) ** alpha, 0).astype(np.float32)
    return np.append(worth, np.zeros(-n_signs % 64, np.float32))
