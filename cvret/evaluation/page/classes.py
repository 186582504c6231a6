"""Classes on pages: what is found of each, and what it is taken for."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from cvret.evaluation.page.bars import diverging_bar
from cvret.evaluation.page.facts import ClassValues, class_values, mistakes
from cvret.evaluation.page.numbers import signed, value
from cvret.evaluation.page.tables import Cell, Row, heat_cell, table
from cvret.evaluation.report import Report
from cvret.plot.page import escaped

__all__ = ["class_deltas", "class_report", "confusion"]

_MOST_CLASSES = 60  # that a matrix has
_FEW_CLASSES = 15
_MISTAKES = 10


def class_deltas(reports: Mapping[str, Report], order: Sequence[str]) -> str:
    """Compare systems class by class, those first where the best one leads by most."""
    found = {name: class_values(reports[name]) for name in order}
    leader, *others = order
    classes = [
        name for name in found[leader] if all(name in found[other] for other in others)
    ]
    if not classes:
        return ""
    delta = {
        name: found[leader][name].f1 - max(found[other][name].f1 for other in others)
        for name in classes
    }
    classes.sort(key=lambda name: (-delta[name], name))
    most = max(map(abs, delta.values()))
    rows: list[Row] = []
    for name in classes:
        f1 = [found[system][name].f1 for system in order]
        if len(order) > 2:
            cells: list[str | Cell] = [heat_cell(value(each), each) for each in f1]
        else:
            cells = [value(each) for each in f1]
        rows.append(
            [
                escaped(name),
                f"{found[leader][name].n_queries:,}",
                *cells,
                signed(delta[name]),
                Cell(diverging_bar(delta[name], most), "text"),
            ]
        )
    against = others[0] if len(others) == 1 else "the best of the others"
    return f"<p>{escaped(_summary(found, classes))}</p>\n" + table(
        f"F1 of each class; the delta is that of {leader} less that of {against}. "
        "Sorted by the delta.",
        [
            "Class",
            "Queries",
            *map(escaped, order),
            "Delta",
            Cell("Better or worse", "text"),
        ],
        rows,
        "sticky",
    )


def _summary(
    found: Mapping[str, Mapping[str, ClassValues]], classes: Sequence[str]
) -> str:
    """Name the classes that all systems together do best and worst on."""
    mean = {
        name: float(np.mean([values[name].f1 for values in found.values()]))
        for name in classes
    }
    order = sorted(classes, key=lambda name: (-mean[name], name))
    if len(order) == 1:
        return f"All queries are of one class, {order[0]}."
    n = min(3, len(order) // 2)
    best = ", ".join(f"{name} ({value(mean[name])})" for name in order[:n])
    last = order[: -n - 1 : -1]
    worst = ", ".join(f"{name} ({value(mean[name])})" for name in last)
    return (
        f"By mean F1 of all systems, best: {best}. Worst: {worst}. A query is taken "
        "for the class of most of its first three results."
    )


def class_report(report: Report, metric: str) -> str:
    """Give precision, recall and F1 of each class, the best F1 first."""
    found = class_values(report)
    if not found:
        return ""
    places: dict[str, list[int]] = {name: [] for name in found}
    for row, query in enumerate(report.queries):
        if query in report.query_classes:
            places[report.query_classes[query]].append(row)
    rows: list[Row] = [
        [
            escaped(name),
            f"{each.n_queries:,}",
            value(each.precision),
            value(each.recall),
            heat_cell(value(each.f1), each.f1),
            value(float(np.mean(report.values[metric][places[name]]))),
        ]
        for name, each in sorted(found.items(), key=lambda item: (-item[1].f1, item[0]))
    ]
    return table(
        "Each class, the best F1 first. A query is taken for the class of most of its "
        "first three results.",
        ["Class", "Queries", "Precision", "Recall", "F1", escaped(metric)],
        rows,
        "sticky",
    )


def confusion(report: Report) -> str:
    """Give the matrix of classes and what they are taken for, and the worst of it."""
    counts = mistakes(report)
    if not counts:
        return ""
    true = sorted({name for name, _ in counts})
    others = sorted({name for _, name in counts} - set(true))
    wrong = [(pair, n) for pair, n in counts.most_common() if pair[0] != pair[1]]
    parts = []
    if len(true) + len(others) <= _MOST_CLASSES:
        parts.append(_matrix(report, true, [*true, *others]))
    else:
        parts.append(
            f'<p class="note">{len(true):,} classes are too many for a matrix; these '
            "are most often taken for another.</p>"
        )
    if wrong:
        total: Counter[str] = Counter()
        for (name, _), n in counts.items():
            total[name] += n
        rows: list[Row] = [
            [
                escaped(name),
                Cell(escaped(other or "none"), "text"),
                f"{n:,}",
                f"{100 * n / total[name]:.0f} %",
            ]
            for (name, other), n in wrong[:_MISTAKES]
        ]
        parts.append(
            table(
                "What is most often taken for something else.",
                ["Class", Cell("Taken for", "text"), "Queries", "Of its class"],
                rows,
            )
        )
    return "\n".join(parts)


def _matrix(report: Report, true: Sequence[str], columns: Sequence[str]) -> str:
    counts = mistakes(report)
    rows: list[Row] = []
    for name in true:
        row = [counts[name, other] for other in columns]
        whole = max(sum(row), 1)
        cells = [
            heat_cell(f"{n:,}", n / whole, "own" if other == name else "")
            if n
            else Cell("", "own" if other == name else "")
            for other, n in zip(columns, row, strict=True)
        ]
        rows.append([escaped(name), *cells])
    heads = [f"<span>{escaped(name or 'none')}</span>" for name in columns]
    return table(
        "Confusion matrix: queries by their class (rows) and by what they were taken "
        "for (columns). The framed diagonal is right; an empty cell is 0.",
        ["Class", *heads],
        rows,
        "confusion many" if len(columns) > _FEW_CLASSES else "confusion",
    )
