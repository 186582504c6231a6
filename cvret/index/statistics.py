"""How visual words are spread over images: counts, imbalance, stop words."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.index.postings import df_without
from cvret.storage.arrays import Arrays

__all__ = ["WordCounts", "count_words", "imbalance_factor"]


class WordCounts(NamedTuple):
    """How often each word occurs, and how many features each image has.

    Attributes
    ----------
    postings : array of int64, shape (n_words,)
        Features in each word.
    images : array of int64, shape (n_words,)
        Images in which each word occurs.
    features : array of int64, shape (n_images,)
        Features of each image.
    """

    postings: NDArray[np.int64]
    images: NDArray[np.int64]
    features: NDArray[np.int64]


def count_words(
    segments: Sequence[Arrays],
    alive: Sequence[NDArray[np.bool_] | None],
    n_words: int,
) -> WordCounts:
    """Count the words of all segments; every posting is read once.

    Parameters
    ----------
    segments : sequence of mappings
        The arrays of `cvret.index.postings.build_postings`, one mapping a segment.
    alive : sequence of (arrays of bool, shape (n,), or None)
        Which images of each segment are there; None for all.
    n_words : int
        Words of the vocabulary.
    """
    postings, images = np.zeros(n_words, np.int64), np.zeros(n_words, np.int64)
    features = [np.empty(0, np.int64)]
    for segment, there in zip(segments, alive, strict=True):
        words, rows = segment["words"], segment["images"]
        starts = segment["starts"].astype(np.int64)
        df, counts = segment["df"], starts[1:] - starts[:-1]
        of_each = np.bincount(rows, minlength=len(segment["norms"]))
        if there is not None:
            before = np.concatenate([[0], np.cumsum(there[rows])])
            counts = before[starts[1:]] - before[starts[:-1]]
            df = df_without(segment, ~there)
            of_each = of_each[there]
        postings[words] += counts
        images[words] += df
        features.append(of_each)
    return WordCounts(postings, images, np.concatenate(features))


def imbalance_factor(postings: NDArray[np.int64]) -> float | None:
    """Give how many times more postings a query reads than if words were equal.

    With ``p`` the shares of the ``k`` words it is ``k * sum(p**2)``: 1 where all words
    are equally frequent, `k` where all features share one; None without features.

    References
    ----------
    Jégou, Douze and Schmid, "Improving bag-of-features for large scale image search",
    International Journal of Computer Vision 87(3), 2010.

    Examples
    --------
    >>> imbalance_factor(np.array([5, 5])), imbalance_factor(np.array([10, 0]))
    (1.0, 2.0)
    """
    total = postings.sum()
    if not total:
        return None
    shares = postings / total
    return float(len(postings) * (shares**2).sum())
