"""The page of a comparison: what may be claimed, and everything it rests on."""

import math
from collections.abc import Iterator

import numpy as np

from cvret.evaluation.comparison import Comparison, Difference
from cvret.evaluation.page.answers import asked
from cvret.evaluation.page.bars import axis, forest_line, mean_bar, shares_bar
from cvret.evaluation.page.charts import tradeoff_charts
from cvret.evaluation.page.classes import class_deltas
from cvret.evaluation.page.facts import best_first, gains, heading, macro_f1, pairs_of
from cvret.evaluation.page.methods import how_measured, warnings_box
from cvret.evaluation.page.numbers import (
    interval,
    milliseconds,
    probability,
    signed,
    value,
)
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.page.style import STYLE
from cvret.evaluation.page.systems import cost_cells, metric_table
from cvret.evaluation.page.tables import Cell, Row, section, table
from cvret.evaluation.report import Report
from cvret.plot.page import escaped, framed
from cvret.plot.tradeoff import linear_ticks, points_of, small_is_good

__all__ = ["comparison_page"]

_MOST_PAIRS = 60
_OPPONENTS = 4  # that pictures compare the best system with
_QUERIES = 3  # shown, each way
_RESULTS = 5  # of each system, for a query
_LISTED = 200  # queries whose values are on the page


def comparison_page(comparison: Comparison) -> str:
    """Give a comparison as one HTML page that needs no other file and no network.

    Parameters
    ----------
    comparison : Comparison
        Of two systems or more. Pictures come from the files that its reports name; one
        that cannot be read leaves its place grey.

    Returns
    -------
    str
        HTML. What may be claimed stands first, with warnings; then tables, charts, the
        queries that systems differ on by most, and how it was measured. Below 5 MB.

    Examples
    --------
    >>> from cvret.evaluation.report import Costs, Report, Spread
    >>> from cvret.evaluation.statistics import Interval
    >>> reports = {
    ...     name: Report(name, ("q.jpg",), {"mAP": np.array([mean])},
    ...         {"mAP": Interval(mean, mean)}, {}, 9, Costs(Spread(2, 3), Spread(1, 1)))
    ...     for name, mean in (("hsv", 0.25), ("sift", 0.5))}
    >>> page = comparison_page(Comparison(reports, "mAP", (), "Too few to tell."))
    >>> "Too few to tell." in page, "http" in page
    (True, False)
    """
    order = best_first(comparison)
    first = comparison.reports[order[0]]
    title = f"Comparison of {len(order)} systems"
    lead = (
        f"{first.n_queries:,} queries among {first.n_images:,} images, compared by "
        f"{heading(comparison.metric)}."
    )
    files = {
        name: file
        for report in comparison.reports.values()
        for name, file in report.files.items()
    }
    pictures = Pictures(files)
    parts = {
        "systems": ("Systems", _systems(comparison, order)),
        "tradeoff": ("Accuracy and time", _tradeoff(comparison)),
        "pairs": ("System against system", _pairs(comparison)),
        "classes": ("Classes", class_deltas(comparison.reports, order)),
        "pictures": ("Pictures", _pictures(comparison, order, pictures)),
        "values": ("Values of each query", _values(comparison, order)),
        "measured": (
            "How it was measured",
            how_measured(
                {name: comparison.reports[name] for name in order},
                comparison.confidence,
                getattr(comparison, "about", {}),
            ),
        ),
    }
    shown = {name: part for name, part in parts.items() if part[1]}
    links = "".join(
        f'<a href="#{name}">{each}</a>' for name, (each, _) in shown.items()
    )
    bodies = [
        f'<p class="sentence">{escaped(comparison.sentence)}</p>',
        warnings_box(comparison.warnings),
        *(section(name, each, body) for name, (each, body) in shown.items()),
        pictures.definitions(),
    ]
    nav = f'<nav aria-label="On this page">{links}</nav>\n'
    return "".join(framed(title, lead, bodies, STYLE, nav))


def _systems(comparison: Comparison, order: list[str]) -> str:
    metric, reports = comparison.metric, comparison.reports
    front = {point.name for point in points_of(comparison) if point.on_front}
    ends = [reports[name].intervals.get(metric, (0.0, 0.0))[1] for name in order]
    most = max([1.0, *(end for end in ends if math.isfinite(end))])
    has_classes = any(report.query_classes for report in reports.values())
    rows: list[Row] = []
    for name in order:
        report = reports[name]
        mean = float(np.mean(report.values[metric]))
        low, high = report.intervals.get(metric, (math.nan, math.nan))
        tag = ' <span class="tag">on the front</span>' if name in front else ""
        rows.append(
            [
                f"{escaped(name)}{tag}",
                f"{value(mean)}<small>{interval(low, high)}</small>"
                + mean_bar(mean, low, high, most),
                *([value(macro_f1(report))] if has_classes else []),
                *cost_cells(report.costs),
            ]
        )
    percent = f"{100 * comparison.confidence:g} %"
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
    )


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
    pairs = pairs_of(comparison, comparison.metric)
    if not pairs:
        return ""
    ends = _ends(pairs[:_MOST_PAIRS])
    rows: list[Row] = [
        _pair(each, ends, comparison.confidence) for each in pairs[:_MOST_PAIRS]
    ]
    columns: Row = [
        "Better mean, other",
        Cell(f"Mean gain{axis(ends, linear_ticks(*ends))}", "text"),
        "Gain and interval",
        "Corrected p",
        Cell("Clear", "text"),
        "Wins, ties, losses",
    ]
    caption = (
        f"Gains in {heading(comparison.metric)}, query by query, with "
        f"{100 * comparison.confidence:g} % intervals. Clear: the probability, "
        f"corrected for {len(pairs)} pairs, is at most {1 - comparison.confidence:g}; "
        "its mark is filled. The bar shows wins dark, ties pale, losses thin."
    )
    more = len(pairs) - _MOST_PAIRS
    note = (
        f'<p class="note">{more:,} more pairs are in the JSON file.</p>'
        if more > 0
        else ""
    )
    return table(caption, columns, rows, "stack") + note + _other_metrics(comparison)


def _pair(each: Difference, ends: tuple[float, float], confidence: float) -> Row:
    sure = each.corrected <= 1 - confidence + 1e-9
    counts = f"{each.wins:,} / {each.ties:,} / {each.losses:,}"
    return [
        f"{escaped(each.better)}<small>over {escaped(each.other)}</small>",
        Cell(forest_line(each.mean, *each.interval, ends, sure), "text"),
        f"{signed(each.mean)}<small>{interval(*each.interval)}</small>",
        probability(each.corrected),
        Cell("yes" if sure else "no", "text"),
        counts + shares_bar(each.wins, each.ties, each.losses),
    ]


def _ends(pairs: list[Difference]) -> tuple[float, float]:
    """Give ends of a scale that holds 0 and every interval."""
    values = [0.0]
    for each in pairs:
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


def _pictures(comparison: Comparison, order: list[str], pictures: Pictures) -> str:
    if not any(report.results for report in comparison.reports.values()):
        return ""
    leader = order[0]
    lead = (
        "<p>The queries on which the system with the best mean differs most from the "
        f"{'other' if len(order) == 2 else 'others'}, with the first {_RESULTS} "
        "results of both. o is right, x is wrong; the number is the score.</p>"
    )
    parts = [lead]
    for other in order[1 : 1 + _OPPONENTS]:
        parts.append(f"<h3>{escaped(leader)} and {escaped(other)}</h3>")
        for a, b in ((leader, other), (other, leader)):
            parts += _won(comparison, a, b, pictures)
    left = len(order) - 1 - _OPPONENTS
    if left > 0:
        parts.append(f'<p class="note">{left} more are not shown in pictures.</p>')
    return "\n".join(parts)


def _won(comparison: Comparison, a: str, b: str, pictures: Pictures) -> Iterator[str]:
    """Show the queries where `a` is better than `b` by most."""
    found = gains(comparison, a, b)
    best = [
        row for row in np.argsort(-found, kind="stable")[:_QUERIES] if found[row] > 0
    ]
    if not best:
        yield f"<h4>{escaped(a)} is better for no query</h4>"
        return
    n = int((found > 0).sum())
    queries = "1 query" if n == 1 else f"{len(best)} of {n:,} queries"
    yield f"<h4>Where {escaped(a)} is better by most: {queries}</h4>"
    metric = comparison.metric
    for row in best:
        query = comparison.reports[a].queries[row]
        answers = {}
        for name in (a, b):
            report: Report = comparison.reports[name]
            said = f"{metric} {value(float(report.values[metric][row]))}"
            answers[name] = (said, report.results.get(query, ())[:_RESULTS])
        yield asked(pictures, query, f"gain {signed(float(found[row]))}", answers)


def _values(comparison: Comparison, order: list[str]) -> str:
    queries = comparison.reports[order[0]].queries
    if len(queries) > _LISTED:
        return (
            f"<p>The values of {len(queries):,} queries are not listed here; save the "
            "comparison as .csv for all of them.</p>"
        )
    columns = [comparison.reports[name].values[comparison.metric] for name in order]
    rows: list[Row] = [
        [escaped(query), *(value(float(column[row])) for column in columns)]
        for row, query in enumerate(queries)
    ]
    found = table(
        f"{heading(comparison.metric)} of each query.",
        ["Query", *map(escaped, order)],
        rows,
        "sticky",
    )
    return (
        f"<details><summary>{len(queries):,} queries</summary>{found}</details>"
        '<p class="note">Save the comparison as .csv for the other metrics.</p>'
    )
