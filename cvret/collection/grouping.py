"""Pairs of duplicates into groups, with the image of each that is worth keeping."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DuplicateGroup",
    "DuplicatePair",
    "DuplicateReport",
    "Pairs",
    "SpanningForest",
    "equal_rows",
    "suggest_kept",
]

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class DuplicatePair:
    """Why two images are in one group.

    Attributes
    ----------
    first, second : str
        Their ids, the first by name first.
    because : {"bytes", "hash", "geometry"}
        The same bytes; hashes that differ in few bits; features that agree with one
        transform.
    distance : int or None
        Bits that differ, of hashes.
    inliers : int or None
        Features that agree, of geometry.
    """

    first: str
    second: str
    because: str
    distance: int | None = None
    inliers: int | None = None

    def __str__(self) -> str:
        if self.because == "hash" and self.distance == 0:
            return "equal hashes"
        if self.because == "hash":
            bits = "bit" if self.distance == 1 else "bits"
            return f"hashes differ in {self.distance} {bits}"
        if self.because == "geometry":
            return f"{self.inliers} matches agree with one transform"
        return "the same bytes"

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        return {
            "first": self.first,
            "second": self.second,
            "because": self.because,
            "distance": self.distance,
            "inliers": self.inliers,
        }


@dataclass(frozen=True)
class DuplicateGroup:
    """Images that show the same picture.

    Attributes
    ----------
    ids : tuple of str
        Two or more, ascending.
    kept : str
        The one to keep, if only one is: the largest in pixels, of these the sharpest,
        of these the first by name.
    reason : str
        Why that one.
    pairs : tuple of DuplicatePair
        The surest pairs that hold the group together, one fewer than images: a minimum
        spanning tree.
    sizes : tuple of (int, int)
        Width and height of each image, in pixels.
    """

    ids: tuple[str, ...]
    kept: str
    reason: str
    pairs: tuple[DuplicatePair, ...]
    sizes: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def spare(self) -> tuple[str, ...]:
        """The others than the one to keep."""
        return tuple(id_ for id_ in self.ids if id_ != self.kept)

    def evidence(self, id_: str) -> tuple[DuplicatePair, ...]:
        """Give the pairs that an image is in."""
        return tuple(pair for pair in self.pairs if id_ in (pair.first, pair.second))

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        return {
            "kept": self.kept,
            "reason": self.reason,
            "images": [
                {"id": id_, "width": width, "height": height}
                for id_, (width, height) in zip(self.ids, self.sizes, strict=True)
            ],
            "pairs": [pair.to_dict() for pair in self.pairs],
        }


@dataclass(frozen=True)
class DuplicateReport(Sequence[DuplicateGroup]):
    """Groups of duplicates; a sequence of `DuplicateGroup`. Nothing is deleted.

    Attributes
    ----------
    groups : tuple of DuplicateGroup
        In the order of their first ids.
    mode : {"exact", "near", "transformed"}
        How they were looked for.
    n_images : int
        Images that were looked at.
    unreadable : tuple of (str, str)
        Ids that could not be read, each with the reason, which names the file.
    """

    groups: tuple[DuplicateGroup, ...]
    mode: str
    n_images: int
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def n_spare(self) -> int:
        """Images beside those to keep."""
        return sum(len(group) - 1 for group in self.groups)

    @property
    def complete(self) -> bool:
        """Whether every picture could be read."""
        return not self.unreadable

    def __len__(self) -> int:
        return len(self.groups)

    @overload
    def __getitem__(self, place: int) -> DuplicateGroup: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[DuplicateGroup]: ...

    def __getitem__(
        self, place: int | slice
    ) -> DuplicateGroup | Sequence[DuplicateGroup]:
        return self.groups[place]

    def __iter__(self) -> Iterator[DuplicateGroup]:
        return iter(self.groups)

    def __str__(self) -> str:
        lines = [
            f"groups of duplicates: {len(self):,}, among {self.n_images:,} images; "
            f"{self.n_spare:,} could go, and none was deleted"
        ]
        if self.unreadable:
            lines.append(f"{len(self.unreadable):,} could not be read:")
            lines += [f"  {reason}" for _, reason in self.unreadable]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of rows, and how sure each is.

    Attributes
    ----------
    firsts, seconds : arrays of int64, shape (n,)
        The rows, ``firsts < seconds``.
    costs : array of int64, shape (n,)
        Smaller is surer.
    """

    firsts: Rows
    seconds: Rows
    costs: Rows

    @classmethod
    def joined(cls, parts: Sequence["Pairs"]) -> "Pairs":
        """Give all pairs of some."""
        none = np.empty(0, np.int64)
        return cls(
            np.concatenate([none, *(part.firsts for part in parts)]),
            np.concatenate([none, *(part.seconds for part in parts)]),
            np.concatenate([none, *(part.costs for part in parts)]),
        )

    def take(self, places: NDArray[Any]) -> "Pairs":
        """Keep the pairs at some places."""
        return Pairs(self.firsts[places], self.seconds[places], self.costs[places])


def equal_rows(keys: NDArray[Any]) -> Pairs:
    """Pair each row of a table with the first row that is equal; costs are 0.

    Parameters
    ----------
    keys : array, shape (n, d)
        Of numbers; at least one column.

    Examples
    --------
    >>> pairs = equal_rows(np.array([[7], [5], [7], [7]]))
    >>> pairs.firsts.tolist(), pairs.seconds.tolist()
    ([0, 0], [2, 3])
    """
    order = np.lexsort(keys.T[::-1])
    begins = np.ones(len(keys), bool)
    begins[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
    firsts = np.empty(len(keys), np.int64)
    # The sort is stable: each run begins with its smallest row.
    firsts[order] = order[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    later = np.flatnonzero(firsts != np.arange(len(keys)))
    return Pairs(firsts[later], later, np.zeros(len(later), np.int64))


class SpanningForest:
    """The surest pairs that hold groups together, kept while pairs come.

    Of all pairs so far it has a minimum spanning forest, never more pairs than two for
    each row (and those just added), so that there may be more pairs than fit in memory.

    Parameters
    ----------
    n : int
        Rows.

    Examples
    --------
    Three pairs of three rows: the two surest are enough.

    >>> forest = SpanningForest(5)
    >>> forest.add(Pairs(np.int64([0, 0, 1]), np.int64([1, 3, 3]), np.int64([4, 9, 2])))
    >>> [(rows.tolist(), pairs.costs.tolist()) for rows, pairs in forest.groups()]
    [([0, 1, 3], [4, 2])]
    """

    def __init__(self, n: int):
        self._n = n
        self._tree = Pairs.joined([])
        self._new: list[Pairs] = []
        self._n_new = 0

    def add(self, pairs: Pairs) -> None:
        """Take some pairs in."""
        self._new.append(pairs)
        self._n_new += len(pairs.firsts)
        if self._n_new > self._n:
            self._prune()

    def groups(self) -> Iterator[tuple[Rows, Pairs]]:
        """Give the rows of each group of two or more, and the pairs that hold it.

        Rows are ascending, groups in the order of their first rows, and pairs in the
        order of their rows.
        """
        from scipy.sparse.csgraph import connected_components

        self._prune()
        tree = self._tree
        _, labels = connected_components(self._graph(tree), directed=False)
        rows = np.unique(np.concatenate([tree.firsts, tree.seconds]))
        first_of = np.full(self._n, self._n, np.int64)
        np.minimum.at(first_of, labels[rows], rows)
        rows = rows[np.argsort(first_of[labels[rows]], kind="stable")]
        order = np.lexsort((tree.seconds, tree.firsts, first_of[labels[tree.firsts]]))
        tree = tree.take(order)
        row_ends = np.flatnonzero(np.diff(first_of[labels[rows]])) + 1
        pair_ends = np.flatnonzero(np.diff(first_of[labels[tree.firsts]])) + 1
        if not len(rows):
            return
        places = np.split(np.arange(len(order)), pair_ends)
        for of_group, held_by in zip(np.split(rows, row_ends), places, strict=True):
            yield of_group, tree.take(held_by)

    def _prune(self) -> None:
        """Keep a minimum spanning forest, the first by rows of equally sure pairs."""
        from scipy.sparse.csgraph import minimum_spanning_tree

        pairs = Pairs.joined([self._tree, *self._new])
        self._new, self._n_new = [], 0
        pairs = pairs.take(np.lexsort((pairs.seconds, pairs.firsts, pairs.costs)))
        _, once = np.unique(
            pairs.firsts * self._n + pairs.seconds, return_index=True
        )  # a pair that came twice is taken where it is surer
        pairs = pairs.take(np.sort(once))
        # Ranks instead of costs: no two are equal, and none is 0, which is no edge.
        tree = minimum_spanning_tree(self._graph(pairs))
        self._tree = pairs.take(np.sort(tree.data.astype(np.int64)) - 1)

    def _graph(self, pairs: Pairs) -> Any:
        from scipy.sparse import coo_array

        ranks = np.arange(1.0, len(pairs.firsts) + 1)
        shape = (self._n, self._n)
        return coo_array((ranks, (pairs.firsts, pairs.seconds)), shape=shape).tocsr()


def suggest_kept(
    sizes: Mapping[str, tuple[int, int]], sharpness: Callable[[str], float | None]
) -> tuple[str, str]:
    """Choose the image of a group that is worth keeping, and tell why.

    Parameters
    ----------
    sizes : mapping of str to (int, int)
        Width and height of each image by id.
    sharpness : callable
        From an id to how sharp the image is, or None where it cannot be read; asked
        only of images that are equally large.

    Returns
    -------
    kept, reason : str
        The largest in pixels; of these the sharpest; of these the first by name.

    Examples
    --------
    >>> suggest_kept({"a.jpg": (40, 30), "b.jpg": (80, 60)}, {}.get)
    ('b.jpg', 'the largest, 80 x 60')
    >>> sizes = {"a.jpg": (40, 30), "b.jpg": (40, 30)}
    >>> suggest_kept(sizes, {"a.jpg": 3.0, "b.jpg": 8.5}.get)
    ('b.jpg', 'the sharpest of the 2 largest, 40 x 30')
    """
    most = max(width * height for width, height in sizes.values())
    largest = sorted(id_ for id_, (w, h) in sizes.items() if w * h == most)
    if len(largest) == 1:
        return largest[0], f"the largest, {_size(sizes, largest[0])}"
    measured = [(id_, sharpness(id_)) for id_ in largest]
    known = {id_: value for id_, value in measured if value is not None}
    if not known:
        return largest[0], f"the first by name of the {len(largest)} largest"
    sharpest = [id_ for id_ in known if known[id_] == max(known.values())]
    if len(sharpest) == len(largest):
        return sharpest[0], "the first by name of equal ones"
    size = _size(sizes, sharpest[0])
    return sharpest[0], f"the sharpest of the {len(largest)} largest, {size}"


def _size(sizes: Mapping[str, tuple[int, int]], id_: str) -> str:
    width, height = sizes[id_]
    return f"{width} x {height}"
