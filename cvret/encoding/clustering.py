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
    "tree_k_means",
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


def tree_k_means(
    codes: Codes,
    n_words: int,
    levels: int,
    rng: np.random.Generator,
    n_iterations: int = 10,
) -> tuple[list[Codes], list[NDArray[np.int32]]]:
    """K-means of nodes, then K-means of nodes within each node, down to the words.

    Each level has about as many times more nodes than the one above it. With two levels
    16,384 words take a thirtieth of the time of one level, at the same error; and they
    are searched node by node.

    Parameters
    ----------
    codes : array of float32, shape (n, d)
        Whole numbers, 0 to `highest_code`.
    n_words : int
        Words wanted, on the lowest level.
    levels : int
        1 for K-means of all words at once.
    rng : numpy.random.Generator
        Chooses the starts.
    n_iterations : int
        Rounds of K-means, in each node.

    Returns
    -------
    centers : list of arrays of float32, shape (n_nodes, d)
        Of each level, the top one first; the last are the at most `n_words` words.
    starts : list of arrays of int32, shape (n_nodes_above + 1,)
        For each level: the children of node ``i`` of the level above it are
        ``centers[starts[i]:starts[i + 1]]``. Above the top level there is one node.

    References
    ----------
    Nistér and Stewénius, "Scalable recognition with a vocabulary tree", CVPR 2006.
    """
    parents, sizes = np.zeros(len(codes), np.intp), np.array([len(codes)])
    centers, starts = [], []
    for level in range(1, levels + 1):
        children, labels, n_before = [], np.empty_like(parents), [0]
        rows = np.argsort(parents, kind="stable")
        shares = _share_out(_root(n_words**level, levels), sizes)
        ends = np.cumsum(sizes)
        for end, size, n in zip(ends, sizes, shares, strict=True):
            own = rows[end - size : end]
            found, nearest_of = k_means(codes[own], int(n), rng, n_iterations)
            labels[own] = n_before[-1] + nearest_of
            children.append(found)
            n_before.append(n_before[-1] + len(found))
        centers.append(np.concatenate(children))
        starts.append(np.array(n_before, np.int32))
        parents, sizes = labels, np.bincount(labels)
    return centers, starts


def _root(value: int, degree: int) -> int:
    """Give the largest whole number whose power of `degree` is at most `value`."""
    root = int(round(value ** (1 / degree)))
    while root**degree > value:
        root -= 1
    while (root + 1) ** degree <= value:
        root += 1
    return root


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
