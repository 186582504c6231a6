"""The inverted index: visual words with signatures into scored rows."""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.index.geometry import unpack_geometry
from cvret.index.kernels import (
    SIGNATURE_BITS,
    match_features,
    score_postings,
    score_words,
)
from cvret.index.lookup import FoundWords, find_words, postings_of, score_rows
from cvret.index.postings import ROWS
from cvret.records import Correspondences, VisualWords
from cvret.storage.arrays import Arrays, checked

__all__ = ["InvertedIndex", "PreparedWords"]

Alive = NDArray[np.bool_] | None

_own = threading.local()  # memory of each thread, used again


class PreparedWords(NamedTuple):
    """A query, with what is computed of it once for all segments.

    Attributes
    ----------
    words, signatures : arrays of shape (n, m)
        As the query has them, without the features that are skipped.
    weights : array of float32, shape (n,)
        Shares of the query's whole weight.
    whole : float
        The score of the query with itself.
    norm : float
        Of the counts of its words.
    found : FoundWords
        Where the words are.
    """

    words: NDArray[np.uint32]
    signatures: NDArray[np.uint64]
    weights: NDArray[np.float32]
    whole: float
    norm: float
    found: FoundWords


class InvertedIndex:
    """Postings of one field, in segments of up to 65,536 images each.

    The similarity of an image ``d`` to a query ``q`` is

        sum over features f of q:  a(f) * idf(f)**2 * max over matches in d of w(h)
        -------------------------------------------------------------------------
        sum over features f of q:  a(f) * idf(f)**2

    times ``min(1, |q| / |d|) ** 0.5``, where ``w(h)`` weighs a match of ``h`` differing
    bits, ``idf = log(1 + N / (1 + df))`` of the feature's nearest word, ``a(f)`` is one
    over the square root of how many features of the query fall into that word, and
    ``|.|`` is the norm of the counts of words. It lies in [0, 1], and is 1 for the
    picture itself.

    Parameters
    ----------
    segments : sequence of mappings
        The arrays of `cvret.index.postings.build_postings`, one mapping a segment.
    match_weights : array of float32, shape (65,)
        ``w``; the last that is not 0 is the threshold.
    alive : sequence of (arrays of bool, shape (n,), or None), optional
        Which images of each segment are there; None for all.
    df : sequence of (arrays of uint32, shape (u,), or None), optional
        In how many of these each word occurs; None where all are there.
    skipped_energy : float
        Share of a query's weight that may be skipped in its commonest words, which
        are the most work; the rest then counts as the whole.

    References
    ----------
    Jégou, Douze and Schmid, "On the burstiness of visual elements", CVPR 2009, and
    "Improving bag-of-features for large scale image search", International Journal of
    Computer Vision 87(3), 2010.
    """

    def __init__(
        self,
        segments: Sequence[Arrays],
        match_weights: NDArray[np.float32],
        alive: Sequence[Alive] | None = None,
        df: Sequence[NDArray[np.uint32] | None] | None = None,
        skipped_energy: float = 0.0,
    ):
        self._segments = segments
        self._match_weights = match_weights
        self._threshold = int(np.flatnonzero(match_weights)[-1])
        self._skipped_energy = skipped_energy
        self._alive = alive or [None] * len(segments)
        self._df = df or [None] * len(segments)
        self._sizes = [len(checked(s, "norms", [], [])) for s in segments]
        self._first_rows = np.cumsum([0, *self._sizes])
        self._n_alive = sum(
            size if there is None else int(there.sum())
            for size, there in zip(self._sizes, self._alive, strict=True)
        )

    @property
    def n_images(self) -> int:
        """Images in all segments, without the removed."""
        return self._n_alive

    @property
    def n_postings(self) -> int:
        """Features in all segments, those of removed images too."""
        return sum(len(checked(s, "images", [], [])) for s in self._segments)

    def document_frequencies(self, words: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Give in how many images each word occurs, of the shape of `words`."""
        found = self._find(words)
        return found.df[found.which]

    def feature_weights(self, query: VisualWords) -> NDArray[np.float32]:
        """Give the share of the query's whole weight that each feature has.

        Returns
        -------
        array of float32, shape (n,)
            ``a(f) * idf(f)**2``, divided by their sum.
        """
        return self._weights(self._find(query.words[:, :1]))

    def prepare(self, query: VisualWords) -> PreparedWords:
        """Compute of a query what all segments need.

        Parameters
        ----------
        query : VisualWords
            `words` and `signatures` of shape (n, m).
        """
        found = self._find(query.words)
        weights = self._weights(found)
        words, signatures = query.words, query.signatures
        if self._skipped_energy > 0:
            kept = self._worth_their_work(found, weights)
            words, signatures, weights = words[kept], signatures[kept], weights[kept]
            found = found._replace(which=found.which[kept])
        if self._plain(words):
            # Signatures are not looked at: a word is looked up once.
            different, first = np.unique(found.which, return_index=True)
            words, signatures = words[first], signatures[first]
            summed = np.bincount(found.which[:, 0], weights)
            weights = summed[different].astype(np.float32)
            found = found._replace(which=different[:, None])
        # The kernel sums in float32; so does this, in the same order, so that the
        # picture itself gets exactly 1.
        whole = float(np.add.accumulate(np.append(np.float32(0), weights))[-1])
        norm = _norm(query.words[:, 0])
        return PreparedWords(words, signatures, weights, whole, norm, found)

    def _find(self, words: NDArray[np.uint32]) -> FoundWords:
        """Look words of shape (n, m) up in every segment."""
        return find_words(self._segments, self._df, words)

    def _weights(self, found: FoundWords) -> NDArray[np.float32]:
        """Give the share of the whole weight that each feature has."""
        nearest = found.which[:, 0]
        idf = np.log1p(self.n_images / (1.0 + found.df[nearest]))
        times = np.bincount(nearest, minlength=1)
        weights = idf**2 / np.sqrt(times[nearest])
        total = weights.sum()
        return (weights / total if total > 0 else weights).astype(np.float32)

    def _worth_their_work(
        self, found: FoundWords, weights: NDArray[np.float32]
    ) -> NDArray[np.bool_]:
        """Tell which features stay when the commonest words are skipped."""
        work = found.df[found.which].sum(axis=1)
        order = np.argsort(-work, kind="stable")
        lost = np.cumsum(weights[order], dtype=np.float64)
        kept = np.ones(len(weights), bool)
        kept[order[lost <= self._skipped_energy]] = False
        return kept

    def score_segment(
        self, query: PreparedWords, number: int, n: int = 0, floor: float = 0.0
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Score the images of one segment.

        Parameters
        ----------
        query : PreparedWords
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
        # A score is at most what was found over the whole; the 1e-6 is for rounding.
        least = np.float32(floor * query.whole * (1 - 1e-6))
        rows = np.flatnonzero(found >= max(least, np.finfo(np.float32).tiny))
        if there is not None:
            rows = rows[there[rows]]
        norms = segment["norms"][rows].astype(np.float64)
        ratio = np.minimum(query.norm / np.maximum(norms, 1e-9), 1)
        scores = found[rows].astype(np.float64) / query.whole * np.sqrt(ratio)
        np.minimum(scores, 1, out=scores)
        enough = scores >= floor
        return rows[enough], scores[enough]

    def _plain(self, words: NDArray[np.uint32]) -> bool:
        """Whether sharing a word is all that counts, and each feature has one."""
        return self._threshold == SIGNATURE_BITS and words.shape[1] == 1

    def _raw_scores(self, query: PreparedWords, number: int) -> NDArray[np.float32]:
        """Give sums of weights, for each row; valid until the thread asks again."""
        segment, size = self._segments[number], self._sizes[number]
        # As long as a row can be, so that whatever a file says stays within it.
        if not hasattr(_own, "found"):
            _own.found = np.zeros(ROWS, np.float32)
        found: NDArray[np.float32] = _own.found
        found[:size] = 0
        if not len(query.weights):
            return found[:size]
        starts, ends = query.found.ranges(number)
        images = checked(segment, "images", starts.ravel(), ends.ravel())
        if self._plain(query.words):
            score_words(starts[:, 0], ends[:, 0], query.weights, images, found)
        else:
            score_postings(
                starts,
                ends,
                query.signatures,
                query.weights,
                self._match_weights,
                self._threshold,
                images,
                checked(segment, "signatures", starts.ravel(), ends.ravel()),
                found,
            )
        return found[:size]

    def score(self, query: VisualWords) -> NDArray[np.float64]:
        """Give the similarity of every image.

        Parameters
        ----------
        query : VisualWords
            `words` and `signatures` of shape (n, m).

        Returns
        -------
        array of float64, shape (n_rows,)
            In [0, 1]; removed images have rows too, and score 0.
        """
        scores = np.zeros(int(self._first_rows[-1]))
        prepared = self.prepare(query)
        for number, first in enumerate(self._first_rows[:-1]):
            rows, found = self.score_segment(prepared, number)
            scores[first + rows] = found
        return scores

    def affinities(
        self, queries: Sequence[VisualWords], rows: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Give the similarity of each query to some images, in [0, 1].

        Returns
        -------
        array of float64, shape (n_queries, n_rows)
            What `score` gives.
        """
        return score_rows(self, self._sizes, queries, rows)

    def stored(self, row: int, size: tuple[int, int]) -> VisualWords:
        """Give the words of an indexed image back, as a query of shape (n, 1).

        Parameters
        ----------
        row : int
            Counted through all segments.
        size : tuple of int
            The image's width and height, in pixels.
        """
        number = int(np.searchsorted(self._first_rows, row, side="right")) - 1
        segment = self._segments[number]
        postings, words = postings_of(segment, row - int(self._first_rows[number]))
        ends = postings + 1
        signatures = checked(segment, "signatures", postings, ends)[postings]
        geometry = checked(segment, "geometry", postings, ends)[postings]
        return VisualWords(
            words[:, None],
            signatures[:, None],
            unpack_geometry(geometry, *size),
            *size,
        )

    def matches(
        self,
        query: VisualWords,
        rows: NDArray[np.int64],
        sizes: NDArray[np.int64],
    ) -> list[Correspondences]:
        """Give the best match of each feature of the query in each image.

        Parameters
        ----------
        query : VisualWords
            `words` and `signatures` of shape (n, m).
        rows : array of int64, shape (c,)
            Images, in any order.
        sizes : array of int64, shape (c, 2)
            Their widths and heights, in pixels.

        Returns
        -------
        list of Correspondences
            One for each of `rows`, in their order.
        """
        looked_up = self._find(query.words)
        weights = self._weights(looked_up)
        found: dict[int, Correspondences] = {}
        owner = np.searchsorted(self._first_rows, rows, side="right") - 1
        for number in np.unique(owner):
            segment = self._segments[number]
            places = np.flatnonzero(owner == number)
            local = rows[places] - self._first_rows[number]
            order = np.argsort(local)
            starts, ends = looked_up.ranges(number)
            flat = starts.ravel(), ends.ravel()
            postings, bits = match_features(
                local[order].astype(np.int64),
                self._sizes[number],
                starts,
                ends,
                query.signatures,
                self._threshold,
                checked(segment, "images", *flat),
                checked(segment, "signatures", *flat),
            )
            shared = self._correspondences(
                query, weights, segment, postings, bits, sizes[places[order]]
            )
            found |= dict(zip(places[order].tolist(), shared, strict=True))
        return [found[place] for place in range(len(rows))]

    def _correspondences(
        self,
        query: VisualWords,
        weights: NDArray[np.float32],
        segment: Arrays,
        postings: NDArray[np.int64],
        bits: NDArray[np.uint8],
        sizes: NDArray[np.int64],
    ) -> list[Correspondences]:
        """Look up, for all images at once, what their matches are, and cut it up."""
        image, feature = np.nonzero(postings >= 0)
        chosen = postings[image, feature]
        features = feature.astype(np.int32)
        # Of the dtype of `starts`, or NumPy would convert that whole array.
        place = np.searchsorted(
            segment["starts"], chosen.astype(np.uint32), side="right"
        )
        words = segment["words"][place - 1]
        shares = weights.astype(np.float64) / weights.sum(dtype=np.float64)
        similarities = self._match_weights[bits[image, feature]]
        source = query.keypoints[features]
        width, height = sizes[image, 0], sizes[image, 1]
        geometry = checked(segment, "geometry", chosen, chosen + 1)
        target = unpack_geometry(geometry[chosen], width, height)
        ends = np.cumsum(np.bincount(image, minlength=len(postings))).tolist()
        return [
            Correspondences(
                features=features[start:end],
                words=words[start:end],
                source=source[start:end],
                target=target[start:end],
                targets=chosen[start:end],
                similarities=similarities[start:end],
                weights=shares[features[start:end]],
                width=int(size[0]),
                height=int(size[1]),
            )
            for start, end, size in zip([0, *ends[:-1]], ends, sizes, strict=True)
        ]


def _norm(words: NDArray[np.uint32]) -> float:
    _, counts = np.unique(words, return_counts=True)
    return float(np.float32(np.sqrt((counts.astype(np.float64) ** 2).sum())))
