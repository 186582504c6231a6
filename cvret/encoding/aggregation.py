"""Features of one image that say nearly the same, stored as one."""

import numpy as np
from numpy.typing import NDArray

from cvret.records import VisualWords

__all__ = ["merge_features"]

_BITS = np.arange(64, dtype=np.uint64)


def merge_features(found: VisualWords, within: int) -> VisualWords:
    """Merge features that share a word and have close signatures.

    The largest feature of a word stands first. Each other joins the first that stands
    and whose signature differs from its own by at most `within` bits, or else stands
    itself. What is kept is the place of the one that stands, and of each bit what most
    of those that joined have (itself, where they are even).

    Parameters
    ----------
    found : VisualWords
        Of one image; `words` of shape (n,).
    within : int
        Differing bits; 64 leaves one feature a word.

    Returns
    -------
    VisualWords
        In the order of `found`, those that joined another left out.

    References
    ----------
    Tolias, Avrithis and Jégou, "Image search with selective match kernels: aggregation
    across single and multiple images", International Journal of Computer Vision 116(3),
    2016, where all of a word are aggregated. Shi, Avrithis and Jégou, "Early burst
    detection for memory-efficient image retrieval", CVPR 2015, where only close ones
    are.

    Examples
    --------
    >>> keypoints = np.float32([[1, 1, 5, 0], [2, 2, 9, 0], [3, 3, 4, 0]])
    >>> words = VisualWords(
    ...     np.uint32([7, 7, 8]), np.uint64([0b0, 0b1, 0b0]), keypoints, 10, 10
    ... )
    >>> merged = merge_features(words, 2)
    >>> merged.words.tolist(), merged.keypoints[:, 0].tolist()
    ([7, 8], [2.0, 3.0])
    """
    if not len(found):
        return found
    order = np.lexsort((-found.keypoints[:, 2], found.words))
    words = found.words[order]
    starts = np.flatnonzero(np.append(True, words[1:] != words[:-1]))
    ends = np.append(starts[1:], len(words))
    signatures = found.signatures.copy()
    kept = np.ones(len(words), bool)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - start > 1:
            _merge_word(order[start:end], signatures, kept, within)
    return VisualWords(
        found.words[kept],
        signatures[kept],
        found.keypoints[kept],
        found.width,
        found.height,
    )


def _merge_word(
    rows: NDArray[np.intp],
    signatures: NDArray[np.uint64],
    kept: NDArray[np.bool_],
    within: int,
) -> None:
    """Merge the features of one word, the largest first; both arrays are changed."""
    left = rows
    while len(left):
        first = signatures[left[0]]
        close = np.bitwise_count(signatures[left] ^ first) <= within
        joined = left[close]
        if len(joined) > 1:
            bits = (signatures[joined][:, None] >> _BITS) & np.uint64(1)
            votes = 2 * bits.sum(axis=0).astype(np.int64)
            most = np.where(votes == len(joined), bits[0], votes > len(joined))
            kept[joined[1:]] = False
            signatures[left[0]] = (most.astype(np.uint64) << _BITS).sum(dtype=np.uint64)
        left = left[~close]
