"""A figure of which classes are taken for which."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice
from cvret._optional import import_extra
from cvret.plot.figures import (
    INK,
    LABEL,
    QUIET,
    RULE,
    TICK,
    plain_text,
)
from cvret.plot.matrix import name_sides, new_matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_confusion"]

_ORDERS = ("name", "f1")
_LARGE, _SMALL = 0.46, 0.26  # inches of a cell
_MANY = 12  # classes from which on cells are small
_ROOM = (0.72, 1.1, 0.5)  # inches, for the title, the key, and beside names
_LONGEST = 24  # letters of a name
_DARK = 0.65  # shade from which on a cell needs light letters


def plot_confusion(table: Any, *, order: str = "name") -> "Figure":
    """Show which classes were taken for which, as a matrix.

    Parameters
    ----------
    table : ClassTable or Classification
        As `cvret.class_table` or `cvret.classify` gave it.
    order : {"name", "f1"}
        Classes by name, or the one with the highest F1 first.

    Returns
    -------
    matplotlib.figure.Figure
        A row a true class, a column a predicted one; each cell has its count, none
        where it is 0. Colors are shares of the row, blue what is right, red what is
        wrong; their square roots, so that few in a hundred are seen.

    Examples
    --------
    >>> from cvret.metrics.classification import class_table
    >>> table = class_table(["cat", "cat", "dog"], ["cat", "dog", "dog"])
    >>> figure = plot_confusion(table)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1', '1', '1']
    """
    check_choice("order", order, _ORDERS)
    table = getattr(table, "table", table)
    labels = list(table.labels)
    if order == "f1":
        labels = [row.label for row in table.rows]
    places = [table.labels.index(label) for label in labels]
    counts = np.asarray(table.confusion)[np.ix_(places, places)]
    cell = _LARGE if len(labels) <= _MANY else _SMALL
    names = [plain_text(label, _LONGEST) for label in labels]
    small = cell < _LARGE
    letters = 7.0 if small else LABEL
    figure, axes, margin = new_matrix(
        names,
        _title(table),
        "plot_confusion",
        cell=cell,
        letters=letters,
        room=_ROOM,
    )
    side = len(names) * cell
    _name_axes(figure, margin + side / 2)
    _draw_key(figure, (margin + side + 0.25, margin + side), counts)
    _draw_cells(axes, counts, 6.0 if small else TICK)
    name_sides(axes, names, letters)
    return figure


def _name_axes(figure: "Figure", middle: float) -> None:
    """Write what rows and columns are, at the middles of both, in inches."""
    width, height = figure.get_size_inches()
    for x, y, text, turned in (
        (0.15, middle, "true class", 90),
        (middle, 0.15, "predicted class", 0),
    ):
        figure.text(
            x / width,
            y / height,
            text,
            rotation=turned,
            ha="left" if turned else "center",
            va="center" if turned else "bottom",
            fontsize=LABEL,
            color=QUIET,
        )


def _draw_cells(axes: Any, counts: NDArray[np.int64], letters: float) -> None:
    """Draw a square a pair of classes, with how many; right ones blue, wrong red."""
    module: Any = import_extra("matplotlib", extra="plot", needed_by="plot_confusion")
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shades = _shades(counts / totals)
    right = np.eye(len(counts), dtype=bool)
    for name, shown in (("Blues", right), ("Reds", ~right)):
        axes.pcolormesh(
            np.ma.masked_array(shades, ~shown | (counts == 0)),
            cmap=module.colormaps[name],
            vmin=0,
            vmax=1,
            edgecolor="white",
            linewidth=0.8,
        )
    n = len(counts)
    axes.set_xlim(0, n)
    axes.set_ylim(n, 0)
    for line in range(n + 1):
        axes.axhline(line, color=RULE, linewidth=0.4)
        axes.axvline(line, color=RULE, linewidth=0.4)
    for row, column in zip(*np.nonzero(counts), strict=True):
        axes.text(
            column + 0.5,
            row + 0.5,
            f"{counts[row, column]}",
            ha="center",
            va="center",
            fontsize=letters,
            color="white" if shades[row, column] > _DARK else INK,
        )
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_key(
    figure: Any, corner: tuple[float, float], counts: NDArray[np.int64]
) -> None:
    """Draw what the colors mean: two ladders of shares, beside the upper corner."""
    module: Any = import_extra("matplotlib", extra="plot", needed_by="plot_confusion")
    width, height = figure.get_size_inches()
    x, y = corner
    tall = min(1.5, counts.shape[0] * _SMALL)
    axes = figure.add_axes((x / width, (y - tall) / height, 0.3 / width, tall / height))
    ladder = _shades(np.linspace(1, 0, 64))[:, None]
    for place, name in enumerate(("Blues", "Reds")):
        axes.imshow(
            ladder,
            cmap=module.colormaps[name],
            vmin=0,
            vmax=1,
            extent=(place, place + 0.85, 0, 1),
            aspect="auto",
        )
    axes.set_xlim(0, 2)
    axes.set_ylim(0, 1)
    axes.yaxis.tick_right()
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    axes.set_xticks([0.43, 1.43], ["right", "wrong"], rotation=90)
    axes.tick_params(length=0, labelsize=TICK, labelcolor=QUIET)
    axes.set_title("of the row", loc="left", fontsize=TICK, color=QUIET, pad=5)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _shades(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how dark shares are: a few in a hundred shall be seen."""
    found: NDArray[np.float64] = np.sqrt(shares)
    return found


def _title(table: Any) -> str:
    return (
        f"{len(table):,} images of {len(table.labels):,} classes, accuracy "
        f"{table.accuracy:.1%}".replace("%", " %")
    )
