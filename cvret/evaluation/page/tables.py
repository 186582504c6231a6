"""Tables that are read aloud, scrolled on a phone, and not cut on paper."""

from collections.abc import Sequence
from typing import NamedTuple

from cvret.evaluation.page.style import HEAT_STEPS
from cvret.plot.page import escaped

__all__ = ["Cell", "heat_cell", "section", "table"]


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


def table(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Cell]],
    kind: str = "",
) -> str:
    """Give a table in a frame that scrolls where it is too wide.

    Parameters
    ----------
    caption : str
        What it shows; plain text.
    columns : sequence of str
        Headings; HTML.
    rows : sequence of sequence of str or Cell
        The first of each is the row's heading; HTML.
    kind : str
        CSS classes: "stack" has a row one below the other on a phone, "sticky" keeps
        the first column in view.
    """
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = "\n".join(_row(columns, row, "stack" in kind.split()) for row in rows)
    look = f' class="{kind}"' if kind else ""
    role = ' role="table"' if "stack" in kind.split() else ""
    return (
        f'<div class="scroll" role="region" aria-label="{escaped(caption)}" '
        f'tabindex="0">\n<table{look}{role}>\n<caption>{escaped(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _row(columns: Sequence[str], row: Sequence[str | Cell], stacked: bool) -> str:
    """Give a row; its parts keep their roles where a phone shows them as blocks."""
    first, *others = (Cell(each) if isinstance(each, str) else each for each in row)
    roles = (' role="row"', ' role="rowheader"') if stacked else ("", "")
    cells = "".join(
        _cell(cell, column if stacked else None)
        for cell, column in zip(others, columns[1:], strict=True)
    )
    look = f' class="{first.kind}"' if first.kind else ""
    return (
        f'<tr{roles[0]}><th scope="row"{roles[1]}{look}>{first.html}</th>{cells}</tr>'
    )


def _cell(cell: Cell, label: str | None) -> str:
    look = f' class="{cell.kind}"' if cell.kind else ""
    if label is None:
        return f"<td{look}>{cell.html}</td>"
    plain = label.replace("<small>", " ").replace("</small>", "")
    return f'<td role="cell" data-label="{plain}"{look}><div>{cell.html}</div></td>'


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
