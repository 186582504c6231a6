"""The loops over aggregated postings, compiled, each with its plain form, its oracle.

Such a posting is what all features of one image that share a word come to: the row of
the image (16 bits), and the signs or the whole numbers of one residual.
"""

import numpy as np
from numpy.typing import NDArray

from cvret._optional import bit_count, compiled

__all__ = [
    "score_residuals",
    "score_residuals_numpy",
    "score_signs",
    "score_signs_numpy",
]


def score_signs_numpy(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    signs: NDArray[np.uint64],
    weights: NDArray[np.float32],
    selectivity: NDArray[np.float32],
    images: NDArray[np.uint16],
    stored: NDArray[np.uint64],
    scores: NDArray[np.float32],
) -> None:
    """Add to each image's score how alike its signs are, word by word.

    Parameters
    ----------
    starts, ends : arrays of int64, shape (n,)
        Postings of each word of the query; an image has one at most.
    signs : array of uint64, shape (n, w)
        Of the query's residual in each word.
    weights : array of float32, shape (n,)
        What equal signs are worth.
    selectivity : array of float32, shape (64 * w + 1,)
        Share of that by the number of differing signs.
    images : array of uint16, shape (n_postings,)
        Row of each posting's image.
    stored : array of uint64, shape (n_postings, w)
        Signs of each posting.
    scores : array of float32, shape (65536,)
        Changed in place; as long as a row can be, whatever the file says.
    """
    for start, end, own, weight in zip(starts, ends, signs, weights, strict=True):
        bits = np.bitwise_count(stored[start:end] ^ own).sum(axis=1, dtype=np.int64)
        np.add.at(scores, images[start:end], weight * selectivity[bits])


@compiled(stand_in=score_signs_numpy)
def score_signs(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    signs: NDArray[np.uint64],
    weights: NDArray[np.float32],
    selectivity: NDArray[np.float32],
    images: NDArray[np.uint16],
    stored: NDArray[np.uint64],
    scores: NDArray[np.float32],
) -> None:
    """The compiled form of `score_signs_numpy`."""
    for word in range(len(starts)):
        weight = weights[word]
        for posting in range(starts[word], ends[word]):
            bits = np.uint64(0)
            for part in range(signs.shape[1]):
                bits += bit_count(stored[posting, part] ^ signs[word, part])
            scores[images[posting]] += weight * selectivity[bits]


def score_residuals_numpy(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    residuals: NDArray[np.int8],
    weights: NDArray[np.float32],
    alpha: float,
    threshold: float,
    images: NDArray[np.uint16],
    stored: NDArray[np.int8],
    scores: NDArray[np.float32],
) -> None:
    """Add to each image's score the cosine of its residuals, word by word.

    Parameters
    ----------
    starts, ends, weights, images, scores
        As for `score_signs_numpy`.
    residuals : array of int8, shape (n, d)
        The query's residual in each word, not 0.
    alpha, threshold : float
        A cosine above the threshold counts, to this power.
    stored : array of int8, shape (n_postings, d)
        Residual of each posting.
    """
    for start, end, own, weight in zip(starts, ends, residuals, weights, strict=True):
        there = stored[start:end].astype(np.int32)
        here = own.astype(np.int32)
        squares = (there**2).sum(axis=1).astype(np.float64) * float((here**2).sum())
        # The product of whole numbers is exact, so that equal ones give exactly 1.
        cosines = there @ here / np.sqrt(np.maximum(squares, 1))
        close = cosines > threshold
        powers = (cosines[close] ** alpha).astype(np.float32)
        np.add.at(scores, images[start:end][close], weight * powers)


@compiled(stand_in=score_residuals_numpy)
def score_residuals(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    residuals: NDArray[np.int8],
    weights: NDArray[np.float32],
    alpha: float,
    threshold: float,
    images: NDArray[np.uint16],
    stored: NDArray[np.int8],
    scores: NDArray[np.float32],
) -> None:
    """The compiled form of `score_residuals_numpy`."""
    for word in range(len(starts)):
        weight = weights[word]
        own = residuals[word].astype(np.int32)
        here = np.int32(0)
        for k in range(len(own)):
            here = np.int32(here + np.int32(own[k] * own[k]))
        for posting in range(starts[word], ends[word]):
            dot, there = np.int32(0), np.int32(0)
            for k in range(len(own)):  # in int32, so that it becomes vector code
                other = np.int32(stored[posting, k])
                dot = np.int32(dot + np.int32(own[k] * other))
                there = np.int32(there + np.int32(other * other))
            squares = max(np.float64(here) * np.float64(there), 1.0)
            cosine = np.float64(dot) / np.sqrt(squares)
            if cosine > threshold:
                scores[images[posting]] += weight * np.float32(cosine**alpha)
