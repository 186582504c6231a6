"""Which segments are merged, and when: in tiers, so that each image moves seldom."""

from collections.abc import Sequence
from math import log10

__all__ = ["MOST_IMAGES", "MOST_POSTINGS", "fitting", "next_merge"]

MOST_IMAGES = 65536  # rows of a segment have 16 bits
MOST_POSTINGS = 1 << 31  # places of postings have 32

_FEW = 10  # segments of one tier that stay beside one another
_MANY = 60  # segments of small tiers that stay beside one another
_TOP = 4  # the tier from 10,000 images on, of which few make a full segment


def next_merge(
    n_rows: Sequence[int], n_alive: Sequence[int], n_postings: Sequence[int]
) -> tuple[int, int] | None:
    """Choose neighboring segments to become one, or None if all is well.

    A segment with ``n`` images is of tier ``floor(log10(n))``. Ten neighbors of a tier
    (with smaller ones among them) are merged, three in the tier from 10,000 on, so an
    image is written about once for each power of ten, and 10,000 single additions
    leave some ten segments. A segment of which over half is removed is written again.

    Parameters
    ----------
    n_rows, n_alive, n_postings : sequences of int
        Of each segment: its images, those that were not removed, and its postings.

    Returns
    -------
    tuple of int, or None
        The first segment and the one after the last.

    Examples
    --------
    >>> next_merge([1] * 9, [1] * 9, [500] * 9)
    >>> next_merge([100] + [1] * 10, [100] + [1] * 10, [500] * 11)
    (1, 11)
    >>> next_merge([10], [4], [5000])
    (0, 1)
    """
    for number, (rows, alive) in enumerate(zip(n_rows, n_alive, strict=True)):
        if alive * 2 < rows or not alive:
            return number, number + 1
    for tier in range(_TOP + 1):
        for first, last in _runs([_tier(n) <= tier for n in n_alive]):
            same = sum(_tier(n) == tier for n in n_alive[first:last])
            most = 2 if tier == _TOP else _FEW - 1
            if same > most or last - first > _MANY:
                for start in range(first, last - 1):
                    end = fitting(n_alive, n_postings, start, last)
                    if end - start > 1:
                        return start, end
    return None


def fitting(
    n_alive: Sequence[int], n_postings: Sequence[int], first: int, last: int
) -> int:
    """Give the end of as many segments from `first` on, to `last`, as fit in one."""
    images = postings = 0
    for place in range(first, last):
        images += n_alive[place]
        postings += n_postings[place]
        if images > MOST_IMAGES or postings > MOST_POSTINGS:
            return place
    return last


def _tier(n: int) -> int:
    """Power of ten; one above all for a segment that is over half full."""
    return _TOP + 1 if n > MOST_IMAGES // 2 else int(log10(max(n, 1)))


def _runs(members: Sequence[bool]) -> list[tuple[int, int]]:
    """Give the ranges of neighbors that are all members."""
    runs, first = [], None
    for place, member in enumerate([*members, False]):
        if member and first is None:
            first = place
        elif not member and first is not None:
            runs.append((first, place))
            first = None
    return runs
