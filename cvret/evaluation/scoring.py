"""Metrics by name, and many rankings scored by the places of what is relevant."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_sequence
from cvret.errors import UnknownNameError

__all__ = [
    "DEFAULT_METRICS",
    "METRIC_FORMS",
    "N_RECALLS",
    "Places",
    "check_metrics",
    "places_of",
    "precision_curves",
    "score",
    "small_is_good",
]

DEFAULT_METRICS = (
    "mAP",
    "mAP@10",
    "P@10",
    "R@10",
    "R-precision",
    "nDCG@10",
    "MRR",
    "top-1",
    "top-3",
    "top-5",
    "top-10",
    "ANMRR",
)
"""What `cvret.evaluate` measures unless told otherwise."""

METRIC_FORMS = (
    "mAP",
    "mAP(trapezoid)",
    "mAP@k",
    "mAP@k(found)",
    "mAP@k(relevant)",
    "P@k",
    "P@k(revisited)",
    "R@k",
    "R-precision",
    "nDCG@k",
    "MRR",
    "ANMRR",
    "top-k",
    "N-S",
    "error rate",
    "distractors@k",
)
"""The names of metrics, where k stands for any whole number of places from 1."""

N_RECALLS = 11
"""Recalls at which a curve of precision is given: 0, 0.1, ... 1."""

_FORM = re.compile(r"(mAP@|P@|R@|nDCG@|top-|distractors@)([1-9]\d{0,8})(\(\w+\))?")


@dataclass(frozen=True, eq=False)
class Places:
    """Where in a ranking the relevant images stand, which is all that metrics need.

    Places are counted from 1, after what does not count was taken out.

    Attributes
    ----------
    relevant : array of int, ascending
        Places of the relevant images that were ranked.
    n_relevant : int
        Relevant images, ranked or not; at least 1.
    gains : array of float64, of the shape of `relevant`, or None
        How relevant the image in each place is; None for 1 each.
    all_gains : array of float64, shape (n_relevant,), or None
        Those of all relevant images, the highest first.
    distractors : array of int, ascending
        Places of distractors.
    """

    relevant: NDArray[np.integer]
    n_relevant: int
    gains: NDArray[np.float64] | None = None
    all_gains: NDArray[np.float64] | None = None
    distractors: NDArray[np.integer] = field(
        default_factory=lambda: np.empty(0, np.int64)
    )

    def within(self, k: int) -> int:
        """Give how many relevant images stand in the first `k` places."""
        return int(np.searchsorted(self.relevant, k, side="right"))


def places_of(
    ids: Sequence[str],
    relevant: frozenset[str],
    *,
    without: Iterable[str] = (),
    grades: Mapping[str, float] | None = None,
    distractors: frozenset[str] = frozenset(),
) -> Places:
    """Look up where the relevant images stand in a ranking.

    Parameters
    ----------
    ids : sequence of str
        The ranking, best first; each image once.
    relevant : frozenset of str
        Ids of what is relevant; at least one, ranked or not.
    without : iterable of str
        Ids that do not count: what follows moves up. None of them is relevant.
    grades : mapping of str to float, optional
        How relevant some of the relevant images are; the others count 1.
    distractors : frozenset of str
        Ids of what is relevant to nothing.

    Returns
    -------
    Places

    Raises
    ------
    ValueError
        If a relevant image stands in the ranking twice.

    Examples
    --------
    >>> ranking = ("query", "b", "junk", "a")
    >>> places_of(ranking, frozenset("ab"), without={"query", "junk"}).relevant
    array([1, 2])
    """
    taken_out = frozenset(without)
    named = relevant | taken_out | distractors
    hits: list[int] = []
    gone: list[int] = []
    others: list[int] = []
    # A byte each, and not a place each by enumerate(): most are of no interest.
    marks = np.frombuffer(bytes(map(named.__contains__, ids)), np.uint8)
    for place in np.flatnonzero(marks).tolist():
        id_ = ids[place]
        if id_ in taken_out:
            gone.append(place)
        elif id_ in relevant:
            hits.append(place)
        else:
            others.append(place)
    if len({ids[place] for place in hits}) < len(hits):
        raise ValueError(
            "a ranking must hold each image once, got a relevant one twice"
        )
    gains = all_gains = None
    if grades:
        gains = np.array([grades.get(ids[place], 1.0) for place in hits])
        all_gains = np.array([grades.get(id_, 1.0) for id_ in relevant])
        all_gains = -np.sort(-all_gains)
    return Places(
        _counted(hits, gone), len(relevant), gains, all_gains, _counted(others, gone)
    )


def _counted(places: list[int], gone: list[int]) -> NDArray[np.int64]:
    """Count places from 1, without those that are gone before each."""
    found = np.array(places, np.int64)
    return found + 1 - np.searchsorted(np.array(gone, np.int64), found)


def check_metrics(names: Sequence[str]) -> tuple[str, ...]:
    """Give names of metrics, each once, or raise unless each is one.

    Raises
    ------
    UnknownNameError
        If a name is of none of the `METRIC_FORMS`.
    TypeError
        If they are no sequence of strings.

    Examples
    --------
    >>> check_metrics(["mAP", "P@20", "mAP"])
    ('mAP', 'P@20')
    """
    if isinstance(names, str):
        raise TypeError(f"metrics must be a list such as ['mAP'], got {names!r}")
    for name in check_sequence("metrics", names):
        if not isinstance(name, str):
            raise TypeError(f"metrics must be names such as 'mAP', got {name!r}")
        _measure_of(name)
    return tuple(dict.fromkeys(names))


def small_is_good(name: str) -> bool:
    """Tell whether small values of a metric are good.

    Raises
    ------
    UnknownNameError
        If the name is of none of the `METRIC_FORMS`.

    Examples
    --------
    >>> small_is_good("ANMRR"), small_is_good("P@10")
    (True, False)
    """
    _measure_of(name)
    return name in ("ANMRR", "error rate") or name.startswith("distractors@")


def score(
    rankings: Sequence[Places], metrics: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Measure many rankings.

    Parameters
    ----------
    rankings : sequence of Places
        Of each query.
    metrics : sequence of str
        Of the `METRIC_FORMS`.

    Returns
    -------
    dict of str to array of float64, shape (n_queries,)
        By metric, what the function of `cvret.metrics.ranking` gives for each ranking.
        The window of ANMRR goes by the most relevant images that any of them has.

    Raises
    ------
    UnknownNameError
        If a name is none of a metric.

    Examples
    --------
    Of two relevant images, one stands first and one third: (1/1 + 2/3) / 2.

    >>> one = Places(np.array([1, 3]), n_relevant=2)
    >>> {name: each.round(3).tolist() for name, each in score([one], ["mAP"]).items()}
    {'mAP': [0.833]}
    """
    most = max((each.n_relevant for each in rankings), default=1)
    found = {}
    for name in check_metrics(metrics):
        measure = partial(_nmrr, most=most) if name == "ANMRR" else _measure_of(name)
        found[name] = np.array([measure(each) for each in rankings], np.float64)
    return found


def precision_curves(rankings: Sequence[Places]) -> NDArray[np.float64]:
    """Give the interpolated precision of each ranking at recalls 0, 0.1, ... 1.

    Parameters
    ----------
    rankings : sequence of Places
        Of each query.

    Returns
    -------
    array of float64, shape (n_queries, 11)
        What `cvret.metrics.ranking.precision_recall` gives for each.

    Examples
    --------
    >>> precision_curves([Places(np.array([1, 3]), n_relevant=2)])[0, ::5].round(3)
    array([1.   , 1.   , 0.667])
    """
    recalls = np.arange(N_RECALLS) / (N_RECALLS - 1)
    curves = np.zeros((len(rankings), N_RECALLS))
    for curve, judged in zip(curves, rankings, strict=True):
        # From the right: the highest precision of this recall and all above it.
        highest = np.maximum.accumulate(_precisions(judged.relevant)[::-1])[::-1]
        wanted = np.ceil(recalls * judged.n_relevant - 1e-9).astype(np.intp)
        reached = wanted <= len(highest)
        curve[reached] = np.append(highest, 0.0)[np.maximum(wanted[reached] - 1, 0)]
    return curves


Measure = Callable[[Places], float]


def _measure_of(name: str) -> Measure:
    """Give the function of a metric's name."""
    if name in _PLAIN:
        return _PLAIN[name]
    parts = _FORM.fullmatch(name)
    kind = parts[1] + (parts[3] or "") if parts else ""
    if parts is None or kind not in _AT:
        raise UnknownNameError(
            f"no metric is named {name!r}; there are {', '.join(METRIC_FORMS)}, with a "
            "number for k, such as P@10"
        )
    return partial(_AT[kind], k=int(parts[2]))


def _precisions(places: NDArray[np.integer]) -> NDArray[np.float64]:
    """Give the precision at the place of each relevant image."""
    found: NDArray[np.float64] = np.arange(1, len(places) + 1) / places
    return found


def _average_precision(judged: Places) -> float:
    return float(_precisions(judged.relevant).sum() / judged.n_relevant)


def _average_precision_by_trapezoids(judged: Places) -> float:
    places = judged.relevant
    # One place before each, where one fewer was found; 1 before the first place.
    n_before = np.arange(len(places))
    before = np.where(places > 1, n_before / np.maximum(places - 1, 1), 1.0)
    return float(((before + _precisions(places)) / 2).sum() / judged.n_relevant)


def _average_precision_at(judged: Places, k: int, denominator: str) -> float:
    n = judged.within(k)
    if n == 0:
        return 0.0
    whole = {
        "reachable": min(judged.n_relevant, k),
        "relevant": judged.n_relevant,
        "found": n,
    }
    return float(_precisions(judged.relevant[:n]).sum() / whole[denominator])


def _precision_at(judged: Places, k: int, *, to_the_last: bool = False) -> float:
    found = judged.within(k)
    if to_the_last and len(judged.relevant):
        k = min(k, int(judged.relevant[-1]))
    return found / k


def _recall_at(judged: Places, k: int) -> float:
    return judged.within(k) / judged.n_relevant


def _r_precision(judged: Places) -> float:
    return judged.within(judged.n_relevant) / judged.n_relevant


def _ndcg_at(judged: Places, k: int) -> float:
    n = judged.within(k)
    discounts = 1 / np.log2(judged.relevant[:n] + 1)
    ideal = 1 / np.log2(np.arange(2, min(judged.n_relevant, k) + 2))
    if judged.gains is not None and judged.all_gains is not None:
        discounts = discounts * judged.gains[:n]
        ideal = ideal * judged.all_gains[:k]
    return float(discounts.sum() / ideal.sum())


def _reciprocal_rank(judged: Places) -> float:
    return float(1 / judged.relevant[0]) if len(judged.relevant) else 0.0


def _top_accuracy(judged: Places, k: int) -> float:
    return float(judged.within(k) > 0)


def _n_s_score(judged: Places) -> float:
    return float(judged.within(4))


def _error_rate(judged: Places) -> float:
    return float(judged.within(1) == 0)


def _distractors_at(judged: Places, k: int) -> float:
    return float(np.searchsorted(judged.distractors, k, side="right")) / k


def _nmrr(judged: Places, most: int = 1) -> float:
    n = judged.n_relevant
    window = min(4 * n, 2 * max(most, n))
    n_found = judged.within(window)
    missed = (n - n_found) * 1.25 * window
    mean_rank = (int(judged.relevant[:n_found].sum()) + missed) / n
    ideal_rank = (1 + n) / 2
    return (mean_rank - ideal_rank) / (1.25 * window - ideal_rank)


_PLAIN: dict[str, Measure] = {
    "mAP": _average_precision,
    "mAP(trapezoid)": _average_precision_by_trapezoids,
    "R-precision": _r_precision,
    "MRR": _reciprocal_rank,
    "ANMRR": _nmrr,
    "N-S": _n_s_score,
    "error rate": _error_rate,
}

_AT: dict[str, Callable[..., float]] = {
    "mAP@": partial(_average_precision_at, denominator="reachable"),
    "mAP@(found)": partial(_average_precision_at, denominator="found"),
    "mAP@(relevant)": partial(_average_precision_at, denominator="relevant"),
    "P@": _precision_at,
    "P@(revisited)": partial(_precision_at, to_the_last=True),
    "R@": _recall_at,
    "nDCG@": _ndcg_at,
    "top-": _top_accuracy,
    "distractors@": _distractors_at,
}
