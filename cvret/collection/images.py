"""What an index knows of its images beside their fields: ids, sizes, hashes."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import accumulate, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.storage.arrays import Arrays, Layout, checked

__all__ = [
    "LAYOUT",
    "Alive",
    "ImageTable",
    "check_ids",
    "check_present",
    "encoded",
    "image_arrays",
    "living_rows",
    "merge_images",
]

Alive = NDArray[np.bool_] | None

_MANY = 64  # one in so many ids of a segment asked for, and all are read at once

LAYOUT: Layout = {
    "names": ("|u1", ("bytes",)),
    "ends": ("<u4", ("n",)),
    "order": ("<u2", ("n",)),
    "keys": ("<u8", ("n",)),
    "key_rows": ("<u2", ("n",)),
    "sizes": ("<u4", ("n", 2)),
    "hashes": ("|u1", ("n", 16)),
    "roots": ("<u2", ("n",)),
}
"""What `image_arrays` gives for ``n`` images."""


def image_arrays(
    ids: Sequence[str],
    sizes: NDArray[np.uint32],
    hashes: NDArray[np.uint8],
    roots: NDArray[np.uint16],
) -> dict[str, NDArray[Any]]:
    """Turn what is known of the images of a segment into arrays.

    Parameters
    ----------
    ids : sequence of str
        Of up to 65,536 images.
    sizes : array of uint32, shape (n, 2)
        Width and height.
    hashes : array of uint8, shape (n, 16)
        BLAKE2b of the files.
    roots : array of uint16, shape (n,)
        Which folder each came from.

    Returns
    -------
    dict of arrays
        These, and ``names`` uint8, all ids one after the other in UTF-8; ``ends``
        uint32, where each ends; ``order`` uint16, the rows by id; ``keys`` uint64, the
        hashes of ids, ascending, and ``key_rows`` uint16, whose they are.
    """
    names = [encoded(id_) for id_ in ids]
    keys = _keys(ids)
    by_key = np.argsort(keys, kind="stable")
    return {
        "names": np.frombuffer(b"".join(names), np.uint8),
        "ends": np.cumsum([len(name) for name in names], dtype=np.uint32),
        "order": np.array(sorted(range(len(ids)), key=ids.__getitem__), np.uint16),
        "keys": keys[by_key],
        "key_rows": by_key.astype(np.uint16),
        "sizes": np.asarray(sizes, np.uint32),
        "hashes": np.asarray(hashes, np.uint8),
        "roots": np.asarray(roots, np.uint16),
    }


def merge_images(
    segments: Sequence[Arrays], kept: Sequence[NDArray[np.intp]]
) -> dict[str, NDArray[Any]]:
    """Give the arrays of one segment with the kept rows of some, in their order."""
    table = ImageTable(segments, [None] * len(segments))
    ids = [id_ for n, rows in enumerate(kept) for id_ in table.ids_of(n, rows)]
    joined = {
        name: np.concatenate(
            [segment[name][rows] for segment, rows in zip(segments, kept, strict=True)]
        )
        for name in ("sizes", "hashes", "roots")
    }
    return image_arrays(ids, **joined)


def encoded(id_: str) -> bytes:
    """Give an id as it is stored: UTF-8, and bytes of file names that are not."""
    try:
        return id_.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair: no file of a Unix system
        return id_.encode("utf-8", "surrogatepass")


class ImageTable:
    """The images of all segments, by row; ids are decoded when asked for.

    Rows are counted through all segments, removed images included: a row stays what it
    is until its segment is merged. `len` and iteration leave the removed out.

    Parameters
    ----------
    segments : sequence of mappings
        The arrays of `image_arrays`, one mapping a segment.
    alive : sequence of (arrays of bool, shape (n,), or None)
        Which images of each segment are there; None for all.
    """

    def __init__(self, segments: Sequence[Arrays], alive: Sequence[Alive]):
        self._segments = segments
        self.alive = alive
        self.sizes = [len(checked(segment, "ends", [], [])) for segment in segments]
        self.first_rows = [0, *accumulate(self.sizes)]
        self._n_alive = sum(
            size if there is None else int(there.sum())
            for size, there in zip(self.sizes, alive, strict=True)
        )

    def __len__(self) -> int:
        return self._n_alive

    def __iter__(self) -> Iterator[str]:
        """Give the ids in order of rows."""
        for number, size in enumerate(self.sizes):
            yield from self.ids_of(number, living_rows(self.alive[number], size))

    def ids_of(self, number: int, rows: NDArray[Any]) -> Iterator[str]:
        """Give the ids of rows within a segment."""
        segment = self._segments[number]
        names, ends = segment["names"].tobytes(), segment["ends"]
        starts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
        for start, end in zip(starts[rows].tolist(), ends[rows].tolist(), strict=True):
            yield _decoded(names[start:end])

    def id_at(self, row: int) -> str:
        """Give the id of a row."""
        segment, local = self._locate(row)
        ends = segment["ends"]
        start = int(ends[local - 1]) if local else 0
        end = int(ends[local])
        return _decoded(checked(segment, "names", [start], [end])[start:end].tobytes())

    def ids_at(self, rows: NDArray[np.intp]) -> list[str]:
        """Give the ids of rows, in their order; many of a segment at once."""
        found = [""] * len(rows)
        numbers = np.searchsorted(self.first_rows, rows, side="right") - 1
        for number in np.unique(numbers).tolist():
            places = np.flatnonzero(numbers == number)
            if len(places) * _MANY < self.sizes[number]:
                ids: Iterable[str] = map(self.id_at, rows[places].tolist())
            else:
                ids = self.ids_of(number, rows[places] - self.first_rows[number])
            for place, id_ in zip(places.tolist(), ids, strict=True):
                found[place] = id_
        return found

    def row_of(self, id_: str) -> int:
        """Give the row of an id.

        Raises
        ------
        KeyError
            If it is not in the index.
        """
        row = int(self.rows_of([id_])[0])
        if row < 0:
            raise KeyError(f"no image {id_!r} is in the index")
        return row

    def rows_of(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Give the row of each id, -1 where it is not in the index."""
        found = np.full(len(ids), -1, np.int64)
        wanted = _keys(ids)
        # Ascending, for then each search begins where the last one ended.
        order = np.argsort(wanted)
        wanted = wanted[order]
        for number, segment in enumerate(self._segments):
            keys, rows = segment["keys"], segment["key_rows"]
            there = self.alive[number]
            if not len(keys):
                continue
            places = np.searchsorted(keys, wanted)
            hits = keys[np.minimum(places, len(keys) - 1)] == wanted
            for which in np.flatnonzero(hits).tolist():
                # Two ids with one key are one in 10**19, but are told apart.
                for place in range(int(places[which]), len(keys)):
                    if keys[place] != wanted[which]:
                        break
                    local = int(rows[place])
                    row = self.first_rows[number] + local
                    if there is not None and not there[local]:
                        continue
                    if self.id_at(row) == ids[order[which]]:
                        found[order[which]] = row
        return found

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, str) and self.rows_of([id_])[0] >= 0

    def first_by_id(self, n: int, without: frozenset[int]) -> list[int]:
        """Give the rows of the `n` first ids, in order, without some rows."""
        by_id = [self._by_id(number) for number in range(len(self._segments))]
        rows = (row for _, row in merge(*by_id) if row not in without)
        return list(islice(rows, n))

    def _by_id(self, number: int) -> Iterator[tuple[str, int]]:
        there, first = self.alive[number], self.first_rows[number]
        for local in self._segments[number]["order"].tolist():
            if there is None or there[local]:
                yield self.id_at(first + local), first + local

    def size_at(self, row: int) -> tuple[int, int]:
        """Give width and height, in pixels."""
        segment, local = self._locate(row)
        width, height = segment["sizes"][local]
        return int(width), int(height)

    def hash_at(self, row: int) -> bytes:
        """Give the hash of the file's content."""
        segment, local = self._locate(row)
        return bytes(segment["hashes"][local])

    def root_at(self, row: int) -> int:
        """Give the number of the root that the image came from."""
        segment, local = self._locate(row)
        return int(segment["roots"][local])

    def n_roots(self) -> int:
        """Give how many numbers of roots are in use."""
        return max((int(s["roots"].max()) + 1 for s in self._segments), default=0)

    def _locate(self, row: int) -> tuple[Arrays, int]:
        """Give the arrays of a row's segment, and the row within it."""
        number = bisect_right(self.first_rows, row) - 1
        return self._segments[number], row - self.first_rows[number]


def living_rows(alive: Alive, size: int) -> NDArray[np.intp]:
    """Give the rows of a segment of `size` images that are there."""
    return np.arange(size) if alive is None else np.flatnonzero(alive)


def check_ids(ids: str | Iterable[str]) -> list[str]:
    """Give ids as a list; raise unless each is a string and stands there once."""
    wanted = [ids] if isinstance(ids, str) else list(ids)
    seen = set()
    for id_ in wanted:
        if not isinstance(id_, str):
            raise TypeError(
                f"ids must be strings, got {id_!r} of type {type(id_).__name__}"
            )
        if id_ in seen:
            raise ValueError(f"ids must each be given once, got {id_!r} twice")
        seen.add(id_)
    return wanted


def check_present(ids: Sequence[str], rows: NDArray[np.int64]) -> None:
    """Raise KeyError, naming some, if ids were not found."""
    missing = [ids[place] for place in np.flatnonzero(rows < 0).tolist()]
    if missing:
        some = ", ".join(map(repr, missing[:5])) + (", ..." if missing[5:] else "")
        raise KeyError(
            f"{len(missing):,} of {len(ids):,} ids are not in the index: {some}"
        )


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _keys(ids: Sequence[str]) -> NDArray[np.uint64]:
    """Hash ids into 64 bits."""
    digests = b"".join(
        hashlib.blake2b(encoded(id_), digest_size=8).digest() for id_ in ids
    )
    return np.frombuffer(digests, "<u8")
