"""Hamming fields: a code of bits an image, compared with every other, exactly."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_jobs
from cvret.index.hamming_kernels import look_up_pairs, near_pairs
from cvret.storage.arrays import Arrays, Layout, checked

__all__ = [
    "LAYOUT",
    "HammingIndex",
    "NearPairs",
    "PreparedCode",
    "pack_codes",
    "pairs_within",
]

LAYOUT: Layout = {"bits": ("|u1", ("n", "b")), "n_bits": ("<u4", (1,))}
"""What `pack_codes` gives."""

Alive = NDArray[np.bool_] | None
Vectors = NDArray[np.float32]

_ROWS = 65536  # at a time, which keeps the intermediate arrays small
_TILE = 1024  # codes a side that a thread compares at once
_VALUES = 1 << 16  # of a chunk
_MANY = 4096  # codes from which on tables can pay
_MOST_NEAR = 3  # bits of a chunk; more make too many masks
_COST = 16  # a code looked up, in comparisons of one word after the other


def pack_codes(vectors: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Turn vectors of 0 and 1 into bytes.

    Parameters
    ----------
    vectors : array, shape (n, d)
        Above 0.5 is 1.

    Returns
    -------
    dict of arrays
        ``bits`` uint8, shape (n, ceil(d / 8)), the first bit of a byte highest; and
        ``n_bits`` uint32, shape (1,): `d`.

    Examples
    --------
    >>> pack_codes(np.float32([[1, 0, 0, 0, 0, 0, 1, 1, 1]]))["bits"].tolist()
    [[131, 128]]
    """
    packed = np.packbits(np.asarray(vectors) > 0.5, axis=1)
    return {"bits": packed, "n_bits": np.array([vectors.shape[1]], np.uint32)}


class PreparedCode(NamedTuple):
    """A query, packed once for all segments.

    Attributes
    ----------
    words : array of uint64, shape (ceil(n_bits / 64),)
        Its bits, and zeros behind them.
    n_bits : int
        How many bits count.
    """

    words: NDArray[np.uint64]
    n_bits: int


class HammingIndex:
    """The codes of one field, in segments.

    The similarity is the share of equal bits, as that of the metric "hamming" of
    `cvret.index.dense.METRICS`. All are compared; eight bytes take a step.

    Parameters
    ----------
    segments : sequence of mappings
        Each with what `pack_codes` made of its vectors.
    alive : sequence of (arrays of bool, shape (n_images,), or None), optional
        Which images of each segment are there; None for all.

    Examples
    --------
    Three codes of four bits: the second differs in one, the third in three.

    >>> codes = np.float32([[1, 1, 0, 0], [1, 1, 0, 1], [0, 1, 1, 1]])
    >>> index = HammingIndex([pack_codes(codes)])
    >>> index.score(codes[0]).tolist()
    [1.0, 0.75, 0.25]
    >>> rows, distances = index.within(codes[0], radius=1)
    >>> rows.tolist(), distances.tolist()
    ([0, 1], [0, 1])
    """

    def __init__(
        self, segments: Sequence[Arrays], alive: Sequence[Alive] | None = None
    ):
        self._segments = segments
        self._alive = alive or [None] * len(segments)
        self._sizes = [len(checked(s, "bits", [], [])) for s in segments]
        lengths = {int(segment["n_bits"][0]) for segment in segments}
        if len(lengths) > 1:
            raise ValueError(f"codes must be equally long, got {sorted(lengths)} bits")
        self._n_bits = lengths.pop() if lengths else None

    @property
    def n_images(self) -> int:
        """Images in all segments, removed ones too."""
        return sum(self._sizes)

    @property
    def n_dimensions(self) -> int | None:
        """Bits of a code; None while there is none."""
        return self._n_bits

    def prepare(self, query: Vectors) -> PreparedCode:
        """Pack a (d,) vector of 0 and 1."""
        vector = np.asarray(query)
        if self._n_bits not in (None, len(vector)):
            raise ValueError(
                f"the query's code must have {self._n_bits} bits as the indexed ones, "
                f"got {len(vector)}"
            )
        packed = np.packbits(vector > 0.5)[None]
        return PreparedCode(_as_words(packed)[0], len(vector))

    def score_segment(
        self, query: PreparedCode, number: int, n: int = 0, floor: float = 0.0
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Score the images of one segment.

        Parameters
        ----------
        query : PreparedCode
            As `prepare` gave it.
        number : int
            Of the segment.
        n : int
            How many of the best are wanted; 0 for all.
        floor : float
            Images that score less are left out, and those that score 0.

        Returns
        -------
        rows : array of int, shape (k,)
            Within the segment, ascending; with `n`, its `n` best and all that score the
            same, of those that reach `floor`.
        scores : array of float64, shape (k,)
            In (0, 1].
        """
        rows, bits = self._near(query, number, query.n_bits)
        if 0 < n < len(rows):
            counts = np.cumsum(np.bincount(bits))
            near = bits <= int(np.searchsorted(counts, n))
            rows, bits = rows[near], bits[near]
        scores = (query.n_bits - bits) / query.n_bits
        enough = (scores >= floor) & (scores > 0)
        return rows[enough], scores[enough]

    def score(self, query: Vectors) -> NDArray[np.float64]:
        """Give the similarity of every image to a (d,) vector, in [0, 1].

        Removed images have rows too, and score 0.
        """
        prepared = self.prepare(query)
        parts = [np.empty(0)]
        for number, size in enumerate(self._sizes):
            rows, found = self.score_segment(prepared, number)
            scores = np.zeros(size)
            scores[rows] = found
            parts.append(scores)
        return np.concatenate(parts)

    def within(
        self, query: Vectors, radius: int
    ) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """Look up the images whose codes differ in few bits from a (d,) vector.

        Parameters
        ----------
        query : array, shape (d,)
            0 and 1.
        radius : int
            Differing bits, at most.

        Returns
        -------
        rows : array of int, shape (k,)
            Through all segments, the nearest first, equally near ones ascending.
        distances : array of int32, shape (k,)
            Bits that differ.
        """
        radius = check_count("radius", radius, least=0)
        prepared = self.prepare(query)
        found: list[Any] = [np.empty(0, np.intp)]
        distances: list[Any] = [np.empty(0, np.int32)]
        first = 0
        for number, size in enumerate(self._sizes):
            rows, bits = self._near(prepared, number, radius)
            found.append(first + rows)
            distances.append(bits)
            first += size
        rows, bits = np.concatenate(found), np.concatenate(distances)
        order = np.argsort(bits, kind="stable")
        return rows[order], bits[order]

    def affinities(
        self, queries: Sequence[Vectors], rows: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Give the similarity of each query to some images, in [0, 1].

        Returns
        -------
        array of float64, shape (n_queries, n_rows)
            What `score` gives.
        """
        stored = np.array([self._packed(row)[0] for row in rows.tolist()], np.uint8)
        found = np.empty((len(queries), len(rows)))
        for number, query in enumerate(queries):
            prepared = self.prepare(query)
            bits = _distances(stored, prepared.words) if len(rows) else np.empty(0)
            found[number] = (prepared.n_bits - bits) / prepared.n_bits
        return found

    def stored(self, row: int) -> Vectors:
        """Give the bits of an indexed image as 0 and 1, shape (d,).

        Rows count through all segments.
        """
        bits = np.unpackbits(self._packed(row)[0], count=self._n_bits)
        return bits.astype(np.float32)

    def _packed(self, row: int) -> NDArray[np.uint8]:
        """Give the bytes of an indexed image, shape (1, b)."""
        for number, size in enumerate(self._sizes):
            if row < size:
                bits = checked(self._segments[number], "bits", [row], [row + 1])
                packed: NDArray[np.uint8] = bits[row : row + 1]
                return packed
            row -= size
        raise IndexError(row)

    def _near(
        self, query: PreparedCode, number: int, radius: int
    ) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """Give the rows of a segment that differ in few bits, and in how many."""
        bits, there = self._segments[number]["bits"], self._alive[number]
        apart = np.empty(len(bits), np.int32)
        for start in range(0, len(bits), _ROWS):
            block = bits[start : start + _ROWS]
            apart[start : start + _ROWS] = _distances(block, query.words)
        near = apart <= radius
        if there is not None:
            near &= there
        rows = np.flatnonzero(near)
        return rows, apart[rows]


class NearPairs(NamedTuple):
    """Pairs of codes that differ in few bits.

    Attributes
    ----------
    firsts, seconds : arrays of int64, shape (n,)
        The two codes of each pair, ``firsts < seconds``.
    distances : array of int32, shape (n,)
        Bits that differ.
    """

    firsts: NDArray[np.int64]
    seconds: NDArray[np.int64]
    distances: NDArray[np.int32]


def pairs_within(
    codes: NDArray[np.uint64], radius: int, n_jobs: int = -1
) -> Iterator[NearPairs]:
    """Give all pairs of codes that differ in few bits, some at a time.

    Where codes are many and spread, and the radius is small for their length, they are
    looked up by chunks of 16 bits; otherwise every code is compared with every other.
    Both are exact.

    Parameters
    ----------
    codes : array of uint64, shape (n, n_words)
        Bits; what is unused must be equal in all.
    radius : int
        Differing bits of a pair, at most.
    n_jobs : int
        Threads; as in joblib, -1 takes all cores.

    Yields
    ------
    NearPairs
        Some of the pairs, never none; in the same order whatever `n_jobs`. Few are held
        at a time, also where all codes are equal.

    Raises
    ------
    ValueError
        If codes are no array of uint64 of that shape.

    References
    ----------
    Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing",
    CVPR 2012.

    Examples
    --------
    >>> codes = np.array([[0b0001], [0b1111], [0b0011]], np.uint64)
    >>> [(p.firsts.tolist(), p.seconds.tolist()) for p in pairs_within(codes, 1)]
    [([0], [2])]
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.dtype != np.uint64 or not codes.shape[1]:
        raise ValueError(
            "codes must have shape (n, n_words) and dtype uint64, got shape "
            f"{codes.shape} and dtype {codes.dtype}; view packed bytes as uint64"
        )
    radius = check_count("radius", radius, least=0)
    check_jobs(n_jobs)
    return _streamed(np.ascontiguousarray(codes.T), radius, n_jobs)


class _Tiles:
    """All pairs by comparing every code with every other, a tile at a time."""

    def __init__(self, words: NDArray[np.uint64], radius: int):
        self._words, self._radius = words, radius

    def tasks(self) -> Iterator[tuple[int, int]]:
        """Give where each tile begins."""
        n = self._words.shape[1]
        return ((r, c) for r in range(0, n, _TILE) for c in range(r, n, _TILE))

    def work(self, row: int, column: int) -> list[NearPairs]:
        """Compare the codes of a tile."""
        n = self._words.shape[1]
        rows, columns = (row, min(row + _TILE, n)), (column, min(column + _TILE, n))
        room = _room((rows[1] - rows[0]) * (columns[1] - columns[0]))
        found = near_pairs(self._words, rows, columns, self._radius, *room)
        return [_taken(room, np.arange(found))]


class _Lookup:
    """All pairs by multi-index hashing: one chunk of 16 bits at least is near."""

    def __init__(self, words: NDArray[np.uint64], radius: int):
        self._words, self._radius = words, radius
        by_code = np.ascontiguousarray(words.T).view(np.uint16)
        self._chunks = np.ascontiguousarray(by_code.T)
        values = np.arange(_VALUES + 1)
        near = np.bitwise_count(values[:-1]) <= radius // len(self._chunks)
        self._masks = np.flatnonzero(near).astype(np.uint16)
        order = [np.argsort(chunk, kind="stable") for chunk in self._chunks]
        self._order = np.array(order, np.int32)
        self._starts = np.array(
            [
                np.searchsorted(chunk[rows], values)
                for chunk, rows in zip(self._chunks, order, strict=True)
            ],
            np.int32,
        )

    def pays(self) -> bool:
        """Whether fewer codes are looked at than by comparing all."""
        n_words, n = self._words.shape
        counts = np.diff(self._starts).astype(np.float64)
        # As if the values next to a frequent one were as frequent.
        looked_at = len(self._masks) * ((counts**2).sum() + n * len(counts))
        return bool(_COST * looked_at < n_words * n**2 / 2)

    def tasks(self) -> Iterator[tuple[int, int]]:
        """Give ranges of codes, short ones where many share a chunk."""
        n = self._words.shape[1]
        crowd = int(np.diff(self._starts).max())
        step = min(max(_TILE**2 // crowd, 16), 4 * _TILE)
        return ((row, min(row + step, n)) for row in range(0, n, step))

    def work(self, row: int, last: int) -> list[NearPairs]:
        """Look up the codes of a range."""
        tables = (self._words, self._chunks, self._order, self._starts, self._masks)
        parts = []
        room = _room(self._words.shape[1] + _TILE**2)
        while row < last:
            found, row = look_up_pairs(*tables, (row, last), self._radius, *room)
            order = np.lexsort((room[1][:found], room[0][:found]))
            parts.append(_taken(room, order))
        return parts


def _streamed(
    words: NDArray[np.uint64], radius: int, n_jobs: int
) -> Iterator[NearPairs]:
    from joblib import effective_n_jobs  # here, for a search does not need it

    way: _Tiles | _Lookup = _Tiles(words, radius)
    if words.shape[1] > _MANY and radius // (4 * len(words)) <= _MOST_NEAR:
        lookup = _Lookup(words, radius)
        way = lookup if lookup.pays() else way
    workers = effective_n_jobs(n_jobs)
    waiting: deque[Future[list[NearPairs]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for task in way.tasks():
            waiting.append(pool.submit(way.work, task[0], task[1]))
            if len(waiting) > 2 * workers:
                yield from _some(waiting.popleft().result())
        while waiting:
            yield from _some(waiting.popleft().result())


def _some(parts: list[NearPairs]) -> list[NearPairs]:
    return [part for part in parts if len(part.firsts)]


def _room(n: int) -> NearPairs:
    """Make room for some pairs; the system gives memory only where it is used."""
    return NearPairs(
        np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int32)
    )


def _taken(room: NearPairs, order: NDArray[np.intp]) -> NearPairs:
    return NearPairs(room.firsts[order], room.seconds[order], room.distances[order])


def _as_words(packed: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """View bytes, shape (n, b), as words, shape (n, ceil(b / 8)), zeros behind."""
    n, b = packed.shape
    if b % 8 or not packed.flags.c_contiguous:
        padded = np.zeros((n, -(-b // 8) * 8), np.uint8)
        padded[:, :b] = packed
        packed = padded
    words: NDArray[np.uint64] = packed.view(np.uint64)
    return words


def _distances(
    packed: NDArray[np.uint8], query: NDArray[np.uint64]
) -> NDArray[np.int32]:
    """Count the bits in which each of some codes differs from a query."""
    words = _as_words(packed)
    apart = np.zeros(len(words), np.int32)
    for number, word in enumerate(query):
        apart += np.bitwise_count(words[:, number] ^ word)
    return apart
