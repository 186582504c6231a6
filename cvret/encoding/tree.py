"""A tree of cells, with words as its leaves: its arrays, and the search down it."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret.encoding.kernels import Level, search_words

__all__ = ["Tree", "check_probes", "fit_together", "n_levels", "tree_names"]


class Tree:
    """Centers as the kernels want them.

    Parameters
    ----------
    cells : sequence of arrays of uint8, shape (n_cells, d)
        Centers of each level above the words, the top one first; none for flat words.
    words : array of uint8, shape (n_words, d)
        Centers of the words.
    starts : sequence of arrays of int32, shape (n_cells + 1,)
        For each level of cells, where the children of each begin on the next.
    """

    def __init__(
        self,
        cells: Sequence[NDArray[np.uint8]],
        words: NDArray[np.uint8],
        starts: Sequence[NDArray[np.int32]],
    ):
        top = np.array([0, len(cells[0] if cells else words)])
        self._levels = [
            Level(centers.astype(np.int16), _norms(centers), first.astype(np.int32))
            for centers, first in zip((*cells, words), (top, *starts), strict=True)
        ]
        # How many children any so many cells of a level have at least.
        self._fewest = [
            [0, *accumulate(np.sort(np.diff(first)).tolist())] for first in starts
        ]

    def nearest(
        self, codes: NDArray[np.int16], n_nearest: int, probes: int | Sequence[int]
    ) -> NDArray[np.uint32]:
        """Give the nearest words of each code, of shape (n, n_nearest), best first.

        Raises
        ------
        ValueError
            If there are fewer words, or `probes` has not one number for each level of
            cells.
        """
        n_words = len(self._levels[-1].centers)
        wanted = check_probes(probes, len(self._levels) - 1)
        if n_nearest > n_words:
            raise ValueError(
                f"n_nearest must be at most the {n_words} words, got {n_nearest}"
            )
        kept = [*self._kept(wanted, n_nearest), n_nearest]
        return search_words(codes, self._levels, kept)

    def _kept(self, wanted: Sequence[int], n_nearest: int) -> list[int]:
        """Give how many cells go on on each level, so that there are words enough.

        Where those wanted could have too few words, all that the level above surely
        offers go on, on the lowest level first.
        """
        for n_as_wanted in range(len(wanted), -1, -1):
            kept, offered = [], len(self._levels[0].centers)
            for level, n in enumerate(wanted):
                there = len(self._levels[level].centers)
                kept.append(min(n, there) if level < n_as_wanted else offered)
                offered = self._fewest[level][min(kept[-1], offered)]
            if offered >= n_nearest:
                break
        return kept


def check_probes(probes: Any, n: int) -> list[int]:
    """Give the number of probes for each of `n` levels above the words."""
    if isinstance(probes, Integral):
        return [check_count("probes", probes)] * n
    if not isinstance(probes, Sequence) or isinstance(probes, str):
        raise TypeError(
            "probes must be a whole number or a sequence of them, got "
            f"{probes!r} of type {type(probes).__name__}"
        )
    if len(probes) != n:
        raise ValueError(
            f"probes must have one number for each of the {n} levels above the words, "
            f"got {list(probes)}"
        )
    return [check_count("probes", each) for each in probes]


def tree_names(levels: int) -> tuple[list[str], list[str]]:
    """Give the names of the arrays of cells, and of where their children begin."""
    numbers = [""] if levels == 2 else [str(n) for n in range(1, levels)]
    return [f"cells{n}" for n in numbers], [f"starts{n}" for n in numbers]


def n_levels(names: Iterable[str]) -> int:
    """Tell from the names of its arrays how many levels a vocabulary has."""
    known = list(names)
    n_cells = sum(name.startswith("cells") for name in known)
    return 1 + max(n_cells, sum(name.startswith("starts") for name in known))


def fit_together(
    cells: NDArray[np.uint8], starts: NDArray[np.int32], below: NDArray[np.uint8]
) -> bool:
    """Tell whether `starts` shares out the level below among cells."""
    return (
        starts.shape == (len(cells) + 1,)
        and int(starts[0]) == 0
        and bool((np.diff(starts) > 0).all())
        and int(starts[-1]) == len(below)
    )


def _norms(centers: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Squared norms of rows."""
    norms: NDArray[np.int32] = np.einsum("ij,ij->i", centers, centers, dtype=np.int32)
    return norms
