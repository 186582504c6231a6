"""Tables that are read aloud, scrolled on a phone, and not cut on paper."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from cvret.evaluation.page.style import HEAT_STEPS
from cvret.plot.page import escaped

__all__ = ["Cell", "Row", "breakable", "heat_cell", "section", "table"]

_DRAWINGS = re.compile(r"<svg.*?</svg>", re.DOTALL)
_ENDS = re.compile(r"([/+_])(?=.)")
_TAGS = re.compile(r"<[^>]*>")


class Cell(NamedTuple):
    """What a cell holds, and what it looks like.

    Attributes
    ----------
    html : str
        What it holds.
    kind : str
        CSS classes: "text" where it is not a number.
    """

    html: str
    kind: str = ""


Row = list[str | Cell]
"""A row of a table; HTML. The first cell is its heading."""


def table(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    kind: str = "",
) -> str:
    """Give a table in a frame that scrolls where it is too wide.

    Parameters
    ----------
    caption : str
        What it shows; plain text.
    columns : sequence of str
        Headings; HTML. That of the rows' headings comes first. They stand at that side
        where what is below them stands.
    rows : sequence of Row
        At least one, with as many cells as there are columns.
    kind : str
        CSS classes: "stack" has a row one below the other on a phone, "sticky" keeps
        the first column in view.
    """
    heads = [
        Cell(column, _side_of(_cell_of(below)))
        for column, below in zip(columns, rows[0], strict=True)
    ]
    heads[0] = Cell(columns[0], "text")
    head = "".join(f'<th scope="col"{_look(each)}>{each.html}</th>' for each in heads)
    body = "\n".join(_row(heads, row, "stack" in kind.split()) for row in rows)
    look = f' class="{kind}"' if kind else ""
    role = ' role="table"' if "stack" in kind.split() else ""
    return (
        f'<div class="scroll" role="region" aria-label="{escaped(caption)}" '
        f'tabindex="0">\n<table{look}{role}>\n<caption>{escaped(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _cell_of(each: str | Cell) -> Cell:
    return Cell(each) if isinstance(each, str) else each


def _side_of(cell: Cell) -> str:
    return next((kind for kind in ("text", "heat") if kind in cell.kind.split()), "")


def _look(cell: Cell) -> str:
    return f' class="{cell.kind}"' if cell.kind else ""


def _row(heads: Sequence[Cell], row: Row, stacked: bool) -> str:
    """Give a row; its parts keep their roles where a phone shows them as blocks."""
    first, *others = map(_cell_of, row)
    roles = (' role="row"', ' role="rowheader"') if stacked else ("", "")
    cells = "".join(
        _cell(cell, each.html if stacked else None)
        for cell, each in zip(others, heads[1:], strict=True)
    )
    head = f'<th scope="row"{roles[1]}{_look(first)}>{first.html}</th>'
    return f"<tr{roles[0]}>{head}{cells}</tr>"


def _cell(cell: Cell, label: str | None) -> str:
    if label is None:
        return f"<td{_look(cell)}>{cell.html}</td>"
    told = _DRAWINGS.sub("", label).replace("<small>", ", ")
    plain = _TAGS.sub("", told.replace("<wbr>", ""))
    return (
        f'<td role="cell" data-label="{plain}"{_look(cell)}><div>{cell.html}</div></td>'
    )


def breakable(name: str) -> str:
    """Give a name as HTML that breaks first where a part of it ends.

    Examples
    --------
    >>> breakable("a/b+c")
    'a/<wbr>b+<wbr>c'
    """
    return _ENDS.sub(r"\1<wbr>", escaped(name))


def heat_cell(shown: str, share: float, kind: str = "") -> Cell:
    """Give a cell whose strength shows a share in [0, 1]."""
    step = min(int(share * HEAT_STEPS), HEAT_STEPS - 1)
    return Cell(shown, f"heat h{step} {kind}".rstrip())


def section(name: str, title: str, body: str) -> str:
    """Give a part of a page, by the name that links have, with its heading."""
    return (
        f'<section id="{name}" aria-labelledby="{name}-title">\n'
        f'<h2 id="{name}-title">{escaped(title)}</h2>\n{body}\n</section>'
    )
