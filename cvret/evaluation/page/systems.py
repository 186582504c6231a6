"""Systems on pages: their costs, and their means of all metrics."""

import math
from collections.abc import Mapping

import numpy as np

from cvret.evaluation.page.facts import heading, means
from cvret.evaluation.page.numbers import DASH, interval, milliseconds, size, value
from cvret.evaluation.page.tables import table
from cvret.evaluation.report import Costs, Report, Spread
from cvret.plot.page import escaped
from cvret.plot.tradeoff import small_is_good

__all__ = ["cost_cells", "metric_table"]

_AT_ONCE = 12  # metrics beside one another, as many as paper has room for


def cost_cells(costs: Costs) -> list[str]:
    """Give extracting, searching, size and learning as four cells."""
    return [
        _spread(costs.extract_ms),
        _spread(costs.search_ms),
        size(costs.bytes_an_image),
        _seconds(costs.fit_seconds),
    ]


def _spread(spread: Spread) -> str:
    median, p95 = milliseconds(spread.median), milliseconds(spread.p95)
    return DASH if median == DASH else f"{median} ({p95})"


def _seconds(seconds: float) -> str:
    if seconds == 0:
        return "none"
    return milliseconds(seconds)  # the same digits


def metric_table(reports: Mapping[str, Report], percent: str) -> str:
    """Give the means of all metrics, and below each its interval."""
    metrics = list(dict.fromkeys(m for each in reports.values() for m in each.values))
    return "\n".join(
        _metric_table(reports, metrics[start : start + _AT_ONCE], percent)
        for start in range(0, len(metrics), _AT_ONCE)
    )


def _metric_table(
    reports: Mapping[str, Report], metrics: list[str], percent: str
) -> str:
    best = {}
    for metric in metrics:
        found = [means(report, metric) for report in reports.values()]
        known = [each for each in found if math.isfinite(each)] or [np.nan]
        best[metric] = min(known) if small_is_good(metric) else max(known)
    rows = []
    for name, report in reports.items():
        cells = []
        for metric in metrics:
            mean = means(report, metric)
            shown = value(mean)
            if len(reports) > 1 and shown == value(best[metric]) != DASH:
                shown = f"<b>{shown}</b>"
            low, high = report.intervals.get(metric, (math.nan, math.nan))
            ends = interval(low, high).replace(" to ", f"{DASH}")
            cells.append(f"{shown}<small>{ends}</small>")
        rows.append([escaped(name), *cells])
    bold = "; the best mean of each in bold" if len(reports) > 1 else ""
    return table(
        f"Means of all metrics, and below them {percent} intervals{bold}.",
        ["System", *(escaped(heading(metric)) for metric in metrics)],
        rows,
        "sticky",
    )
