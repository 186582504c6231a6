"""The page of one system's evaluation."""

import math

from cvret.evaluation.page.bars import mean_bar
from cvret.evaluation.page.classes import class_report, confusion
from cvret.evaluation.page.facts import class_table_of, heading, most_of
from cvret.evaluation.page.frame import evaluation_page
from cvret.evaluation.page.methods import how_measured
from cvret.evaluation.page.numbers import interval, value
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.page.queries import best_and_worst
from cvret.evaluation.page.systems import cost_cells, curve_table
from cvret.evaluation.page.tables import Cell, Row, table
from cvret.evaluation.report import Report
from cvret.evaluation.scoring import small_is_good
from cvret.plot.page import escaped

__all__ = ["report_page"]


def report_page(report: Report, pictures: bool = True) -> str:
    """Give a report as one HTML page that needs no other file and no network.

    Parameters
    ----------
    report : Report
        Of one system. Pictures come from the files that it names; one that cannot be
        read leaves its place grey.
    pictures : bool
        Whether to show pictures of the collection; else queries are named in tables.

    Returns
    -------
    str
        HTML: metrics with intervals, costs, classes and what they are taken for, the
        queries that went best and worst, and how it was measured. Below 5 MB.

    Examples
    --------
    >>> import numpy as np
    >>> from cvret.evaluation.report import Costs, Spread
    >>> from cvret.evaluation.statistics import Interval
    >>> report = Report("hsv", ("q.jpg",), {"mAP": np.array([0.25])},
    ...     {"mAP": Interval(0.25, 0.25)}, {}, 9, Costs(Spread(2, 3), Spread(1, 1)))
    >>> "mAP is 0.250" in report_page(report)
    True
    """
    metric = "mAP" if "mAP" in report.values else next(iter(report.values))
    shown = Pictures() if pictures else None
    parts = {
        "metrics": ("Metrics", _metrics(report) + curve_table({report.name: report})),
        "costs": ("Costs", _costs(report)),
        "classes": ("Classes", class_report(report, metric)),
        "confusion": ("What is taken for what", confusion(report)),
        "queries": ("Best and worst", best_and_worst(report, metric, shown)),
        "measured": (
            "How it was measured",
            how_measured({report.name: report}, report.confidence, {}),
        ),
    }
    lead = f"{report.n_queries:,} queries among {report.n_images:,} images."
    title = f"Evaluation of {report.name}"
    sentence = _sentence(report, metric)
    return evaluation_page(title, lead, sentence, report.warnings, parts, shown)


def _sentence(report: Report, metric: str) -> str:
    mean = report.metrics[metric]
    low, high = report.intervals.get(metric, (math.nan, math.nan))
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{heading(metric)} is {value(mean)}; too few queries for an interval."
    return (
        f"{heading(metric)} is {value(mean)}, and lies from {interval(low, high)} with "
        f"{100 * report.confidence:g} % confidence."
    )


def _metrics(report: Report) -> str:
    rows: list[Row] = []
    for metric, mean in report.metrics.items():
        low, high = report.intervals.get(metric, (math.nan, math.nan))
        rows.append(
            [
                escaped(metric)
                + "<small>small is good</small>" * small_is_good(metric),
                value(mean),
                interval(low, high),
                Cell(mean_bar(mean, low, high, most_of(metric)), "text"),
            ]
        )
    classes = class_table_of(report)
    if classes is not None:
        shown = classes.macro_f1
        bar = Cell(mean_bar(shown, math.nan, math.nan, 1.0), "text")
        rows.append(["Macro F1<small>mean over classes</small>", value(shown), "", bar])
    return table(
        f"Means over the queries, with {100 * report.confidence:g} % intervals. A bar "
        f"runs from 0 to 1{', of N-S to 4' if 'N-S' in report.values else ''}.",
        ["Metric", "Mean", "Interval", "Bar"],
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
    return table("What it costs.", ["What", "Cost", "Unit"], rows)
