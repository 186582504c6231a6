"""Reports as text for people: a table, Markdown, CSV."""

import csv
from collections.abc import Iterator, Mapping
from math import isnan
from pathlib import Path

from cvret.evaluation.guards import counted
from cvret.evaluation.report import Report, Spread
from cvret.evaluation.scoring import small_is_good

__all__ = ["classes_of", "markdown_of", "text_of", "write_csv"]

_LISTED = 10  # queries that were left out


def text_of(report: Report) -> str:
    """Give warnings, means with intervals, and costs; see `Report.__str__`."""
    lines = [f"warning: {warning}" for warning in report.warnings]
    lines.append(f"{report.name}: {_size(report)}")
    wide = max(map(len, ("metric", *report.values)))
    lines.append(f"  {'metric':{wide}}    mean  {report.confidence * 100:g} % interval")
    for name, mean, between in _means(report):
        note = "  (small is good)" if small_is_good(name) else ""
        lines.append(f"  {name:{wide}}  {mean:>6}  {between}{note}")
    costs = _costs(report)
    wide = max(map(len, costs))
    lines += [f"  {name:{wide}}  {value}" for name, value in costs.items()]
    if report.left_out:
        n = len(report.left_out)
        lines.append(f"{n:,} {'query was' if n == 1 else 'queries were'} left out:")
        lines += [f"  {query}: {why}" for query, why in report.left_out[:_LISTED]]
        if n > _LISTED:
            lines.append(f"  and {n - _LISTED:,} more")
    return "\n".join(lines)


def markdown_of(report: Report) -> str:
    """Give a heading, warnings, and tables of means, of costs, and of classes."""
    lines = [
        f"# {_cell(report.name)}",
        "",
        _size(report),
        "",
        *(f"- **Warning:** {_cell(warning)}" for warning in report.warnings),
        *([""] if report.warnings else []),
        f"| metric | mean | {report.confidence * 100:g} % interval |",
        "|---|---:|---:|",
        *(
            f"| {name}{' (small is good)' * small_is_good(name)} | {mean} | {between} |"
            for name, mean, between in _means(report)
        ),
        "",
        "| cost | |",
        "|---|---:|",
        *(f"| {name} | {value} |" for name, value in _costs(report).items()),
        *_class_rows(report),
    ]
    if report.left_out:
        lines += ["", f"Left out: {len(report.left_out):,}", ""]
        lines += [f"- {_cell(q)}: {_cell(why)}" for q, why in report.left_out]
    about = report.about
    known = [
        f"{key}: {about[key]}" for key in ("system", "truth", "date") if key in about
    ]
    for key in ("versions", "machine"):
        if isinstance(about.get(key), Mapping):
            known.append(", ".join(f"{name} {is_}" for name, is_ in about[key].items()))
    return "\n".join([*lines, "", *(f"- {_cell(line)}" for line in known)]) + "\n"


def _class_rows(report: Report) -> list[str]:
    """Give a table of the classes, the best F1 first, with the first of the metrics."""
    if not report.query_classes:
        return []
    metric, by_class = next(iter(report.values)), report.by_class()
    rows = [
        f"| {_cell(row.label)} | {row.support:,} | {row.precision:.4f} | "
        f"{row.recall:.4f} | {row.f1:.4f} | {by_class[row.label][metric]:.4f} |"
        for row in report.class_table().rows
        if row.label in by_class  # and not only predicted
    ]
    head = f"| class | queries | precision | recall | F1 | {metric} |"
    return ["", head, "|---|---:|---:|---:|---:|---:|", *rows]


def classes_of(report: Report) -> str:
    """Give a table of the metrics' means by class."""
    by_class = report.by_class()
    if not by_class:
        return "no query has a class"
    wide = max(map(len, ("class", *by_class)))
    names = list(report.values)
    lines = ["  ".join([f"{'class':{wide}}", *(f"{name:>6}" for name in names)])]
    for class_, means in by_class.items():
        cells = [f"{means[name]:>{max(6, len(name))}.4f}" for name in names]
        lines.append("  ".join([f"{class_:{wide}}", *cells]))
    return "\n".join(lines)


def write_csv(report: Report, path: Path) -> None:
    """Write a row a query; see `Report.to_csv`."""
    with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        rows = csv.writer(file)
        rows.writerow(["query", "class", "predicted", *report.values])
        columns = [each.tolist() for each in report.values.values()]
        for place, query in enumerate(report.queries):
            class_ = report.query_classes.get(query, "")
            values = [repr(column[place]) for column in columns]
            rows.writerow([query, class_, report.predicted.get(query, ""), *values])


def _size(report: Report) -> str:
    queries = counted(report.n_queries, "query", "queries")
    return f"{queries}, {counted(report.n_images, 'image', 'images')}"


def _means(report: Report) -> Iterator[tuple[str, str, str]]:
    for name, mean in report.metrics.items():
        low, high = report.intervals[name]
        between = "not known" if isnan(low) else f"{low:.4f} to {high:.4f}"
        yield name, f"{mean:.4f}", between


def _costs(report: Report) -> dict[str, str]:
    costs = report.costs
    size, seconds = costs.bytes_an_image, costs.fit_seconds
    return {
        "read and describe a query": _time(costs.extract_ms),
        "search": _time(costs.search_ms),
        "bytes an image": "not known" if isnan(size) else f"{size:,.0f}",
        "fit": _fit(seconds),
    }


def _fit(seconds: float) -> str:
    if isnan(seconds):
        return "not known"
    return f"{seconds:,.1f} s" if seconds else "nothing was learned"


def _time(spread: Spread) -> str:
    return f"{spread.median:.1f} ms (median), {spread.p95:.1f} ms (95 % are faster)"


def _cell(text: object) -> str:
    """Keep a text on one line, and from being taken for marks of Markdown."""
    plain = " ".join(str(text).split())
    for mark in "\\`*_[]<>|#":
        plain = plain.replace(mark, f"\\{mark}")
    return plain
