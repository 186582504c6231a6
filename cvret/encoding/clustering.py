"""K-means on whole numbers: exact, so the same on every machine.

Vectors are codes: whole numbers from 0 to 255 kept as float32. As long as
``d * top**2 < 2**23`` every product, sum and distance below is a whole number that
float32 holds exactly, so neither the order of summation, nor the threads of BLAS, nor
fused multiply-adds can change a bit.
"""

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "highest_code",
    "k_means",
    "learn_scaling",
    "nearest",
    "to_codes",
    "two_level_k_means",
]

Codes = NDArray[np.float32]

_BLOCK = 16384  # rows at a time, which bounds the memory of a distance matrix


def highest_code(d: int) -> int:
    """Give the largest code with which distances in `d` dimensions stay exact.

    Examples
    --------
    >>> highest_code(128), highest_code(1000)
    (255, 91)
    """
    return min(255, isqrt((2**23 - 1) // d))


def learn_scaling(descriptors: NDArray[Any]) -> NDArray[np.float64]:
    """Give the offset and the factor that spread descriptors over the codes."""
    low, high = float(descriptors.min()), float(descriptors.max())
    top = highest_code(descriptors.shape[1])
    return np.array([low, top / (high - low) if high > low else 1.0])


def to_codes(descriptors: NDArray[Any], scaling: NDArray[np.float64]) -> Codes:
    """Round descriptors of shape (n, d) to codes, by an offset and a factor.

    Examples
    --------
    >>> to_codes(np.float32([[0.5, 1, 9]]), np.array([0.5, 10])).tolist()
    [[0.0, 5.0, 85.0]]
    """
    offset, factor = scaling
    scaled = np.rint((descriptors - np.float32(offset)) * np.float32(factor))
    top = highest_code(descriptors.shape[1])
    codes: Codes = np.clip(scaled, 0, top).astype(np.float32, copy=False)
    return codes


def nearest(codes: Codes, centers: Codes) -> NDArray[np.intp]:
    """Give the row of the nearest center of each code; of equals the first."""
    labels = np.empty(len(codes), np.intp)
    half_norms = (centers * centers).sum(axis=1)
    doubled = np.ascontiguousarray(2 * centers.T)
    for start in range(0, len(codes), _BLOCK):
        part = slice(start, start + _BLOCK)
        labels[part] = np.argmin(half_norms - codes[part] @ doubled, axis=1)
    return labels


def k_means(
    codes: Codes, k: int, rng: np.random.Generator, n_iterations: int = 10
) -> tuple[Codes, NDArray[np.intp]]:
    """Lloyd's K-means with random starts and whole-numbered centers.

    A center that loses all its points starts again from a random point. Rounding a
    center moves it by at most half a code, far less than the cells are wide; for
    bits (codes 0 and 1) it is the majority, so this is K-majority.

    Parameters
    ----------
    codes : array of float32, shape (n, d)
        Whole numbers, 0 to `highest_code`.
    k : int
        Centers wanted.
    rng : numpy.random.Generator
        Chooses the starts.
    n_iterations : int
        Rounds of assignment and update.

    Returns
    -------
    centers : array of float32, shape (at most k, d)
        Centers that have points; fewer than `k` where points coincide.
    labels : array of int, shape (n,)
        The center of each point.

    References
    ----------
    Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information
    Theory 28(2), 1982. Grana et al., "A fast approach for integrating ORB descriptors
    in the bag of words model", SPIE 8667, 2013 (K-majority).
    """
    centers = codes[np.sort(rng.permutation(len(codes))[:k])].copy()
    for _ in range(n_iterations):
        labels = nearest(codes, centers)
        sums, counts = _sum_by_label(codes, labels, len(centers))
        empty = counts == 0
        centers = np.rint(sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
        if empty.any():
            centers[empty] = codes[rng.integers(0, len(codes), int(empty.sum()))]
    centers = np.unique(centers, axis=0)
    labels = nearest(codes, centers)
    used, labels = np.unique(labels, return_inverse=True)
    return centers[used], labels


def two_level_k_means(
    codes: Codes, n_words: int, rng: np.random.Generator, n_iterations: int = 10
) -> tuple[Codes, Codes, NDArray[np.int32]]:
    """K-means of cells, then K-means of words within each cell.

    For 16,384 words it takes a thirtieth of the time of flat K-means, at the same
    error; and it is searched cell by cell.

    Returns
    -------
    cells : array of float32, shape (n_cells, d)
        Centers of the first level, about the square root of `n_words`.
    words : array of float32, shape (at most n_words, d)
        Centers of the second level, cell by cell.
    starts : array of int32, shape (n_cells + 1,)
        Words of cell ``i`` are ``words[starts[i]:starts[i + 1]]``.

    References
    ----------
    Nistér and Stewénius, "Scalable recognition with a vocabulary tree", CVPR 2006.
    """
    cells, labels = k_means(codes, max(1, isqrt(n_words)), rng, n_iterations)
    sizes = np.bincount(labels, minlength=len(cells))
    words = []
    for cell, n in enumerate(_share_out(n_words, sizes)):
        words.append(k_means(codes[labels == cell], int(n), rng, n_iterations)[0])
    starts = np.cumsum([0, *map(len, words)]).astype(np.int32)
    return cells, np.concatenate(words), starts


def _share_out(total: int, sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give each cell an equal number of words, but never more than its points."""
    shares = np.zeros(len(sizes), np.intp)
    left = total
    while left > 0 and (room := np.flatnonzero(shares < sizes)).size:
        each, more = divmod(left, len(room))
        wanted = np.full(len(room), each)
        wanted[:more] += 1
        given = np.minimum(wanted, sizes[room] - shares[room])
        shares[room] += given
        left -= int(given.sum())
    return shares


def _sum_by_label(
    codes: Codes, labels: NDArray[np.intp], k: int
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Sum the codes of each label, in float64, which is exact."""
    sums = np.zeros((k, codes.shape[1]))
    for start in range(0, len(codes), _BLOCK):
        part = labels[start : start + _BLOCK]
        order = np.argsort(part, kind="stable")
        present, first = np.unique(part[order], return_index=True)
        ordered = codes[start : start + _BLOCK][order]
        sums[present] += np.add.reduceat(ordered, first, axis=0, dtype=np.float64)
    return sums, np.bincount(labels, minlength=k)
