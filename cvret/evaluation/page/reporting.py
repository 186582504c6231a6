"""The page of one system's evaluation."""

import math
from collections.abc import Iterator

import numpy as np

from cvret.evaluation.page.answers import asked
from cvret.evaluation.page.bars import mean_bar
from cvret.evaluation.page.classes import class_report, confusion
from cvret.evaluation.page.facts import heading, macro_f1, means
from cvret.evaluation.page.methods import how_measured, warnings_box
from cvret.evaluation.page.numbers import interval, value
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.page.style import STYLE
from cvret.evaluation.page.systems import cost_cells
from cvret.evaluation.page.tables import Cell, Row, section, table
from cvret.evaluation.report import Report
from cvret.plot.page import escaped, framed
from cvret.plot.tradeoff import small_is_good

__all__ = ["report_page"]

_QUERIES = 5  # shown, the best and the worst
_RESULTS = 10


def report_page(report: Report) -> str:
    """Give a report as one HTML page that needs no other file and no network.

    Parameters
    ----------
    report : Report
        Of one system. Pictures come from the files that it names; one that cannot be
        read leaves its place grey.

    Returns
    -------
    str
        HTML: metrics with intervals, costs, classes and what they are taken for, the
        queries that went best and worst, and how it was measured. Below 5 MB.

    Examples
    --------
    >>> from cvret.evaluation.report import Costs, Spread
    >>> from cvret.evaluation.statistics import Interval
    >>> report = Report("hsv", ("q.jpg",), {"mAP": np.array([0.25])},
    ...     {"mAP": Interval(0.25, 0.25)}, {}, 9, Costs(Spread(2, 3), Spread(1, 1)))
    >>> "mAP is 0.250" in report_page(report)
    True
    """
    metric = "mAP" if "mAP" in report.values else next(iter(report.values))
    pictures = Pictures(report.files)
    matrix = confusion(report)
    parts = {
        "metrics": ("Metrics", _metrics(report)),
        "costs": ("Costs", _costs(report)),
        "classes": ("Classes", class_report(report, metric)),
        "confusion": ("What is taken for what", matrix),
        "pictures": ("Best and worst", "\n".join(_queries(report, metric, pictures))),
        "measured": (
            "How it was measured",
            how_measured({report.name: report}, report.confidence, {}),
        ),
    }
    shown = {name: part for name, part in parts.items() if part[1]}
    links = "".join(
        f'<a href="#{name}">{each}</a>' for name, (each, _) in shown.items()
    )
    lead = f"{report.n_queries:,} queries among {report.n_images:,} images."
    bodies = [
        f'<p class="sentence">{escaped(_sentence(report, metric))}</p>',
        warnings_box(report.warnings),
        *(section(name, each, body) for name, (each, body) in shown.items()),
        pictures.definitions(),
    ]
    nav = f'<nav aria-label="On this page">{links}</nav>\n'
    title = f"Evaluation of {report.name}"
    return "".join(framed(title, lead, bodies, STYLE, nav))


def _sentence(report: Report, metric: str) -> str:
    mean = means(report, metric)
    low, high = report.intervals.get(metric, (math.nan, math.nan))
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{heading(metric)} is {value(mean)}; too few queries for an interval."
    return (
        f"{heading(metric)} is {value(mean)}, and lies from {interval(low, high)} with "
        f"{100 * report.confidence:g} % confidence."
    )


def _metrics(report: Report) -> str:
    rows: list[Row] = []
    for metric in report.values:
        mean, small = means(report, metric), small_is_good(metric)
        low, high = report.intervals.get(metric, (math.nan, math.nan))
        most = max(1.0, high) if math.isfinite(high) else 1.0
        rows.append(
            [
                escaped(metric) + "<small>small is good</small>" * small,
                value(mean),
                interval(low, high),
                Cell(mean_bar(mean, low, high, most), "text"),
            ]
        )
    if report.query_classes:
        shown = macro_f1(report)
        bar = Cell(mean_bar(shown, math.nan, math.nan, 1.0), "text")
        rows.append(["Macro F1<small>mean over classes</small>", value(shown), "", bar])
    return table(
        f"Means over the queries, with {100 * report.confidence:g} % intervals.",
        ["Metric", "Mean", "Interval", Cell("From 0 to 1, or its most", "text")],
        rows,
        "stack",
    )


def _costs(report: Report) -> str:
    names = (
        "Extracting<small>reading a query and computing what is asked with</small>",
        "Searching<small>re-ranking included</small>",
        "Index<small>on disk</small>",
        "Learning",
    )
    units = ("ms a query: median (p95)", "ms a query: median (p95)", "kB an image", "s")
    rows: list[Row] = [
        [name, cell, Cell(unit, "text")]
        for name, cell, unit in zip(names, cost_cells(report.costs), units, strict=True)
    ]
    return table("What it costs.", ["What", "Cost", Cell("Unit", "text")], rows)


def _queries(report: Report, metric: str, pictures: Pictures) -> Iterator[str]:
    if not report.results:
        return
    values = report.values[metric]
    order = np.argsort(values if small_is_good(metric) else -values, kind="stable")
    n = min(_QUERIES, (len(order) + 1) // 2)
    yield (
        "<p>o is right, x is wrong; the number beside it is the score. "
        f"{escaped(heading(metric))} stands above the results.</p>"
    )
    for title, rows in (("Best", order[:n]), ("Worst", order[: -n - 1 : -1])):
        if len(rows) == 0 or (title == "Worst" and len(order) == 1):
            continue
        yield f"<h3>{title}</h3>"
        for row in rows:
            query = report.queries[row]
            results = report.results.get(query, ())[:_RESULTS]
            said = f"{metric} {value(float(values[row]))}"
            yield asked(pictures, query, "", {"": (said, results)})
