"""Systems on pages: their costs, and their means of all metrics."""

import math
from collections.abc import Mapping

from cvret.evaluation.page.facts import heading
from cvret.evaluation.page.numbers import DASH, interval, milliseconds, size, value
from cvret.evaluation.page.tables import Row, breakable, heat_cell, table
from cvret.evaluation.report import Costs, Report, Spread
from cvret.evaluation.scoring import N_RECALLS, small_is_good
from cvret.plot.page import escaped

__all__ = ["cost_cells", "curve_table", "metric_table"]

_AT_ONCE = 10  # systems beside one another, as many as paper has room for


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
    """Give the means of all metrics, a column a system, and below each its interval."""
    names = list(reports)
    metrics = list(dict.fromkeys(m for each in reports.values() for m in each.values))
    best = {metric: _best(reports, metric) for metric in metrics}
    bold = "; the best mean of each in bold" if len(reports) > 1 else ""
    caption = f"Means of all metrics, and below them {percent} intervals{bold}."
    tables = []
    for start in range(0, len(names), _AT_ONCE):
        shown = names[start : start + _AT_ONCE]
        rows: list[Row] = [
            [
                escaped(heading(metric)),
                *(_mean(reports[name], metric, best[metric]) for name in shown),
            ]
            for metric in metrics
        ]
        columns = ["Metric", *map(breakable, shown)]
        tables.append(table(caption, columns, rows, "sticky"))
    return "\n".join(tables)


def curve_table(reports: Mapping[str, Report]) -> str:
    """Give the mean precision over recall, a row a system; "" where it is not known."""
    rows: list[Row] = [
        [
            breakable(name),
            *(heat_cell(value(p), p) for p in report.curves.mean(axis=0).tolist()),
        ]
        for name, report in reports.items()
        if report.curves is not None
    ]
    if not rows:
        return ""
    recalls = [f"{number / (N_RECALLS - 1):g}" for number in range(N_RECALLS)]
    caption = (
        "Precision over recall: the highest precision at that share of what is "
        "relevant, or a higher one, mean over the queries."
    )
    return table(caption, ["Recall", *recalls], rows, "sticky")


def _best(reports: Mapping[str, Report], metric: str) -> str:
    """Give the best mean as it is written, for equal ones are all the best."""
    found = [report.metrics.get(metric, math.nan) for report in reports.values()]
    known = [each for each in found if math.isfinite(each)]
    if len(found) < 2 or not known:
        return ""
    return value(min(known) if small_is_good(metric) else max(known))


def _mean(report: Report, metric: str, best: str) -> str:
    shown = value(report.metrics.get(metric, math.nan))
    low, high = report.intervals.get(metric, (math.nan, math.nan))
    ends = interval(low, high).replace(" to ", DASH)
    strong = f"<b>{shown}</b>" if shown == best else shown
    return f"{strong}<small>{ends}</small>"
