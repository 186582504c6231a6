"""The inverted index: visual words with signatures into scored rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.index.kernels import match_features, score_postings
from cvret.index.postings import unpack_geometry
from cvret.records import Correspondences, VisualWords

__all__ = ["InvertedIndex"]


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

    References
    ----------
    Jégou, Douze and Schmid, "On the burstiness of visual elements", CVPR 2009, and
    "Improving bag-of-features for large scale image search", International Journal of
    Computer Vision 87(3), 2010.
    """

    def __init__(
        self,
        segments: Sequence[Mapping[str, NDArray[Any]]],
        match_weights: NDArray[np.float32],
    ):
        self._segments = segments
        self._match_weights = match_weights
        self._threshold = int(np.flatnonzero(match_weights)[-1])
        self._sizes = [len(segment["norms"]) for segment in segments]
        self._first_rows = np.cumsum([0, *self._sizes])

    @property
    def n_images(self) -> int:
        """Images in all segments."""
        return int(self._first_rows[-1])

    @property
    def n_postings(self) -> int:
        """Features in all segments."""
        return sum(len(segment["images"]) for segment in self._segments)

    def document_frequencies(self, words: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Give in how many images each word occurs, of the shape of `words`."""
        total = np.zeros(words.shape, np.int64)
        for segment in self._segments:
            place, there = _look_up(segment["words"], words)
            total[there] += segment["df"][place[there]]
        return total

    def feature_weights(self, query: VisualWords) -> NDArray[np.float32]:
        """Give the share of the query's whole weight that each feature has.

        Returns
        -------
        array of float32, shape (n,)
            ``a(f) * idf(f)**2``, divided by their sum.
        """
        nearest = query.words[:, 0]
        frequencies = self.document_frequencies(nearest)
        idf = np.log1p(self.n_images / (1.0 + frequencies))
        _, which, times = np.unique(nearest, return_inverse=True, return_counts=True)
        weights = idf**2 / np.sqrt(times[which])
        total = weights.sum()
        return (weights / total if total > 0 else weights).astype(np.float32)

    def score(self, query: VisualWords) -> NDArray[np.float64]:
        """Give the similarity of every image.

        Parameters
        ----------
        query : VisualWords
            `words` and `signatures` of shape (n, m).

        Returns
        -------
        array of float64, shape (n_images,)
            In [0, 1].
        """
        scores = np.zeros(self.n_images)
        if not len(query):
            return scores
        weights = self.feature_weights(query)
        # The kernel sums in float32; so does this, in the same order, so that the
        # picture itself gets exactly 1.
        whole = np.add.accumulate(weights, dtype=np.float32)[-1]
        norm = _norm(query.words[:, 0])
        for segment, start in zip(self._segments, self._first_rows, strict=False):
            starts, ends = _ranges(segment, query.words)
            found = np.zeros(len(segment["norms"]), np.float32)
            score_postings(
                starts,
                ends,
                query.signatures,
                weights,
                self._match_weights,
                self._threshold,
                segment["images"],
                segment["signatures"],
                found,
            )
            ratio = norm / np.maximum(segment["norms"].astype(np.float64), 1e-9)
            part = found.astype(np.float64) / whole * np.sqrt(np.minimum(ratio, 1))
            scores[start : start + len(found)] = np.minimum(part, 1)
        return scores

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
        weights = self.feature_weights(query)
        found: dict[int, Correspondences] = {}
        owner = np.searchsorted(self._first_rows, rows, side="right") - 1
        for number in np.unique(owner):
            segment = self._segments[number]
            places = np.flatnonzero(owner == number)
            local = rows[places] - self._first_rows[number]
            order = np.argsort(local)
            starts, ends = _ranges(segment, query.words)
            postings, bits = match_features(
                local[order].astype(np.int64),
                self._sizes[number],
                starts,
                ends,
                query.signatures,
                self._threshold,
                segment["images"],
                segment["signatures"],
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
        segment: Mapping[str, NDArray[Any]],
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
        target = unpack_geometry(segment["geometry"][chosen], width, height)
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


def _look_up(
    present: NDArray[np.uint32], words: NDArray[np.uint32]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Give the place of each word in `present`, and whether it is there."""
    if not len(present):
        return np.zeros(words.shape, np.intp), np.zeros(words.shape, bool)
    place = np.minimum(np.searchsorted(present, words), len(present) - 1)
    return place, present[place] == words


def _ranges(
    segment: Mapping[str, NDArray[Any]], words: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give where the postings of each word begin and end; none where it is absent."""
    place, there = _look_up(segment["words"], words)
    bounds = segment["starts"]
    starts = np.zeros(words.shape, np.int64)
    ends = np.zeros(words.shape, np.int64)
    starts[there] = bounds[place[there]]
    ends[there] = bounds[place[there] + 1]
    # Whatever the file says, within the postings.
    n = len(segment["images"])
    return np.minimum(starts, n), np.minimum(ends, n)
