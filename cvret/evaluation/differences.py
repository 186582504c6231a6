"""Differences of each two systems by each metric, with intervals and tests."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.evaluation.gains import Difference, gains_of
from cvret.evaluation.report import Report
from cvret.evaluation.statistics import (
    Interval,
    bootstrap_intervals,
    holm,
    paired_tests,
)

__all__ = ["Resampling", "differences_of"]

_AT_ONCE = 10_000_000  # resamples of all columns together: 80 MB


class Resampling(NamedTuple):
    """How intervals and tests draw; see `cvret.compare`."""

    confidence: float
    n_resamples: int
    random_state: int


def differences_of(
    reports: Mapping[str, Report], metrics: Sequence[str], resampling: Resampling
) -> tuple[tuple[Difference, ...], list[str]]:
    """Compare each two systems by each metric.

    Parameters
    ----------
    reports : mapping of str to Report
        Of the same queries in one order, all with these metrics.
    metrics : sequence of str
        What is compared; Holm's correction is over all pairs, for each by itself.
    resampling : Resampling
        Of the intervals and tests.

    Returns
    -------
    differences : tuple of Difference
        By metric, and by pair in the order of the reports.
    warnings : list of str
        What keeps the tests from showing anything.

    Examples
    --------
    >>> from cvret.evaluation.report import Costs, Spread
    >>> values = {"a": np.zeros(8), "b": np.ones(8)}
    >>> costs = Costs(Spread(1.0, 1.0), Spread(1.0, 1.0))
    >>> reports = {
    ...     name: Report(name, tuple("12345678"), {"mAP": each}, {}, {}, 8, costs)
    ...     for name, each in values.items()
    ... }
    >>> found, _ = differences_of(reports, ["mAP"], Resampling(0.95, 1000, 0))
    >>> found[0].better, found[0].mean, found[0].probability
    ('b', 1.0, 0.0078125)
    """
    pairs = list(combinations(reports, 2))
    asked = [(metric, *pair) for metric in metrics for pair in pairs]
    gains = np.stack(
        [
            gains_of(reports[a].values[metric], reports[b].values[metric], metric)
            for metric, a, b in asked
        ],
        axis=1,
    )
    turned = gains.mean(axis=0) < 0
    gains[:, turned] *= -1
    intervals, probabilities = _judged(gains, resampling)
    corrected = [
        value
        for start in range(0, len(asked), len(pairs))
        for value in holm(probabilities[start : start + len(pairs)]).tolist()
    ]
    differences = tuple(
        Difference(
            b if turned[column] else a,
            a if turned[column] else b,
            metric,
            float(gains[:, column].mean()),
            intervals[column],
            probabilities[column],
            corrected[column],
            int((gains[:, column] > 0).sum()),
            int((gains[:, column] == 0).sum()),
            int((gains[:, column] < 0).sum()),
        )
        for column, (metric, a, b) in enumerate(asked)
    )
    needed = math.ceil(len(pairs) / (1 - resampling.confidence))
    if resampling.n_resamples >= needed:
        return differences, []
    return differences, [
        f"n_resamples={resampling.n_resamples:,} is too few to show any difference of "
        f"{len(pairs):,} pairs of systems; take at least {needed:,}"
    ]


def _judged(
    gains: NDArray[np.float64], resampling: Resampling
) -> tuple[list[Interval], list[float]]:
    """Give the interval and the probability of each column, some columns at a time."""
    drawn = resampling._asdict()
    del drawn["confidence"]
    intervals: list[Interval] = []
    probabilities: list[float] = []
    size = max(1, _AT_ONCE // resampling.n_resamples)
    for start in range(0, gains.shape[1], size):
        several = gains[:, start : start + size]
        intervals += bootstrap_intervals(several, **resampling._asdict())
        probabilities += paired_tests(several, **drawn).tolist()
    return intervals, probabilities
