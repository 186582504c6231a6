"""Where the words of a query are in each segment of postings."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.storage.arrays import Arrays, checked

__all__ = ["FoundWords", "find_words", "postings_of", "score_rows"]


class FoundWords(NamedTuple):
    """Where the words of a query are in each segment, looked up once.

    Attributes
    ----------
    which : array of int, shape (n, m) or (n,)
        Each word's place among the `u` different ones; of the shape of the words.
    df : array of int64, shape (u,)
        In how many images each occurs.
    starts, ends : tuples of arrays of int64, shape (u,)
        For each segment, where the postings of each word begin and end.
    """

    which: NDArray[np.intp]
    df: NDArray[np.int64]
    starts: tuple[NDArray[np.int64], ...]
    ends: tuple[NDArray[np.int64], ...]

    def ranges(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give where the postings of each word are in a segment."""
        return self.starts[number][self.which], self.ends[number][self.which]


def find_words(
    segments: Sequence[Arrays],
    df_left: Sequence[NDArray[np.uint32] | None],
    words: NDArray[np.uint32],
) -> FoundWords:
    """Look words up in every segment.

    Parameters
    ----------
    segments : sequence of mappings
        The arrays of `cvret.index.postings.build_postings`.
    df_left : sequence of (arrays of uint32, shape (u,), or None)
        In how many images each word of a segment occurs, where some were removed.
    words : array of uint32, shape (n, m) or (n,)
        In any order, equal ones too.
    """
    # Each once, and ascending, for then a search begins where the last one ended.
    different, which = np.unique(words, return_inverse=True)
    df = np.zeros(len(different), np.int64)
    all_starts, all_ends = [], []
    for segment, live in zip(segments, df_left, strict=True):
        place, there = _look_up(segment["words"], different)
        place = place[there]
        df[there] += (segment["df"] if live is None else live)[place]
        starts, ends = np.zeros((2, len(different)), np.int64)
        starts[there] = segment["starts"][place]
        ends[there] = segment["starts"][place + 1]
        # Whatever the file says, within the postings.
        n = len(checked(segment, "images", [], []))
        all_starts.append(np.minimum(starts, n))
        all_ends.append(np.minimum(ends, n))
    shaped = which.reshape(words.shape)
    return FoundWords(shaped, df, tuple(all_starts), tuple(all_ends))


def postings_of(
    segment: Arrays, row: int
) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Give the postings of one image of a segment, and the word of each."""
    postings = np.flatnonzero(segment["images"] == np.uint16(row))
    bounds = postings.astype(np.uint32)
    places = np.searchsorted(segment["starts"], bounds, side="right") - 1
    return postings, segment["words"][places]


def _look_up(
    present: NDArray[np.uint32], words: NDArray[np.uint32]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Give the place of each word in `present`, and whether it is there."""
    if not len(present):
        return np.zeros(words.shape, np.intp), np.zeros(words.shape, bool)
    place = np.minimum(np.searchsorted(present, words), len(present) - 1)
    return place, present[place] == words


def score_rows(
    searcher: Any,
    sizes: Sequence[int],
    queries: Sequence[Any],
    rows: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Give the scores of some images, counted through all segments, for each query.

    Parameters
    ----------
    searcher : InvertedIndex or AggregatedIndex
        Scores a segment at a time.
    sizes : sequence of int
        Images of each segment.
    queries : sequence of VisualWords or AggregatedWords
        What asks.
    rows : array of int, shape (n,)
        Of images.

    Returns
    -------
    array of float64, shape (n_queries, n)
        In [0, 1].
    """
    found = np.zeros((len(queries), len(rows)))
    first_rows = np.cumsum([0, *sizes])
    owner = np.searchsorted(first_rows, rows, side="right") - 1
    for place, query in enumerate(queries):
        prepared = searcher.prepare(query)
        for number in np.unique(owner).tolist():
            here = np.flatnonzero(owner == number)
            scores = np.zeros(sizes[number])
            scored, values = searcher.score_segment(prepared, number)
            scores[scored] = values
            found[place, here] = scores[rows[here] - first_rows[number]]
    return found
