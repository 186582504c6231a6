"""Queries that systems differ on by most, and those that went best and worst."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import Won
from cvret.evaluation.page.answers import Answer, asked
from cvret.evaluation.page.facts import heading
from cvret.evaluation.page.numbers import signed, value
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.page.tables import Row, breakable, table
from cvret.evaluation.report import Report
from cvret.evaluation.scoring import small_is_good
from cvret.evaluation.wording import of_one_query
from cvret.plot.page import escaped

__all__ = ["best_and_worst", "queries_won"]

_OPPONENTS = 4  # that the best system is compared with
_WON = 3  # queries shown, each way
_OF_BOTH = 5  # results of each system
_OF_ONE = 5  # queries shown, the best and the worst
_MARKS = "o is right, x is wrong; the number beside it is the score."


def queries_won(comparison: Comparison, pictures: Pictures | None) -> str:
    """Show the queries that the best system and others differ on by most.

    Parameters
    ----------
    comparison : Comparison
        Of two systems or more.
    pictures : Pictures or None
        Of the page; None names queries and values alone.
    """
    leader, *others = comparison.order()
    results = "" if pictures is None else f", with the first {_OF_BOTH} results of both"
    marks = "" if pictures is None else f" {_MARKS}"
    parts = [
        "<p>The queries on which the system with the best mean differs most from the "
        f"{'other' if len(others) == 1 else 'others'}{results}.{marks}</p>"
    ]
    for other in others[:_OPPONENTS]:
        parts.append(f"<h3>{escaped(leader)} and {escaped(other)}</h3>")
        both = [
            part
            for a, b in ((leader, other), (other, leader))
            for part in _won(comparison, a, b, pictures)
        ]
        parts += both or ["<p>They are equal on each query.</p>"]
    left = len(others) - _OPPONENTS
    if left > 0:
        parts.append(f'<p class="note">{left} more are not shown.</p>')
    return "\n".join(parts)


def _won(
    comparison: Comparison, a: str, b: str, pictures: Pictures | None
) -> Iterator[str]:
    """Show the queries where `a` is better than `b` by most."""
    every = comparison.won(a, b, comparison.n_queries)
    if not every:
        if comparison.won(b, a, 1):
            yield f"<h4>{escaped(a)} is better for no query</h4>"
        return
    best = every[:_WON]
    of = "1 query" if len(every) == 1 else f"{len(best)} of {len(every):,} queries"
    yield f"<h4>Where {escaped(a)} is better by most: {of}</h4>"
    if pictures is None:
        yield _won_table(comparison, a, b, best)
        return
    for each in best:
        values = {a: each.first, b: each.second}
        answers = {
            name: _answer(comparison, name, each.query, values[name]) for name in (a, b)
        }
        file = _file_of_query(comparison.reports.values(), each.query)
        note = f"gain {signed(each.gain)}"
        yield asked(pictures, each.query, file, answers, note=note)


def _answer(comparison: Comparison, name: str, query: str, number: float) -> Answer:
    report = comparison.reports[name]
    said = f"{of_one_query(comparison.metric)} {value(number)}"
    results = report.results.get(query, ())[:_OF_BOTH]
    return Answer(said, results, report.files or _files_of_any(comparison))


def _files_of_any(comparison: Comparison) -> Mapping[str, str]:
    """Give the files of the first report that has some: a loaded one has none."""
    return next((each.files for each in comparison.reports.values() if each.files), {})


def _file_of_query(reports: Iterable[Report], query: str) -> str | None:
    for files in (*(r.query_files for r in reports), *(r.files for r in reports)):
        if query in files:
            return files[query]
    return None


def _won_table(comparison: Comparison, a: str, b: str, won: Sequence[Won]) -> str:
    metric = of_one_query(comparison.metric)
    rows: list[Row] = [
        [
            breakable(each.query),
            value(each.first),
            value(each.second),
            signed(each.gain),
        ]
        for each in won
    ]
    return table(
        f"Queries by their gain, with {metric} of both.",
        ["Query", breakable(a), breakable(b), "Gain"],
        rows,
    )


def best_and_worst(report: Report, metric: str, pictures: Pictures | None) -> str:
    """Show the queries of a system that went best, and worst.

    Parameters
    ----------
    report : Report
        Of the system.
    metric : str
        What went well by.
    pictures : Pictures or None
        Of the page; None names queries and values alone.
    """
    values = report.values[metric]
    order = np.argsort(values if small_is_good(metric) else -values, kind="stable")
    n = min(_OF_ONE, (len(order) + 1) // 2)
    parts = []
    if pictures is not None:
        parts.append(
            f"<p>{_MARKS} {escaped(heading(metric, of_one=True))} stands above the "
            "results.</p>"
        )
    for title, rows in (("Best", order[:n]), ("Worst", order[: -n - 1 : -1])):
        if len(rows) == 0 or (title == "Worst" and len(order) == 1):
            continue
        parts.append(f"<h3>{title}</h3>")
        if pictures is None:
            parts.append(_value_table(report, metric, rows.tolist()))
        else:
            parts += _pictured(report, metric, rows.tolist(), pictures)
    return "\n".join(parts)


def _pictured(
    report: Report, metric: str, rows: Sequence[int], pictures: Pictures
) -> Iterator[str]:
    for row in rows:
        query = report.queries[row]
        said = f"{of_one_query(metric)} {value(float(report.values[metric][row]))}"
        answer = Answer(said, report.results.get(query, ()), report.files)
        yield asked(pictures, query, _file_of_query([report], query), {"": answer})


def _value_table(report: Report, metric: str, rows: Sequence[int]) -> str:
    found: list[Row] = []
    for row in rows:
        query = report.queries[row]
        results = report.results.get(query, ())
        right = sum(each.right for each in results)
        found.append(
            [
                breakable(query),
                value(float(report.values[metric][row])),
                f"{right} of {len(results)}",
            ]
        )
    name = of_one_query(metric)
    return table(
        f"Queries by {name}, and how many of their first results are right.",
        ["Query", escaped(name), "Right"],
        found,
    )
