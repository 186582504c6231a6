"""Classes on pages: what is found of each, and what it is taken for."""

from collections.abc import Mapping, Sequence

import numpy as np

from cvret.evaluation.page.bars import diverging_bar
from cvret.evaluation.page.facts import class_table_of
from cvret.evaluation.page.numbers import signed, value
from cvret.evaluation.page.tables import Cell, Row, breakable, heat_cell, table
from cvret.evaluation.report import Report
from cvret.metrics.classification import ClassRow, ClassTable
from cvret.plot.page import escaped

__all__ = ["class_deltas", "class_report", "confusion"]

_MOST_CLASSES = 60  # that a matrix has
_FEW_CLASSES = 15
_MISTAKES = 10


def class_deltas(reports: Mapping[str, Report], order: Sequence[str]) -> str:
    """Compare systems class by class, those first where the best one leads by most."""
    found = {name: _rows_of(reports[name]) for name in order}
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
                f"{found[leader][name].support:,}",
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
            *map(breakable, order),
            "Delta",
            "Better or worse",
        ],
        rows,
        "sticky",
    )


def _rows_of(report: Report) -> dict[str, ClassRow]:
    """Give what was found of each class that queries have, the best F1 first."""
    found = class_table_of(report)
    rows = () if found is None else found.rows
    return {row.label: row for row in rows if row.support}


def _summary(
    found: Mapping[str, Mapping[str, ClassRow]], classes: Sequence[str]
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
    found = _rows_of(report)
    if not found:
        return ""
    places: dict[str, list[int]] = {name: [] for name in found}
    for row, query in enumerate(report.queries):
        if query in report.query_classes:
            places[report.query_classes[query]].append(row)
    rows: list[Row] = [
        [
            escaped(name),
            f"{each.support:,}",
            value(each.precision),
            value(each.recall),
            heat_cell(value(each.f1), each.f1),
            value(float(np.mean(report.values[metric][places[name]]))),
        ]
        for name, each in found.items()
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
    found = class_table_of(report)
    if found is None:
        return ""
    true = {row.label: row.support for row in found.rows if row.support}
    parts = []
    if len(found.labels) <= _MOST_CLASSES:
        parts.append(_matrix(found, true))
    else:
        parts.append(
            f'<p class="note">{len(true):,} classes are too many for a matrix; these '
            "are most often taken for another.</p>"
        )
    wrong = [
        (label, other, n) for label in true for other, n in found.confused_with(label)
    ]
    wrong.sort(key=lambda each: (-each[2], each[:2]))
    rows: list[Row] = [
        [
            escaped(label),
            Cell(escaped(other), "text"),
            f"{n:,}",
            f"{100 * n / true[label]:.0f} %",
        ]
        for label, other, n in wrong[:_MISTAKES]
    ]
    if rows:
        parts.append(
            table(
                "What is most often taken for something else.",
                ["Class", "Taken for", "Queries", "Of its class"],
                rows,
            )
        )
    return "\n".join(parts)


def _matrix(found: ClassTable, true: Mapping[str, int]) -> str:
    order = sorted(found.labels, key=lambda label: (label not in true, label))
    columns = [found.labels.index(label) for label in order]
    rows: list[Row] = []
    for label in order[: len(true)]:
        counts = found.confusion[found.labels.index(label), columns].tolist()
        cells = []
        for other, n in zip(order, counts, strict=True):
            own = "own" if other == label else ""
            cells.append(
                heat_cell(f"{n:,}", n / true[label], own) if n else Cell("", own)
            )
        rows.append([escaped(label), *cells])
    return table(
        "Confusion matrix: queries by their class (rows) and by what they were taken "
        "for (columns). The framed diagonal is right; an empty cell is 0.",
        ["Class", *(f"<span>{escaped(label)}</span>" for label in order)],
        rows,
        "confusion many" if len(order) > _FEW_CLASSES else "confusion",
    )
