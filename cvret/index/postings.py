"""Features as postings: built from images, merged, and counted off when removed."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.index.geometry import pack_geometry
from cvret.index.kernels import count_runs, counting_order
from cvret.records import VisualWords
from cvret.storage.arrays import Arrays, Layout
from cvret.storage.writing import Pieces

__all__ = [
    "COMMON",
    "LAYOUT",
    "ROWS",
    "PackedWords",
    "build_postings",
    "df_without",
    "merge_postings",
    "pack_words",
]

ROWS = 65536  # images of a segment, at most
COMMON: Layout = {
    "words": ("<u4", ("u",)),
    "starts": ("<u4", ("u+1",)),
    "df": ("<u4", ("u",)),
    "images": ("<u2", ("p",)),
    "norms": ("<f4", ("n",)),
}
"""What all postings have: ``u`` words, ``p`` postings, ``n`` images."""
LAYOUT: Layout = {
    **COMMON,
    "signatures": ("<u8", ("p",)),
    "geometry": ("|u1", ("p", 5)),
}
"""What `build_postings` gives of `PackedWords`."""

_AT_ONCE = 1 << 21  # postings merged at a time, which bounds the memory
_FEW_WORDS = 1 << 24  # below, words are sorted by counting


class PackedWords(NamedTuple):
    """What is stored of the visual words of one image.

    Attributes
    ----------
    words : array of uint32, shape (n,)
        The word of each feature.
    signatures : array of uint64, shape (n,)
        Its signature.
    geometry : array of uint8, shape (n, 5)
        Its place, size and angle, packed.
    """

    words: NDArray[np.uint32]
    signatures: NDArray[np.uint64]
    geometry: NDArray[np.uint8]


def pack_words(found: VisualWords) -> PackedWords:
    """Pack the visual words of an image; `words` are of shape (n,)."""
    geometry = pack_geometry(found.keypoints, found.width, found.height)
    return PackedWords(found.words, found.signatures, geometry)


def build_postings(
    items: Sequence[Any], layout: Layout = LAYOUT
) -> dict[str, NDArray[Any] | Pieces]:
    """Turn the visual words of up to 65,536 images into the arrays of a segment.

    Parameters
    ----------
    items : sequence of PackedWords, or of other named tuples
        One an image, in the order of rows: ``words`` of shape (n,), and of the same
        length what goes with each posting, by the names in `layout`.
    layout : mapping of str to (str, tuple)
        Of what is given; `COMMON` is in it.

    Returns
    -------
    dict of arrays
        ``words`` (u,) uint32, those that occur, ascending; ``starts`` (u + 1,) uint32,
        where the postings of each begin; ``df`` (u,) uint32, in how many images each
        occurs; for each posting ``images`` uint16, and what goes with it, such as
        ``signatures`` uint64 and ``geometry`` (n, 5) uint8; ``norms`` (n_images,)
        float32, the Euclidean norm of each image's counts of words, free of idf.
    """
    counts = np.array([len(item.words) for item in items], np.int64)
    words = _joined([item.words for item in items], np.uint32)
    order = _order(words)  # rows ascend already
    rows = np.repeat(np.arange(len(items), dtype=np.uint16), counts).take(order)
    words = words.take(order)
    first = np.flatnonzero(_changes(words))
    starts = np.append(first, len(words))
    df, squares = count_runs(starts, rows, len(items))
    return {
        "words": words[first],
        "starts": starts.astype(np.uint32),
        "df": df,
        "images": rows,
        "norms": np.sqrt(squares).astype(np.float32),
        **{
            name: _taken([getattr(item, name) for item in items], order, *kind)
            for name, kind in layout.items()
            if name not in COMMON
        },
    }


def df_without(segment: Arrays, gone: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Count in how many images each word of a segment occurs, without some images.

    Parameters
    ----------
    segment : mapping of str to array
        As `build_postings` gave it.
    gone : array of bool, shape (n_images,)
        The images to leave out.
    """
    images, starts = segment["images"], segment["starts"]
    hits = np.flatnonzero(gone[images])
    places = np.searchsorted(starts, hits.astype(np.uint32), side="right") - 1
    new = _changes(places) | _changes(images[hits])
    lost = np.bincount(places[new], minlength=len(segment["words"]))
    return (segment["df"] - lost).astype(np.uint32)


def merge_postings(
    segments: Sequence[Arrays], kept: Sequence[NDArray[np.intp]]
) -> dict[str, NDArray[Any] | Pieces]:
    """Give the arrays of one segment with the kept rows of some, in their order.

    What it gives is what `build_postings` would give for the same images. Postings are
    merged while they are written, some millions at a time.

    Parameters
    ----------
    segments : sequence of mappings
        As `build_postings` gave them.
    kept : sequence of arrays of int, shape (k,)
        Rows of each that go on, ascending; together at most 65,536.
    """
    sources = []
    first = 0
    for segment, rows in zip(segments, kept, strict=True):
        sources.append(_Source(segment, rows, first))
        first += len(rows)
    words = np.unique(_joined([source.words for source in sources], np.uint32))
    counts, df = np.zeros(len(words), np.int64), np.zeros(len(words), np.uint32)
    for source in sources:
        places = np.searchsorted(words, source.words)
        counts[places] += source.counts
        df[places] += source.df
    words, counts, df = words[counts > 0], counts[counts > 0], df[counts > 0]
    starts = np.concatenate([[0], np.cumsum(counts)])
    total = int(starts[-1])

    def pieces(name: str) -> Iterator[NDArray[Any]]:
        for low, high in _cuts(starts):
            yield _merged(sources, name, words[low:high])

    merged: dict[str, NDArray[Any] | Pieces] = {
        "words": words,
        "starts": starts.astype(np.uint32),
        "df": df,
        "norms": np.concatenate([source.norms for source in sources]),
    }
    for name, array in sources[0].arrays.items():
        shape = (total, *array.shape[1:])
        merged[name] = Pieces(array.dtype, shape, pieces(name))
    return merged


class _Source:
    """A segment that is merged: its words, how often each goes on, its new rows."""

    def __init__(self, segment: Arrays, rows: NDArray[np.intp], first: int):
        norms = segment["norms"]
        per_posting = [n for n in segment if n == "images" or n not in COMMON]
        self.arrays = {name: segment[name] for name in per_posting}
        self.words, self.starts = segment["words"], segment["starts"].astype(np.int64)
        self.norms = norms[rows]
        self.all_kept = len(rows) == len(norms)
        self.new_rows = np.full(len(norms), -1, np.int32)
        self.new_rows[rows] = np.arange(first, first + len(rows))
        self.counts, self.df = np.diff(self.starts), segment["df"]
        if not self.all_kept:
            stay = self.new_rows[self.arrays["images"]] >= 0
            before = np.concatenate([[0], np.cumsum(stay)])
            self.counts = np.diff(before[self.starts])
            self.df = df_without(segment, self.new_rows < 0)

    def take(
        self, name: str, words: NDArray[np.uint32]
    ) -> tuple[NDArray[np.uint32], NDArray[Any]]:
        """Give, of the words from the first to the last of `words`, what goes on.

        Returns
        -------
        places : array of uint32
            Of each posting's word among `words`.
        values : array
            Of the array `name`; new rows for ``images``.
        """
        low = int(np.searchsorted(self.words, words[0]))
        high = int(np.searchsorted(self.words, words[-1], side="right"))
        span = slice(int(self.starts[low]), int(self.starts[high]))
        places = np.searchsorted(words, self.words[low:high]).astype(np.uint32)
        places = np.repeat(places, np.diff(self.starts[low : high + 1]))
        values = self.arrays[name][span]
        if name != "images" and self.all_kept:
            return places, values
        rows = self.new_rows[self.arrays["images"][span]]
        if name == "images":
            values = rows.astype(np.uint16)
        if self.all_kept:
            return places, values
        return places[rows >= 0], values[rows >= 0]


def _merged(
    sources: Sequence[_Source], name: str, words: NDArray[np.uint32]
) -> NDArray[Any]:
    taken = [source.take(name, words) for source in sources]
    places = np.concatenate([place for place, _ in taken])
    values = np.concatenate([value for _, value in taken])
    order = counting_order(places, len(words))
    result: NDArray[Any] = values.take(order, axis=0)
    return result


def _cuts(starts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Give ranges of words with few postings, or one word."""
    low, n = 0, len(starts) - 1
    while low < n:
        high = int(np.searchsorted(starts, starts[low] + _AT_ONCE, side="right")) - 1
        high = min(max(high, low + 1), n)
        yield low, high
        low = high


def _order(words: NDArray[np.uint32]) -> NDArray[np.int64]:
    if not len(words):
        return np.empty(0, np.int64)
    n_words = int(words.max()) + 1
    if n_words > _FEW_WORDS:
        return np.argsort(words, kind="stable")
    return counting_order(words, n_words)


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell where a value is not the one before it."""
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return new


def _taken(
    arrays: Sequence[NDArray[Any]],
    order: NDArray[np.int64],
    dtype: str,
    sides: Sequence[str | int],
) -> Pieces:
    """Give joined arrays in an order, made when they are written."""
    # A letter stands for what the arrays have.
    known = arrays[0].shape if arrays else (0,) * len(sides)
    width = [n if isinstance(n, int) else known[i] for i, n in enumerate(sides)][1:]

    def pieces() -> Iterator[NDArray[Any]]:
        joined = np.concatenate([np.empty((0, *width), dtype), *arrays])
        for start in range(0, len(order), _AT_ONCE):
            yield joined.take(order[start : start + _AT_ONCE], axis=0)

    return Pieces(np.dtype(dtype), (len(order), *width), pieces())


def _joined(arrays: Sequence[NDArray[Any]], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *arrays])
