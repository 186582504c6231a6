"""Measures of one ranking, from which images of it are relevant.

In formulas ``P(i) = hits[:i].sum() / i`` is the precision of the first i places. The
order of images with equal scores is the ranking's own, in cvret that of their ids.
"""

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count

__all__ = [
    "average_precision",
    "average_precision_at",
    "distractor_rate",
    "error_rate",
    "n_s_score",
    "ndcg_at",
    "nmrr",
    "precision_at",
    "precision_recall",
    "r_precision",
    "recall_at",
    "reciprocal_rank",
    "top_accuracy",
]


def average_precision(
    hits: NDArray[np.bool_], n_relevant: int, *, rule: str = "sum"
) -> float:
    """Mean of the precision at the place of each relevant image.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection, found or not. At least 1.
    rule : {"sum", "trapezoid"}
        How the area under precision over recall is taken: as the sum of rectangles, or
        of the trapezoids that ``compute_ap`` of the Oxford Buildings has, where each
        relevant image counts with the mean of the precisions at its place and at the
        one before, 1 before the first.

    Returns
    -------
    float
        From 0 (none found) to 1 (all found, and ahead of all others).

    Raises
    ------
    ValueError
        If `n_relevant` is below 1, or below the number of hits, or `rule` is none.

    See Also
    --------
    average_precision_at : of the first places alone.
    nmrr : looks only at a window of the ranking, and 0 is best.

    Notes
    -----
    ``sum(P(i) for each place i of a relevant image) / n_relevant``, and by trapezoids
    with ``(P(i - 1) + P(i)) / 2`` for ``P(i)``, where ``P(0) = 1``. A relevant image
    that was not retrieved counts with precision 0. The trapezoids never give more than
    the sum.

    References
    ----------
    Buckley and Voorhees, "Evaluating evaluation measure stability", SIGIR 2000.
    Philbin, Chum, Isard, Sivic and Zisserman, "Object retrieval with large
    vocabularies and fast spatial matching", CVPR 2007 (trapezoids).

    Examples
    --------
    Found in places 1 and 3, of two relevant images: (1/1 + 2/3) / 2; by trapezoids
    ((1 + 1)/2 + (1/2 + 2/3)/2) / 2.

    >>> hits = np.array([True, False, True])
    >>> round(average_precision(hits, n_relevant=2), 4)
    0.8333
    >>> round(average_precision(hits, n_relevant=2, rule="trapezoid"), 4)
    0.7917
    """
    _check_judged(hits, n_relevant)
    check_choice("rule", rule, ("sum", "trapezoid"))
    places = np.arange(1, len(hits) + 1)
    precision = np.cumsum(hits) / places
    if rule == "trapezoid":
        before = np.concatenate([[1.0], precision])[:-1]
        precision = (before + precision) / 2
    return float(precision[hits].sum() / n_relevant)


def average_precision_at(
    hits: NDArray[np.bool_], n_relevant: int, k: int, *, denominator: str = "reachable"
) -> float:
    """Average precision of the first `k` places.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection, found or not. At least 1.
    k : int
        Places.
    denominator : {"reachable", "relevant", "found"}
        What the sum of precisions is divided by: ``min(n_relevant, k)``, so that 1 can
        be reached; `n_relevant`, as trec_eval's map_cut has it; or the relevant images
        among the first `k`, as papers on hashing have it, where 1 says nothing of what
        was missed.

    Returns
    -------
    float
        From 0 to 1; 0 where none was found.

    Raises
    ------
    ValueError
        If `n_relevant` or `k` is below 1, `n_relevant` below the number of hits, or
        `denominator` is none.

    Notes
    -----
    ``sum(P(i) for each place i <= k of a relevant image) / denominator``.

    References
    ----------
    NIST, trec_eval (map_cut). Liu, Wang, Shan and Chen, "Deep supervised hashing for
    fast image retrieval", CVPR 2016 (found).

    Examples
    --------
    One of the first two is right, of three relevant images.

    >>> hits = np.array([False, True, True, True])
    >>> average_precision_at(hits, 3, k=2)
    0.25
    >>> average_precision_at(hits, 3, k=2, denominator="found")
    0.5
    """
    _check_judged(hits, n_relevant)
    check_choice("denominator", denominator, ("reachable", "relevant", "found"))
    first = hits[: check_count("k", k)]
    found = int(first.sum())
    if not found:
        return 0.0
    whole = {"reachable": min(n_relevant, k), "relevant": n_relevant, "found": found}
    precision = np.cumsum(first) / np.arange(1, len(first) + 1)
    return float(precision[first].sum() / whole[denominator])


def precision_at(
    hits: NDArray[np.bool_], n_relevant: int, k: int, *, denominator: str = "places"
) -> float:
    """Share of the first `k` places that hold a relevant image.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection. At least 1; it does not change the value.
    k : int
        Places; those beyond the end of the ranking count as not relevant.
    denominator : {"places", "last"}
        What the hits among the first `k` are divided by: `k`; or the place of the last
        relevant image of the whole ranking where that is smaller, as ``compute_map`` of
        the revisited Oxford and Paris has it, where 1 can be reached by queries with
        fewer than `k` relevant images.

    Returns
    -------
    float
        From 0 to 1; 0 where no relevant image was ranked.

    Raises
    ------
    ValueError
        If `n_relevant` or `k` is below 1, `n_relevant` below the number of hits, or
        `denominator` is none.

    Notes
    -----
    ``hits[:k].sum() / k``, or with ``min(k, last)`` for the second k.

    References
    ----------
    Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, 8.4.
    Radenović, Iscen, Tolias, Avrithis and Chum, "Revisiting Oxford and Paris:
    large-scale image retrieval benchmarking", CVPR 2018 (last).

    Examples
    --------
    >>> hits = np.array([True, False, True, False])
    >>> precision_at(hits, n_relevant=2, k=4)
    0.5
    >>> round(precision_at(hits, n_relevant=2, k=4, denominator="last"), 4)
    0.6667
    """
    _check_judged(hits, n_relevant)
    check_choice("denominator", denominator, ("places", "last"))
    found = hits[: check_count("k", k)].sum()
    last = np.flatnonzero(hits)[-1:] + 1
    if denominator == "last" and len(last):
        k = min(k, int(last[0]))
    return float(found / k)


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

    Notes
    -----
    ``1 if hits[:k].any() else 0``: any hit is enough, however many are relevant.

    References
    ----------
    NIST, trec_eval (success).

    Examples
    --------
    >>> top_accuracy(np.array([False, True]), n_relevant=1, k=1)
    0.0
    """
    _check_judged(hits, n_relevant)
    return float(hits[: check_count("k", k)].any())


def recall_at(hits: NDArray[np.bool_], n_relevant: int, k: int) -> float:
    """Share of the relevant images that the first `k` places hold.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection, found or not. At least 1.
    k : int
        Places.

    Returns
    -------
    float
        From 0 to 1; at most ``k / n_relevant``.

    Raises
    ------
    ValueError
        If `n_relevant` or `k` is below 1, or `n_relevant` below the number of hits.

    Notes
    -----
    ``hits[:k].sum() / n_relevant``.

    References
    ----------
    Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, 8.3.

    Examples
    --------
    >>> recall_at(np.array([True, False, True]), n_relevant=4, k=3)
    0.5
    """
    _check_judged(hits, n_relevant)
    return float(hits[: check_count("k", k)].sum() / n_relevant)


def r_precision(hits: NDArray[np.bool_], n_relevant: int) -> float:
    """Precision of as many places as there are relevant images.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection, found or not. At least 1.

    Returns
    -------
    float
        From 0 to 1; it is also the recall there. The Princeton Shape Benchmark
        calls it the first tier.

    Raises
    ------
    ValueError
        If `n_relevant` is below 1, or below the number of hits.

    Notes
    -----
    ``hits[:n_relevant].sum() / n_relevant``.

    References
    ----------
    Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, 8.4.

    Examples
    --------
    >>> r_precision(np.array([True, False, True]), n_relevant=2)
    0.5
    """
    return precision_at(hits, n_relevant, check_count("n_relevant", n_relevant))


def reciprocal_rank(hits: NDArray[np.bool_], n_relevant: int) -> float:
    """One over the place of the first relevant image; its mean is MRR.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection. At least 1; it does not change the value.

    Returns
    -------
    float
        From 0 (none found) to 1.

    Raises
    ------
    ValueError
        If `n_relevant` is below 1, or below the number of hits.

    Notes
    -----
    ``1 / i`` for the place i of the first hit.

    References
    ----------
    Voorhees, "The TREC-8 question answering track report", 1999.

    Examples
    --------
    >>> reciprocal_rank(np.array([False, True, True]), n_relevant=2)
    0.5
    """
    _check_judged(hits, n_relevant)
    return float(1 / (1 + hits.argmax())) if hits.any() else 0.0


def ndcg_at(
    gains: NDArray[np.floating], all_gains: NDArray[np.floating], k: int
) -> float:
    """Normalized discounted cumulative gain of the first `k` places.

    Parameters
    ----------
    gains : array of float, shape (n_ranked,)
        How relevant the image in each place is, 0 for not at all; best place first.
    all_gains : array of float
        Those of all relevant images of the collection, in any order.
    k : int
        Places.

    Returns
    -------
    float
        From 0 to 1, where the most relevant stand first.

    Raises
    ------
    ValueError
        If gains are below 0 or not finite, nothing is relevant, a ranking holds more
        than there is, or `k` is below 1.

    Notes
    -----
    ``sum(gains[i - 1] / log2(i + 1) for i = 1 ... k)``, over the same of `all_gains`
    with the highest first. The gain counts as it is, as trec_eval has it; for
    ``2**gain - 1`` hand over that.

    References
    ----------
    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM
    Trans. Information Systems 20(4), 2002.

    Examples
    --------
    Relevant by 2 and by 1, found in the wrong order: (1 + 2/log2(3)) over
    (2 + 1/log2(3)).

    >>> round(ndcg_at(np.array([1.0, 2.0]), np.array([2.0, 1.0]), k=2), 4)
    0.8597
    """
    found, ideal = _check_gains("gains", gains), _check_gains("all_gains", all_gains)
    if not (ideal > 0).any():
        raise ValueError("all_gains must hold a gain above 0, got none")
    check_count("k", k)
    ideal = -np.sort(-ideal)
    best = -np.sort(-found[found > 0])
    if len(best) > (ideal > 0).sum() or (best > ideal[: len(best)]).any():
        raise ValueError("gains must be among all_gains, got others")
    return float(_discounted(found[:k]) / _discounted(ideal[:k]))


def _discounted(gains: NDArray[np.float64]) -> float:
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())


def _check_gains(name: str, gains: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give gains as float64, or raise unless they are numbers in a row, 0 or more."""
    if (
        not isinstance(gains, np.ndarray)
        or gains.ndim != 1
        or gains.dtype.kind not in "fui"
    ):
        raise ValueError(f"{name} must be an array of numbers in a row")
    values = gains.astype(np.float64)
    if not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError(f"{name} must be finite and at least 0")
    return values


def n_s_score(hits: NDArray[np.bool_], n_relevant: int = 4) -> float:
    """Right images among the first four: the score of UKBench, by Nistér and Stewénius.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant. The query itself counts, as the
        set has it: four pictures of each object, one of them the query.
    n_relevant : int
        Relevant images with the query itself.

    Returns
    -------
    float
        From 0 to 4.

    Raises
    ------
    ValueError
        If `n_relevant` is below 1, or below the number of hits.

    Notes
    -----
    ``hits[:4].sum()``.

    References
    ----------
    Nistér and Stewénius, "Scalable recognition with a vocabulary tree", CVPR 2006.

    Examples
    --------
    >>> n_s_score(np.array([True, True, False, True, True]))
    3.0
    """
    _check_judged(hits, n_relevant)
    return float(hits[:4].sum())


def error_rate(hits: NDArray[np.bool_], n_relevant: int) -> float:
    """1 if the first place holds no relevant image, otherwise 0.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection. At least 1; it does not change the value.

    Returns
    -------
    float
        0 or 1; its mean over queries is the error rate that LIRE's evaluations have.

    Raises
    ------
    ValueError
        If `n_relevant` is below 1, or below the number of hits.

    Notes
    -----
    ``1 - hits[0]``; 1 for a ranking of nothing.

    References
    ----------
    Deselaers, Keysers and Ney, "Features for image retrieval: an experimental
    comparison", Information Retrieval 11, 2008. Lux and Chatzichristofis, "Lire: Lucene
    image retrieval", ACM Multimedia 2008.

    Examples
    --------
    >>> error_rate(np.array([False, True]), n_relevant=1)
    1.0
    """
    return 1 - top_accuracy(hits, n_relevant, 1)


def distractor_rate(distractors: NDArray[np.bool_], k: int) -> float:
    """Share of the first `k` places that hold a distractor.

    Parameters
    ----------
    distractors : array of bool, shape (n_ranked,)
        True where the image in that place belongs to no class that is asked for.
    k : int
        Places; those beyond the end of the ranking hold none.

    Returns
    -------
    float
        From 0 (best) to 1.

    Raises
    ------
    ValueError
        If `k` is below 1.

    Notes
    -----
    ``distractors[:k].sum() / k``: `precision_at` for what nobody asks for. It is no
    complement of the precision, for an image of another class is no distractor.

    Examples
    --------
    >>> distractor_rate(np.array([False, True, False, False]), k=2)
    0.5
    """
    _check_marks("distractors", distractors)
    return float(distractors[: check_count("k", k)].sum() / k)


def precision_recall(
    hits: NDArray[np.bool_],
    n_relevant: int,
    recalls: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """Interpolated precision at some recalls: the curve of precision over recall.

    Parameters
    ----------
    hits : array of bool, shape (n_ranked,)
        True where the image in that place is relevant; the best place first.
    n_relevant : int
        Relevant images in the collection, found or not. At least 1.
    recalls : array of float, optional
        In [0, 1]; by default 0, 0.1, ... 1.

    Returns
    -------
    array of float64, of the shape of `recalls`
        The highest precision at that recall or a higher one; 0 where none was reached.

    Raises
    ------
    ValueError
        If `n_relevant` is below 1, or below the number of hits, or a recall is outside
        [0, 1].

    Notes
    -----
    At recall r it is ``max(P(i) for i with hits[:i].sum() >= r * n_relevant)``.

    References
    ----------
    Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, 8.4.

    Examples
    --------
    >>> hits = np.array([True, False, True])
    >>> precision_recall(hits, 2, np.array([0, 0.5, 1])).round(3)
    array([1.   , 1.   , 0.667])
    """
    _check_judged(hits, n_relevant)
    at = np.arange(11) / 10 if recalls is None else np.asarray(recalls, np.float64)
    if not ((at >= 0) & (at <= 1)).all():
        raise ValueError(f"recalls must lie in [0, 1], got {at.min()} to {at.max()}")
    places = np.flatnonzero(hits) + 1
    precision = np.arange(1, len(places) + 1) / places
    # From the right: the highest precision of this recall and all above it.
    highest = np.concatenate([np.maximum.accumulate(precision[::-1])[::-1], [0.0]])
    wanted = np.ceil(at * n_relevant - 1e-9).astype(np.intp)
    found: NDArray[np.float64] = highest[np.clip(wanted - 1, 0, len(places))]
    return found


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

    Notes
    -----
    ``(m - b) / (1.25 * window - b)``, where m is the mean place of all relevant images,
    1.25 windows for those beyond the window, and ``b = (1 + n_relevant) / 2`` is that
    of the best ranking.

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
    _check_marks("hits", hits)
    check_count("n_relevant", n_relevant)
    if hits.sum() > n_relevant:
        raise ValueError(
            f"n_relevant must be at least the {int(hits.sum())} hits of the ranking, "
            f"got {n_relevant}"
        )


def _check_marks(name: str, marks: NDArray[np.bool_]) -> None:
    if not isinstance(marks, np.ndarray) or marks.ndim != 1 or marks.dtype != np.bool_:
        raise ValueError(
            f"{name} must be an array of bool of shape (n_ranked,), got "
            + (
                f"shape {marks.shape} and dtype {marks.dtype}"
                if isinstance(marks, np.ndarray)
                else type(marks).__name__
            )
        )
