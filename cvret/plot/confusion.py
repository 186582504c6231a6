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
    TITLE,
    new_figure,
    plain_text,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_confusion"]

_ORDERS = ("name", "f1")
_LARGE, _SMALL = 0.46, 0.26  # inches of a cell
_MANY = 12  # classes from which on cells are small
_TOP, _RIGHT = 0.72, 1.1  # inches, for the title and the key
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
    figure, axes = _new_axes(names, counts, _title(table), cell, letters)
    _draw_cells(axes, counts, 6.0 if small else TICK)
    centers = np.arange(len(names)) + 0.5
    axes.set_yticks(centers, names)
    axes.set_xticks(centers, names, rotation=90)
    axes.tick_params(length=0, pad=4, labelsize=letters, labelcolor=INK)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)
    return figure


def _new_axes(
    names: list[str],
    counts: NDArray[np.int64],
    title: str,
    cell: float,
    letters: float,
) -> tuple["Figure", Any]:
    """Make a figure with room for square cells, their names, a title and the key."""
    margin = max(_width_of(name, letters) for name in names) + 0.5
    side = len(names) * cell
    width, height = margin + side + _RIGHT, _TOP + side + margin
    width = max(width, _width_of(title, TITLE) + 0.3)
    figure = new_figure(width, height, "plot_confusion")
    figure.set_layout_engine("none")  # inches are counted here, to keep cells square
    figure.text(
        0.15 / width,
        1 - 0.2 / height,
        title,
        va="top",
        fontsize=TITLE,
        color=INK,
        parse_math=False,
    )
    place = (margin / width, margin / height, side / width, side / height)
    axes = figure.add_axes(place)
    middle = margin + side / 2
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
    _draw_key(figure, (margin + side + 0.25, margin + side), counts)
    return figure, axes


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


def _width_of(text: str, size: float) -> float:
    """Give how wide a line of text is, in inches."""
    module: Any = import_extra(
        "matplotlib.textpath", extra="plot", needed_by="plot_confusion"
    )
    fonts: Any = import_extra(
        "matplotlib.font_manager", extra="plot", needed_by="plot_confusion"
    )
    properties = fonts.FontProperties(size=size)
    width, _, _ = module.text_to_path.get_text_width_height_descent(
        text, properties, ismath=False
    )
    return float(width) / 72


def _title(table: Any) -> str:
    return (
        f"{len(table):,} images of {len(table.labels):,} classes, accuracy "
        f"{table.accuracy:.1%}".replace("%", " %")
    )
