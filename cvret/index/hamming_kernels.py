"""The loop over pairs of codes, compiled, with the plain form that is its oracle."""

import numpy as np
from numpy.typing import NDArray

from cvret._optional import bit_count, compiled

__all__ = ["near_pairs", "near_pairs_numpy"]

_CHUNK = 64  # codes looked at together


def near_pairs_numpy(
    words: NDArray[np.uint64],
    rows: tuple[int, int],
    columns: tuple[int, int],
    radius: int,
    firsts: NDArray[np.int64],
    seconds: NDArray[np.int64],
    distances: NDArray[np.int32],
) -> int:
    """Find the pairs of codes of a tile that differ in few bits.

    Parameters
    ----------
    words : array of uint64, shape (n_words, n)
        The codes, each a column; rows must be contiguous.
    rows, columns : tuple of int
        The first and the one after the last code on each side; only pairs whose second
        one comes after the first count.
    radius : int
        Differing bits of a pair, at most.
    firsts, seconds : arrays of int64
        Changed in place: the two of each pair, by the first, then the second. As long
        as there are pairs in the tile.
    distances : array of int32
        Changed in place: the bits that differ.

    Returns
    -------
    int
        Pairs found.
    """
    n = 0
    for row in range(*rows):
        start = max(columns[0], row + 1)
        apart = np.bitwise_count(words[:, start : columns[1]] ^ words[:, row, None])
        bits = apart.sum(axis=0, dtype=np.int32)
        near = np.flatnonzero(bits <= radius)
        firsts[n : n + len(near)] = row
        seconds[n : n + len(near)] = start + near
        distances[n : n + len(near)] = bits[near]
        n += len(near)
    return n


@compiled(stand_in=near_pairs_numpy)
def near_pairs(
    words: NDArray[np.uint64],
    rows: tuple[int, int],
    columns: tuple[int, int],
    radius: int,
    firsts: NDArray[np.int64],
    seconds: NDArray[np.int64],
    distances: NDArray[np.int32],
) -> int:
    """The compiled form of `near_pairs_numpy`.

    Near pairs are few: those of a chunk that are near by their first word are counted,
    without a branch, and only where there are some the other words are looked at.
    """
    most = np.uint64(radius)
    apart = np.empty(_CHUNK, np.uint64)
    n = 0
    for row in range(rows[0], rows[1]):
        code = words[0, row]
        for start in range(max(columns[0], row + 1), columns[1], _CHUNK):
            end = min(start + _CHUNK, columns[1])
            some = words[0, start:end]
            found = np.uint64(0)
            for place in range(len(some)):
                found += np.uint64(bit_count(some[place] ^ code) <= most)
            if not found:
                continue
            for place in range(len(some)):
                apart[place] = bit_count(some[place] ^ code)
            for word in range(1, len(words)):
                other, others = words[word, row], words[word, start:end]
                for place in range(len(others)):
                    apart[place] += bit_count(others[place] ^ other)
            for place in range(len(some)):
                if apart[place] <= most:
                    firsts[n] = row
                    seconds[n] = start + place
                    distances[n] = apart[place]
                    n += 1
    return n
