"""The page of a comparison: what may be claimed, and everything it rests on."""

import math
from collections.abc import Sequence

from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import Gain
from cvret.evaluation.page.bars import axis, forest_line, mean_bar, shares_bar
from cvret.evaluation.page.charts import tradeoff_charts
from cvret.evaluation.page.classes import class_deltas
from cvret.evaluation.page.facts import (
    class_table_of,
    heading,
    most_of,
    pairs_of,
)
from cvret.evaluation.page.frame import evaluation_page
from cvret.evaluation.page.methods import how_measured
from cvret.evaluation.page.numbers import (
    interval,
    milliseconds,
    probability,
    signed,
    value,
)
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.page.queries import queries_won
from cvret.evaluation.page.systems import cost_cells, curve_table, metric_table
from cvret.evaluation.page.tables import Cell, Row, breakable, table
from cvret.evaluation.scoring import small_is_good
from cvret.metrics.classification import ClassTable
from cvret.plot.page import escaped
from cvret.plot.tradeoff import linear_ticks, points_of

__all__ = ["comparison_page"]

_MOST_PAIRS = 60
_LISTED = 200  # queries whose values are on the page


def comparison_page(comparison: Comparison, pictures: bool = True) -> str:
    """Give a comparison as one HTML page that needs no other file and no network.

    Parameters
    ----------
    comparison : Comparison
        Of two systems or more. Pictures come from the files that its reports name; one
        that cannot be read leaves its place grey.
    pictures : bool
        Whether to show pictures of the collection; else queries are named in tables.

    Returns
    -------
    str
        HTML. What may be claimed stands first, with warnings; then tables, charts, the
        queries that systems differ on by most, and how it was measured. Below 5 MB.

    Examples
    --------
    >>> import numpy as np
    >>> import cvret
    >>> from cvret.evaluation.report import Costs, Report, Spread
    >>> from cvret.evaluation.statistics import Interval
    >>> reports = {
    ...     name: Report(name, ("q.jpg",), {"mAP": np.array([mean])},
    ...         {"mAP": Interval(mean, mean)}, {}, 9, Costs(Spread(2, 3), Spread(1, 1)))
    ...     for name, mean in (("hsv", 0.25), ("sift", 0.5))}
    >>> page = comparison_page(cvret.compare(reports))
    >>> "cannot be told from this one query" in page, "http" in page
    (True, False)
    """
    order = comparison.order()
    first = comparison.reports[order[0]]
    title = f"Comparison of {len(order)} systems"
    lead = (
        f"{first.n_queries:,} queries among {first.n_images:,} images, compared by "
        f"{heading(comparison.metric)}."
    )
    shown = Pictures() if pictures else None
    parts = {
        "systems": ("Systems", _systems(comparison, order)),
        "tradeoff": ("Accuracy and time", _tradeoff(comparison)),
        "pairs": ("System against system", _pairs(comparison)),
        "combining": ("What combining gains", _combining(comparison)),
        "classes": ("Classes", class_deltas(comparison.reports, order)),
        "queries": ("Queries won and lost", queries_won(comparison, shown)),
        "values": ("Values of each query", _values(comparison, order)),
        "measured": (
            "How it was measured",
            how_measured(
                {name: comparison.reports[name] for name in order},
                comparison.confidence,
                comparison.about,
            ),
        ),
    }
    return evaluation_page(
        title, lead, comparison.sentence, comparison.warnings, parts, shown
    )


def _systems(comparison: Comparison, order: Sequence[str]) -> str:
    metric, reports = comparison.metric, comparison.reports
    front = comparison.front()
    most = most_of(metric)
    tables = {name: class_table_of(reports[name]) for name in order}
    has_classes = any(each is not None for each in tables.values())
    rows: list[Row] = []
    for name in order:
        report = reports[name]
        mean = comparison.mean(name)
        low, high = report.intervals.get(metric, (math.nan, math.nan))
        tag = ' <span class="tag">on the front</span>' if name in front else ""
        rows.append(
            [
                f"{escaped(name)}{tag}",
                f"{value(mean)}<small>{interval(low, high)}</small>"
                + mean_bar(mean, low, high, most),
                *([_macro_f1(tables[name])] if has_classes else []),
                *cost_cells(report.costs),
            ]
        )
    percent = _percent(comparison)
    columns = [
        "System",
        f"{escaped(heading(metric))}<small>{percent} interval</small>",
        *(["Macro F1<small>over classes</small>"] if has_classes else []),
        "Extract<small>ms, median (p95)</small>",
        "Search<small>ms, median (p95)</small>",
        "Index<small>kB an image</small>",
        "Learning<small>seconds</small>",
    ]
    caption = (
        f"Systems, the best mean first. The bar runs from 0 to {most:g}, the line over "
        "it is the interval. On the front: no other system is both as accurate and as "
        "fast."
    )
    return (
        table(caption, columns, rows, "stack")
        + "\n"
        + metric_table({name: reports[name] for name in order}, percent)
        + curve_table({name: reports[name] for name in order})
    )


def _macro_f1(table: ClassTable | None) -> str:
    return value(math.nan if table is None else table.macro_f1)


def _tradeoff(comparison: Comparison) -> str:
    points = points_of(comparison)
    if not points:
        return '<p class="note">The time of no system is known.</p>'
    rows: list[Row] = [
        [
            escaped(point.name),
            milliseconds(point.ms),
            value(point.mean),
            interval(point.low, point.high),
            Cell("yes" if point.on_front else "no", "text"),
        ]
        for point in points
    ]
    numbers = table(
        "The numbers of the chart, the fastest first.",
        [
            "System",
            "ms a query",
            escaped(comparison.metric),
            "Interval",
            "On the front",
        ],
        rows,
    )
    unknown = len(comparison.reports) - len(points)
    note = (
        f'<p class="note">The time of {unknown} more is not known.</p>'
        if unknown
        else ""
    )
    return (
        "<p>Each mark is a system with the interval of its mean; the time is that of "
        "extracting and searching, by their medians. Filled marks on the dashed line "
        "are the Pareto front: no other system is both as accurate and as fast.</p>\n"
        + tradeoff_charts(points, comparison.metric, small_is_good(comparison.metric))
        + f"\n{note}<details><summary>The same as a table</summary>{numbers}</details>"
    )


def _pairs(comparison: Comparison) -> str:
    pairs = pairs_of(comparison)
    if not pairs:
        return ""
    caption = (
        f"Gains in {heading(comparison.metric)}, query by query, with "
        f"{_percent(comparison)} intervals. {_clear(comparison, len(pairs))}"
    )
    gains = [Gain(each.better, each.other, each) for each in pairs[:_MOST_PAIRS]]
    found = _gain_table(caption, "Better mean, other", gains, comparison.confidence)
    more = len(pairs) - _MOST_PAIRS
    note = (
        f'<p class="note">{more:,} more pairs are in the JSON file.</p>'
        if more > 0
        else ""
    )
    return found + note + _other_metrics(comparison)


def _combining(comparison: Comparison) -> str:
    gains = comparison.gains()
    if not gains:
        return ""
    caption = (
        f"What each combination gains in {heading(comparison.metric)} over each of its "
        f"parts, with {_percent(comparison)} intervals; below 0 it loses. "
        f"{_clear(comparison, len(pairs_of(comparison)))}"
    )
    return _gain_table(
        caption, "Combination, part", gains[:_MOST_PAIRS], comparison.confidence
    )


def _percent(comparison: Comparison) -> str:
    return f"{100 * comparison.confidence:g} %"


def _clear(comparison: Comparison, n_pairs: int) -> str:
    corrected = f", corrected for {n_pairs} pairs," if n_pairs > 1 else ""
    return (
        f"Clear: the probability{corrected} is at most {1 - comparison.confidence:g} "
        "and the interval does not hold 0; its mark is filled. The bar shows wins "
        "dark, ties pale, losses thin."
    )


def _gain_table(
    caption: str, names: str, gains: Sequence[Gain], confidence: float
) -> str:
    """Give gains of one system over another, each drawn on one scale."""
    ends = _ends(gains)
    columns = [
        names,
        f"Mean gain{axis(ends, linear_ticks(*ends))}",
        "Gain and interval",
        "Corrected p",
        "Clear",
        "Wins, ties, losses",
    ]
    rows = [_gain(each, ends, confidence) for each in gains]
    return table(caption, columns, rows, "stack")


def _gain(each: Gain, ends: tuple[float, float], confidence: float) -> Row:
    found = each.difference
    sure = found.holds(confidence)
    wins, losses = found.wins, found.losses
    if found.better != each.combination:
        wins, losses = losses, wins
    return [
        f"{escaped(each.combination)}<small>over {escaped(each.part)}</small>",
        Cell(forest_line(each.mean, *each.interval, ends, sure), "text"),
        f"{signed(each.mean)}<small>{interval(*each.interval)}</small>",
        probability(found.corrected),
        Cell("yes" if sure else "no", "text"),
        f"{wins:,} / {found.ties:,} / {losses:,}"
        + shares_bar(wins, found.ties, losses),
    ]


def _ends(gains: Sequence[Gain]) -> tuple[float, float]:
    """Give ends of a scale that holds 0 and every interval."""
    values = [0.0]
    for each in gains:
        values += [x for x in (each.mean, *each.interval) if math.isfinite(x)]
    room = max((max(values) - min(values)) * 0.08, 0.005)
    return min(values) - room, max(values) + room


def _other_metrics(comparison: Comparison) -> str:
    """Give the differences by the other metrics, where these are few enough to read."""
    rows: list[Row] = [
        [
            escaped(heading(each.metric)),
            Cell(escaped(each.better), "text"),
            Cell(escaped(each.other), "text"),
            signed(each.mean),
            interval(*each.interval),
            probability(each.corrected),
        ]
        for each in comparison.differences
        if each.metric != comparison.metric
    ]
    if not 0 < len(rows) <= _MOST_PAIRS:
        return ""
    found = table(
        "Differences by the other metrics; turned where small values are good.",
        ["Metric", "Better", "Other", "Gain", "Interval", "Corrected p"],
        rows,
        "sticky",
    )
    return f"<details><summary>By the other metrics</summary>{found}</details>"


def _values(comparison: Comparison, order: Sequence[str]) -> str:
    queries = comparison.reports[order[0]].queries
    if len(queries) > _LISTED:
        return (
            f"<p>The values of {len(queries):,} queries are not listed here; save the "
            "comparison as .csv for all of them.</p>"
        )
    columns = [comparison.reports[name].values[comparison.metric] for name in order]
    rows: list[Row] = [
        [breakable(query), *(value(float(column[row])) for column in columns)]
        for row, query in enumerate(queries)
    ]
    found = table(
        f"{heading(comparison.metric, of_one=True)} of each query.",
        ["Query", *map(breakable, order)],
        rows,
        "sticky",
    )
    return (
        f"<details><summary>{len(queries):,} queries</summary>{found}</details>"
        '<p class="note">Save the comparison as .csv for the other metrics.</p>'
    )
