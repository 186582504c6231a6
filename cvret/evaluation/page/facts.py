"""What pages tell of reports and comparisons beside what these hold."""

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.evaluation.comparison import Comparison, Difference
from cvret.evaluation.report import Report
from cvret.plot.tradeoff import small_is_good

__all__ = [
    "ClassValues",
    "best_first",
    "class_values",
    "gains",
    "heading",
    "macro_f1",
    "means",
    "mistakes",
    "pairs_of",
]

_ROUNDING = 1e-12


class ClassValues(NamedTuple):
    """How well the queries of a class were told from others."""

    precision: float
    recall: float
    f1: float
    n_queries: int


def means(report: Report, metric: str) -> float:
    """Give the mean of a metric over the queries; NaN where it was not measured."""
    values = report.values.get(metric)
    return float(np.mean(values)) if values is not None and len(values) else np.nan


def heading(metric: str) -> str:
    """Give a metric's name, and that small values are good where they are."""
    return f"{metric} (small is good)" if small_is_good(metric) else metric


def best_first(comparison: Comparison) -> list[str]:
    """Give the systems by their means, best first; equal ones as they were given."""
    sign = -1 if small_is_good(comparison.metric) else 1
    return sorted(
        comparison.reports,
        key=lambda name: (
            -sign * np.nan_to_num(means(comparison.reports[name], comparison.metric))
        ),
    )


def gains(comparison: Comparison, a: str, b: str) -> NDArray[np.float64]:
    """Give how much better `a` is than `b`, query by query."""
    first, second = (
        comparison.reports[name].values[comparison.metric] for name in (a, b)
    )
    found = second - first if small_is_good(comparison.metric) else first - second
    return np.where(np.abs(found) < _ROUNDING, 0.0, found)


def pairs_of(comparison: Comparison, metric: str) -> list[Difference]:
    """Give the differences by a metric, those of the best systems first."""
    places = {name: place for place, name in enumerate(best_first(comparison))}
    found = [each for each in comparison.differences if each.metric == metric]
    return sorted(found, key=lambda each: (places[each.better], places[each.other]))


def class_values(report: Report) -> dict[str, ClassValues]:
    """Give precision, recall and F1 of the classes that queries have, by name."""
    from sklearn.metrics import precision_recall_fscore_support

    true, predicted = _labels(report)
    if not true:
        return {}
    classes = sorted(set(true))
    table = precision_recall_fscore_support(
        true, predicted, labels=classes, zero_division=0
    )
    return {
        name: ClassValues(float(p), float(r), float(f), int(n))
        for name, p, r, f, n in zip(classes, *table, strict=True)
    }


def macro_f1(report: Report) -> float:
    """Give the mean of F1 over the classes that queries have; NaN without classes."""
    found = [each.f1 for each in class_values(report).values()]
    return float(np.mean(found)) if found else np.nan


def mistakes(report: Report) -> Counter[tuple[str, str]]:
    """Count queries by their class and the class they were taken for."""
    return Counter(zip(*_labels(report), strict=True))


def _labels(report: Report) -> tuple[list[str], list[str]]:
    """Give the class of each query that has one, and the class it was taken for."""
    asked = [query for query in report.queries if query in report.query_classes]
    return (
        [report.query_classes[query] for query in asked],
        [report.predicted.get(query, "") for query in asked],
    )
