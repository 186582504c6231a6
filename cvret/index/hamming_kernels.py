"""The loops over pairs of codes, compiled, each with its plain form as an oracle."""

import numpy as np
from numpy.typing import NDArray

from cvret._optional import bit_count, compiled

__all__ = [
    "look_up_pairs",
    "look_up_pairs_numpy",
    "near_pairs",
    "near_pairs_numpy",
]

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


def look_up_pairs_numpy(
    words: NDArray[np.uint64],
    chunks: NDArray[np.uint16],
    order: NDArray[np.int32],
    starts: NDArray[np.int32],
    masks: NDArray[np.uint16],
    rows: tuple[int, int],
    radius: int,
    firsts: NDArray[np.int64],
    seconds: NDArray[np.int64],
    distances: NDArray[np.int32],
) -> tuple[int, int]:
    """Find the codes behind some that differ from them in few bits.

    Codes are cut into chunks of 16 bits. Two that differ in at most `radius` bits have
    a chunk in which they differ in at most ``radius // n_chunks``: the compiled form
    looks only where one of the `masks` leads to, and takes each pair at the first such
    chunk. This one compares all.

    Parameters
    ----------
    words : array of uint64, shape (n_words, n)
        The codes, each a column.
    chunks : array of uint16, shape (n_chunks, n)
        The same bits.
    order : array of int32, shape (n_chunks, n)
        The codes sorted by each chunk, equal ones ascending.
    starts : array of int32, shape (n_chunks, 65537)
        Where in `order` each value of a chunk begins.
    masks : array of uint16, shape (n_masks,)
        All that have at most ``radius // n_chunks`` bits set.
    rows : tuple of int
        The first code asked for, and the one after the last.
    radius : int
        Differing bits of a pair, at most.
    firsts, seconds, distances : arrays
        Changed in place, as by `near_pairs`; at least `n` long. In any order.

    Returns
    -------
    n_found, row : int
        Pairs found, and the first code that was not asked for, as there was no room.
    """
    n = 0
    for row in range(*rows):
        if len(firsts) - n < words.shape[1]:
            return n, row
        n += near_pairs_numpy(
            words,
            (row, row + 1),
            (row + 1, words.shape[1]),
            radius,
            firsts[n:],
            seconds[n:],
            distances[n:],
        )
    return n, rows[1]


@compiled(stand_in=look_up_pairs_numpy)
def look_up_pairs(
    words: NDArray[np.uint64],
    chunks: NDArray[np.uint16],
    order: NDArray[np.int32],
    starts: NDArray[np.int32],
    masks: NDArray[np.uint16],
    rows: tuple[int, int],
    radius: int,
    firsts: NDArray[np.int64],
    seconds: NDArray[np.int64],
    distances: NDArray[np.int32],
) -> tuple[int, int]:
    """The compiled form of `look_up_pairs_numpy`."""
    n_words, n_codes = words.shape
    most, near = np.uint64(radius), np.uint64(radius // len(chunks))
    n = 0
    for row in range(rows[0], rows[1]):
        if len(firsts) - n < n_codes:
            return n, row
        for chunk in range(len(chunks)):
            value = chunks[chunk, row]
            for mask in masks:
                key = np.uint64(value ^ mask)
                for place in range(starts[chunk, key], starts[chunk, key + 1]):
                    other = order[chunk, place]
                    if other <= row:
                        continue
                    bits = np.uint64(0)
                    for word in range(n_words):
                        bits += bit_count(words[word, row] ^ words[word, other])
                    if bits > most:
                        continue
                    before = False
                    for earlier in range(chunk):
                        apart = chunks[earlier, row] ^ chunks[earlier, other]
                        before |= bit_count(np.uint64(apart)) <= near
                    if not before:
                        firsts[n] = row
                        seconds[n] = other
                        distances[n] = bits
                        n += 1
    return n, rows[1]
