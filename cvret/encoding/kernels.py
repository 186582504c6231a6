"""Nearest words down a tree and signatures, compiled, each with its NumPy form.

Codes and centers are whole numbers, so small (see `cvret.encoding.clustering`) that
int32 holds every distance exactly: both forms agree to the last bit, on every machine.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled

__all__ = [
    "Level",
    "nearest_children",
    "nearest_children_numpy",
    "search_words",
    "signatures",
    "signatures_numpy",
]

Shorts = NDArray[np.int16]

_CHILDREN = 256  # centers that are compared with many codes before the next
_DISTANCES = 1 << 20  # at a time, which bounds the memory
_FAR = 2**30  # beyond every distance


class Level(NamedTuple):
    """One level of a tree of centers.

    Attributes
    ----------
    centers : array of int16, shape (n_nodes, d)
        Node by node of the level above.
    norms : array of int32, shape (n_nodes,)
        Their squared norms.
    starts : array of int32, shape (n_nodes_above + 1,)
        Where the children of each node of the level above begin; above the top level
        there is one node.
    """

    centers: Shorts
    norms: NDArray[np.int32]
    starts: NDArray[np.int32]


def search_words(
    codes: Shorts, tree: Sequence[Level], kept: Sequence[int]
) -> NDArray[np.uint32]:
    """Give the nearest words of each code, going down a tree.

    Parameters
    ----------
    codes : array of int16, shape (n, d)
        Whole numbers, at least 0.
    tree : sequence of Level
        The words are the lowest.
    kept : sequence of int
        For each level, how many nodes go on: those nearest of the children of the ones
        kept above, or all of these children where they are fewer. There must be as many
        words as are wanted.

    Returns
    -------
    array of uint32, shape (n, kept[-1])
        Words, nearest first.
    """
    nearest = np.zeros((len(codes), 1), np.uint32)
    for level, n_nearest in zip(tree, kept, strict=True):
        nearest = nearest_children(codes, nearest, *level, n_nearest)
    return nearest


def nearest_children_numpy(
    codes: Shorts,
    parents: NDArray[np.uint32],
    centers: Shorts,
    norms: NDArray[np.int32],
    starts: NDArray[np.int32],
    n_nearest: int,
) -> NDArray[np.uint32]:
    """Give the nearest centers of each code among the children of some nodes.

    Parameters
    ----------
    codes : array of int16, shape (n, d)
        Whole numbers, at least 0.
    parents : array of uint32, shape (n, p)
        The nodes whose children are searched, for each code; ``len(starts) - 1`` is
        none, and has no children.
    centers, norms, starts
        As in `Level`.
    n_nearest : int
        Centers to give.

    Returns
    -------
    array of uint32, shape (n, n_nearest)
        Nearest first; of equally near ones that of the lower number. Where there are
        fewer children, ``len(centers)``, which is none, fills the row.
    """
    probes = parents.shape[1]
    nearest = np.empty((len(codes), n_nearest), np.uint32)
    size = max(1, _DISTANCES // int(np.diff(starts).max()))
    for block in range(0, len(codes), size):
        part = codes[block : block + size].astype(np.float32)
        probed = parents[block : block + size].ravel()
        found = np.full((len(part), probes, n_nearest), np.inf)
        names = np.full((len(part), probes, n_nearest), len(centers), np.int64)
        order = np.argsort(probed, kind="stable")
        ends = np.searchsorted(probed[order], np.arange(len(starts)))
        for node in np.flatnonzero(np.diff(ends)):
            rows, probe = np.divmod(order[ends[node] : ends[node + 1]], probes)
            first, last = starts[node], starts[node + 1]
            near = _distances(part[rows], centers[first:last], norms[first:last])
            best = _smallest(near, min(n_nearest, last - first))
            found[rows, probe, : best.shape[1]] = np.take_along_axis(near, best, 1)
            names[rows, probe, : best.shape[1]] = first + best
        keys = (found * len(centers) + names).reshape(len(part), -1)
        chosen = np.argsort(keys, axis=1)[:, :n_nearest]
        nearest[block : block + size] = np.take_along_axis(
            names.reshape(len(part), -1), chosen, axis=1
        )
    return nearest


def signatures_numpy(
    codes: Shorts,
    words: NDArray[np.uint32],
    projection: Shorts,
    thresholds: NDArray[np.int32],
) -> NDArray[np.uint64]:
    """Give one bit for each projection that is above the threshold of the word.

    Parameters
    ----------
    codes : array of int16, shape (n, d)
        Whole numbers, at least 0.
    words : array of uint32, shape (n, m)
        Words of each code.
    projection : array of int16, shape (64, d)
        Directions.
    thresholds : array of int32, shape (n_words, 64)
        For each word and direction.

    Returns
    -------
    array of uint64, shape (n, m)
        Bit ``i``, counted from the lowest, belongs to direction ``i``.
    """
    projected = codes.astype(np.float32) @ projection.T.astype(np.float32)
    above = projected[:, None, :] > thresholds[words]
    packed = np.packbits(above, axis=-1, bitorder="little")
    return packed.view("<u8")[..., 0].astype(np.uint64, copy=False)


def _distances(
    codes: NDArray[np.float32], centers: Shorts, norms: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Squared distances less the code's own norm; float32 holds them exactly."""
    products = codes @ (2 * centers.T.astype(np.float32))
    distances: NDArray[np.float32] = norms.astype(np.float32) - products
    return distances


def _smallest(distances: NDArray[np.float32], n: int) -> NDArray[np.intp]:
    """Columns of the `n` smallest of each row, ascending; of equals the first."""
    width = distances.shape[1]
    keys = distances.astype(np.float64) * width + np.arange(width)
    if n == width:
        return np.argsort(keys, axis=1)
    chosen = np.argpartition(keys, n, axis=1)[:, :n]
    order = np.argsort(np.take_along_axis(keys, chosen, axis=1), axis=1)
    return np.take_along_axis(chosen, order, axis=1)


def _dot_numpy(a: Shorts, i: int, b: Shorts, j: int, d: int) -> Any:
    """Sum the products of row `i` of `a` and row `j` of `b`."""
    return np.dot(a[i, :d].astype(np.int32), b[j, :d].astype(np.int32))


@compiled(stand_in=_dot_numpy)
def _dot(a: Shorts, i: int, b: Shorts, j: int, d: int) -> Any:
    """Sum the products of two rows, kept in int32 so that it becomes vector code."""
    total = np.int32(0)
    for k in range(d):
        total = np.int32(total + np.int32(np.int32(a[i, k]) * np.int32(b[j, k])))
    return total


def _keep_nearest_numpy(*arguments: Any) -> None:
    """Stand in for `_keep_nearest`, which only compiled code calls."""
    raise RuntimeError("this function is called from compiled code alone")


@compiled(stand_in=_keep_nearest_numpy)
def _keep_nearest(
    codes: Shorts,
    row: int,
    centers: Shorts,
    norms: NDArray[np.int32],
    first: int,
    last: int,
    distances: NDArray[np.int32],
    names: NDArray[np.uint32],
) -> None:
    """Insert the distances to centers `first` to `last` into the row's sorted list."""
    d = centers.shape[1]
    end = distances.shape[1] - 1
    worst = distances[row, end]
    for name in range(first, last):
        # A constant length lets the compiler unroll; 128 is SIFT's.
        if d == 128:
            dot = _dot(codes, row, centers, name, 128)
        else:
            dot = _dot(codes, row, centers, name, d)
        distance = np.int32(norms[name] - np.int32(2 * dot))
        if distance < worst:
            place = end
            while place > 0 and distance < distances[row, place - 1]:
                distances[row, place] = distances[row, place - 1]
                names[row, place] = names[row, place - 1]
                place -= 1
            distances[row, place] = distance
            names[row, place] = name
            worst = distances[row, end]


@compiled(stand_in=nearest_children_numpy)
def nearest_children(
    codes: Shorts,
    parents: NDArray[np.uint32],
    centers: Shorts,
    norms: NDArray[np.int32],
    starts: NDArray[np.int32],
    n_nearest: int,
) -> NDArray[np.uint32]:
    """The compiled form of `nearest_children_numpy`."""
    n, probes = parents.shape
    n_parents = len(starts) - 1
    ends = np.zeros(n_parents + 2, np.int64)
    for row in range(n):
        for probe in range(probes):
            ends[parents[row, probe] + 1] += 1
    for node in range(n_parents + 1):
        ends[node + 1] += ends[node]

    # Node by node, and some children at a time, so that they stay in the cache.
    place = ends.copy()
    rows = np.empty(n * probes, np.int64)
    for row in range(n):
        for probe in range(probes):
            node = parents[row, probe]
            rows[place[node]] = row
            place[node] += 1
    distances = np.full((n, n_nearest), _FAR, np.int32)
    names = np.full((n, n_nearest), np.uint32(len(centers)))
    for node in range(n_parents):
        for first in range(starts[node], starts[node + 1], _CHILDREN):
            last = min(first + _CHILDREN, starts[node + 1])
            for i in range(ends[node], ends[node + 1]):
                _keep_nearest(
                    codes, rows[i], centers, norms, first, last, distances, names
                )
    return names


@compiled(stand_in=signatures_numpy)
def signatures(
    codes: Shorts,
    words: NDArray[np.uint32],
    projection: Shorts,
    thresholds: NDArray[np.int32],
) -> NDArray[np.uint64]:
    """The compiled form of `signatures_numpy`."""
    n, m = words.shape
    d = codes.shape[1]
    n_bits = len(projection)
    packed = np.zeros((n, m), np.uint64)
    projected = np.empty(n_bits, np.int32)
    for row in range(n):
        for bit in range(n_bits):
            if d == 128:
                projected[bit] = _dot(codes, row, projection, bit, 128)
            else:
                projected[bit] = _dot(codes, row, projection, bit, d)
        for column in range(m):
            word = words[row, column]
            signature = np.uint64(0)
            for bit in range(n_bits):
                above = np.uint64(projected[bit] > thresholds[word, bit])
                signature |= above << np.uint64(bit)
            packed[row, column] = signature
    return packed
