"""A comparison as text, Markdown, and CSV."""

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import Difference
from cvret.evaluation.scoring import small_is_good
from cvret.evaluation.wording import duration, figures, of_one_query, probability
from cvret.metrics.summary import shown

__all__ = ["csv_of", "markdown_of", "text_of"]

_MARKED = re.compile(r"([\\`*_\[\]<>|])")
_UNKNOWN = "not known"
_N_WON = 5


def csv_of(comparison: Comparison) -> str:
    r"""Give every value as CSV, a row a system, query and metric.

    Returns
    -------
    str
        With the columns ``system``, ``query``, ``metric``, ``value``; lines end in
        ``\r\n``, as RFC 4180 has it. Values are written in full; NaN is empty.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["system", "query", "metric", "value"])
    for name, report in comparison.reports.items():
        for metric, values in report.values.items():
            for query, value in zip(report.queries, values.tolist(), strict=True):
                shown = "" if math.isnan(value) else repr(value)
                writer.writerow([name, query, metric, shown])
    return text.getvalue()


def markdown_of(comparison: Comparison) -> str:
    """Give a comparison as Markdown.

    Returns
    -------
    str
        The sentence, the warnings, and tables: systems by accuracy and cost, all
        metrics, pairs, what combinations gain, classes, and queries won; and how it was
        measured. Names are escaped. Of several systems,
        classes and queries are those of the first against the second.
    """
    first, second = comparison.order()[:2]
    percent = f"{100 * comparison.confidence:g} %"
    blocks = [
        f"# {_escaped(', '.join(comparison.names))}: {comparison.n_queries:,} queries",
        _escaped(comparison.sentence),
        *_about(comparison),
        "\n".join(f"- {_escaped(each)}" for each in comparison.warnings),
        "## Systems",
        _table(_systems(comparison)),
        f"Intervals hold the mean with {percent} confidence, over queries drawn as "
        "these were, in this one collection. Times are medians of a query. Systems on "
        "the front are beaten by no other in both accuracy and time.",
        "## All metrics",
        _table(_metrics(comparison)),
        "## Pairs",
        _table(_pairs(comparison)),
    ]
    if comparison.gains():
        blocks += ["## What combinations gain", _table(_gains(comparison))]
    if comparison.reports[first].query_classes:
        blocks += [
            f"## Classes: {_escaped(first)} against {_escaped(second)}",
            _table(_classes(comparison, first, second)),
        ]
    for a, b in ((first, second), (second, first)):
        blocks += [
            f"## Queries that {_escaped(a)} wins most over {_escaped(b)}",
            _table(_won(comparison, a, b)),
        ]
    blocks += ["## How it was measured", "\n".join(_measured(comparison))]
    return "\n\n".join(block for block in blocks if block) + "\n"


def text_of(comparison: Comparison) -> str:
    """Give a comparison as lines of text: sentence, systems best first, warnings."""
    gains = ["", *_aligned(list(_gains(comparison)))] if comparison.gains() else []
    lines = [
        comparison.sentence,
        "",
        *_aligned(list(_systems(comparison))),
        *gains,
        *([""] if comparison.warnings else []),
        *(f"warning: {each}" for each in comparison.warnings),
    ]
    return "\n".join(map(shown, lines))


def _about(comparison: Comparison) -> list[str]:
    said = [str(comparison.about["queries"])] if "queries" in comparison.about else []
    n = len({query for query, _ in comparison.left_out})
    if n:
        said.append(f"{n:,} queries were left out.")
    return [_escaped(each) for each in said]


def _systems(comparison: Comparison) -> Iterator[list[str]]:
    yield [
        "system",
        comparison.metric,
        f"{100 * comparison.confidence:g} % interval",
        "extract",
        "search",
        "bytes an image",
        "fit",
        "front",
    ]
    front = comparison.front()
    for name in comparison.order():
        report = comparison.reports[name]
        mean, low, high = figures(
            comparison.mean(name), *report.intervals[comparison.metric]
        )
        costs = report.costs
        fit = costs.fit_seconds
        yield [
            name,
            mean,
            f"{low} to {high}" if low != "nan" else _UNKNOWN,
            _known(costs.extract_ms.median, duration(costs.extract_ms.median)),
            _known(costs.search_ms.median, duration(costs.search_ms.median)),
            _known(costs.bytes_an_image, f"{costs.bytes_an_image:,.0f}"),
            _known(fit, duration(1000 * fit) if fit else "none"),
            "yes" if name in front else "",
        ]


def _metrics(comparison: Comparison) -> Iterator[list[str]]:
    order = comparison.order()
    yield ["metric", *order]
    for metric in comparison.metrics:
        small = " (small is good)" if small_is_good(metric) else ""
        yield [
            metric + small,
            *(f"{comparison.mean(name, metric):.3f}" for name in order),
        ]


def _pairs(comparison: Comparison) -> Iterator[list[str]]:
    yield [
        "better mean",
        "other",
        f"gain in {comparison.metric}",
        f"{100 * comparison.confidence:g} % interval",
        "corrected p",
        "may be claimed",
        "wins",
        "ties",
        "losses",
    ]
    pairs = [
        each for each in comparison.differences if each.metric == comparison.metric
    ]
    pairs.sort(key=lambda each: -each.mean)
    for each in pairs:
        gain, low, high = figures(each.mean, *each.interval)
        yield [
            each.better,
            each.other,
            gain,
            f"{low} to {high}" if low != "nan" else _UNKNOWN,
            _corrected(each),
            "yes" if each.holds(comparison.confidence) else "no",
            f"{each.wins:,}",
            f"{each.ties:,}",
            f"{each.losses:,}",
        ]


def _gains(comparison: Comparison) -> Iterator[list[str]]:
    yield [
        "combination",
        "over its part",
        f"gain in {comparison.metric}",
        f"{100 * comparison.confidence:g} % interval",
        "corrected p",
        "may be claimed",
    ]
    for each in comparison.gains():
        gain, low, high = figures(each.mean, *each.interval)
        yield [
            each.combination,
            each.part,
            gain if gain.startswith("-") else f"+{gain}",
            f"{low} to {high}" if low != "nan" else _UNKNOWN,
            _corrected(each.difference),
            ("a loss" if each.mean < 0 else "a gain")
            if each.difference.holds(comparison.confidence)
            else "no",
        ]


def _classes(comparison: Comparison, a: str, b: str) -> Iterator[list[str]]:
    yield ["class", "queries", f"F1 of {a}", f"F1 of {b}", "delta"]
    for row in comparison.class_table(a, b):
        yield [
            row.label,
            f"{row.n_queries:,}",
            f"{row.first:.3f}",
            f"{row.second:.3f}",
            f"{row.delta:+.3f}",
        ]


def _won(comparison: Comparison, a: str, b: str) -> Iterator[list[str]]:
    yield ["query", f"{of_one_query(comparison.metric)} of {a}", f"of {b}", "gain"]
    won = comparison.won(a, b, _N_WON)
    if not won:
        yield ["none", "", "", ""]
    for each in won:
        yield [
            each.query,
            f"{each.first:.3f}",
            f"{each.second:.3f}",
            f"{each.gain:.3f}",
        ]


def _measured(comparison: Comparison) -> Iterator[str]:
    """Give what a reader needs to do it again, a line of a list each."""
    first = next(iter(comparison.reports.values()))
    known = {**first.about, **comparison.about}
    for name, report in comparison.reports.items():
        what = str(report.about.get("system", _UNKNOWN))
        yield f"- {_escaped(name)}: {_escaped(what)}"
    told = {
        "Images": f"{first.n_images:,}",
        "Ground truth": known.get("truth"),
        "Intervals": "bias-corrected accelerated bootstrap over queries",
        "Tests": "paired, by random signs; corrected for all pairs (Holm)",
        "Resamples": known.get("n_resamples"),
        "Seed": known.get("random_state"),
        "Machine": known.get("machine"),
        "Versions": known.get("versions"),
        "Date": known.get("date"),
    }
    for what, value in told.items():
        if value is not None:
            yield f"- {what}: {_escaped(_in_words(value))}"


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _corrected(difference: Difference) -> str:
    return probability(difference.corrected).removeprefix("p ").removeprefix("= ")


def _known(value: float, text: str) -> str:
    return text if math.isfinite(value) else _UNKNOWN


def _table(rows: Iterable[Sequence[str]]) -> str:
    header, *others = ([_escaped(cell) for cell in row] for row in rows)
    lines = [header, ["---"] * len(header), *others]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(text: str) -> str:
    """Give text that Markdown shows as it is, in one line."""
    return _MARKED.sub(r"\\\1", shown(text))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(size) for cell, size in zip(row, wide, strict=True)
        ).rstrip()
        for row in rows
    ]
