"""Measures of one ranking, from which images of it are relevant."""

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count

__all__ = ["average_precision", "nmrr", "precision_at", "top_accuracy"]


def average_precision(hits: NDArray[np.bool_], n_relevant: int) -> float:
    """Mean of the precision at the place of each relevant image.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection, found or not. At least 1.

    Returns
    -------
    float
        From 0 (none found) to 1 (all found, and ahead of all others).

    Raises
    ------
    ValueError
        If `n_relevant` is below 1, or below the number of hits.

    See Also
    --------
    nmrr : looks only at a window of the ranking, and 0 is best.

    Notes
    -----
    A relevant image that was not retrieved counts with precision 0. The trapezoid
    rule of the Oxford Buildings script gives another value, never a higher one.

    References
    ----------
    Buckley and Voorhees, "Evaluating evaluation measure stability", SIGIR 2000.

    Examples
    --------
    Found in places 1 and 3, of two relevant images: (1/1 + 2/3) / 2.

    >>> round(average_precision(np.array([True, False, True]), n_relevant=2), 4)
    0.8333
    """
    _check_judged(hits, n_relevant)
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].sum() / n_relevant)


def precision_at(hits: NDArray[np.bool_], n_relevant: int, k: int) -> float:
    """Share of the first `k` places that hold a relevant image.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection. At least 1; it does not change the value.
    k : int
        Places; those beyond the end of the ranking count as not relevant.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If `n_relevant` or `k` is below 1, or `n_relevant` below the number of hits.

    References
    ----------
    Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, 8.4.

    Examples
    --------
    >>> precision_at(np.array([True, False, True, True]), n_relevant=3, k=2)
    0.5
    """
    _check_judged(hits, n_relevant)
    return float(hits[: check_count("k", k)].sum() / k)


def top_accuracy(hits: NDArray[np.bool_], n_relevant: int, k: int) -> float:
    """1 if any of the first `k` places holds a relevant image, otherwise 0.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection. At least 1; it does not change the value.
    k : int
        Places.

    Returns
    -------
    float
        0 or 1; its mean over queries is the top-k accuracy.

    Raises
    ------
    ValueError
        If `n_relevant` or `k` is below 1, or `n_relevant` below the number of hits.

    Examples
    --------
    >>> top_accuracy(np.array([False, True]), n_relevant=1, k=1)
    0.0
    """
    _check_judged(hits, n_relevant)
    return float(hits[: check_count("k", k)].any())


def nmrr(
    hits: NDArray[np.bool_], n_relevant: int, max_relevant: int | None = None
) -> float:
    """Normalized modified retrieval rank of one query; its mean is ANMRR.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection, found or not. At least 1.
    max_relevant : int, optional
        The most that any query of the set has, by default `n_relevant`. The window is
        ``min(4 * n_relevant, 2 * max_relevant)`` places.

    Returns
    -------
    float
        0 is best (all relevant images ahead of all others), 1 is worst (none in the
        window).

    Raises
    ------
    ValueError
        If `n_relevant` is below 1, below the number of hits, or above `max_relevant`.

    References
    ----------
    Manjunath et al., "Color and texture descriptors", IEEE Trans. Circuits and
    Systems for Video Technology 11(6), 2001.

    Examples
    --------
    Of two relevant images one is found in place 1, the other missed: the mean rank is
    (1 + 1.25 * 4) / 2 = 3, the ideal one 1.5, the worst one 5.

    >>> round(nmrr(np.array([True, False, False, False]), n_relevant=2), 4)
    0.4286
    """
    _check_judged(hits, n_relevant)
    if max_relevant is not None and max_relevant < n_relevant:
        raise ValueError(
            f"max_relevant must be at least n_relevant={n_relevant}, got {max_relevant}"
        )
    window = min(4 * n_relevant, 2 * (max_relevant or n_relevant))
    found = np.flatnonzero(hits[:window]) + 1
    missed = n_relevant - len(found)

    # A miss counts as a place beyond the window, whatever its true place.
    mean_rank = (found.sum() + missed * 1.25 * window) / n_relevant
    ideal_rank = (1 + n_relevant) / 2
    return float((mean_rank - ideal_rank) / (1.25 * window - ideal_rank))


def _check_judged(hits: NDArray[np.bool_], n_relevant: int) -> None:
    """Raise unless `hits` are booleans in a row, and not more than are relevant."""
    if not isinstance(hits, np.ndarray) or hits.ndim != 1 or hits.dtype != np.bool_:
        raise ValueError(
            "hits must be an array of bool of shape (n_ranked,), got "
            + (
                f"shape {hits.shape} and dtype {hits.dtype}"
                if isinstance(hits, np.ndarray)
                else type(hits).__name__
            )
        )
    check_count("n_relevant", n_relevant)
    if hits.sum() > n_relevant:
        raise ValueError(
            f"n_relevant must be at least the {int(hits.sum())} hits of the ranking, "
            f"got {n_relevant}"
        )
