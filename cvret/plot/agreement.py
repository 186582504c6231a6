"""A figure of which systems say the same thing."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice
from cvret._optional import import_extra
from cvret.plot.figures import (
    INK,
    LABEL,
    QUIET,
    TICK,
    plain_text,
)
from cvret.plot.matrix import name_sides, new_matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_agreement"]

_ORDERS = ("clusters", "given")
_CELL = 0.42  # inches
_ROOM = (0.55, 0.95, 0.25)  # inches, for the title, the key, and beside names
_LONGEST = 28  # letters of a name
_UNDEFINED = "#e4e4e4"
_DARK = 0.6  # from here on a cell needs light letters
_MINUS = "\N{MINUS SIGN}"


def plot_agreement(agreement: Any, *, order: str = "clusters") -> "Figure":
    """Show how much each two systems agree, as a matrix.

    Parameters
    ----------
    agreement : Agreement
        As `cvret.agreement` or `cvret.agreement_of` gave it.
    order : {"clusters", "given"}
        Systems that agree side by side, by hierarchical clustering; or as they are.

    Returns
    -------
    matplotlib.figure.Figure
        Each cell has its value, in hundredths: 100 where two systems always rank alike,
        0 where they have nothing in common, below 0 where they contradict one another.
        Cells that were never defined are grey and have a dash.

    Notes
    -----
    Clustering is by average linkage of one less the correlation; of the orders that the
    tree leaves open, the one in which neighbors are most alike.

    References
    ----------
    Bar-Joseph, Gifford and Jaakkola, "Fast optimal leaf ordering for hierarchical
    clustering", Bioinformatics 17, 2001.

    Examples
    --------
    >>> from cvret.evaluation.agreement import agreement_of
    >>> scores = {"one": [1, 2, 3], "against": [3, 2, 1], "like": [1, 2, 4]}
    >>> figure = plot_agreement(agreement_of(scores), order="given")
    >>> [text.get_text() for text in figure.axes[0].texts[:3]]  # the first row
    ['', '−100', '100']
    """
    check_choice("order", order, _ORDERS)
    matrix = np.asarray(agreement.matrix, np.float64)
    m = len(matrix)
    places = _clustered(matrix) if order == "clusters" else list(range(m))
    names = [plain_text(agreement.names[place], _LONGEST) for place in places]
    shown = matrix[np.ix_(places, places)]
    figure, axes, _ = new_matrix(
        names,
        _title(agreement),
        "plot_agreement",
        cell=_CELL,
        letters=LABEL,
        room=_ROOM,
    )
    cells = _draw_cells(axes, shown)
    name_sides(axes, names, LABEL)
    _draw_scale(figure, cells, m * _CELL)
    return figure


def _clustered(matrix: NDArray[np.float64]) -> list[int]:
    """Give an order in which systems that agree stand side by side.

    Those that are undefined with all others stand last.
    """
    nothing = np.isnan(matrix).all(axis=1)
    some, last = np.flatnonzero(~nothing), np.flatnonzero(nothing).tolist()
    if len(some) < 3:
        return [*some.tolist(), *last]
    from scipy.cluster.hierarchy import average, leaves_list, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    apart = 1 - np.nan_to_num(matrix[np.ix_(some, some)], nan=0.0)
    distances = squareform(np.maximum(apart, 0), checks=False)
    tree = optimal_leaf_ordering(average(distances), distances)
    order = some[leaves_list(tree)]
    # Begin at the end whose neighbors agree most, whichever way the tree lies.
    if matrix[order[-1], order[-2]] > matrix[order[0], order[1]]:
        order = order[::-1]
    return [*order.tolist(), *last]


def _draw_cells(axes: Any, shown: NDArray[np.float64]) -> Any:
    """Draw a square a pair, with its value; a system with itself needs none."""
    module: Any = import_extra("matplotlib", extra="plot", needed_by="plot_agreement")
    colormap = module.colormaps["RdBu"].with_extremes(bad=_UNDEFINED)
    cells = axes.pcolormesh(
        np.ma.masked_invalid(shown),
        cmap=colormap,
        vmin=-1,
        vmax=1,
        edgecolor="white",
        linewidth=1.2,
    )
    m = len(shown)
    axes.set_xlim(0, m)
    axes.set_ylim(m, 0)
    for (row, column), value in np.ndenumerate(shown):
        undefined = np.isnan(value)
        text = "\N{EN DASH}" if undefined else f"{round(100 * value)}"
        axes.text(
            column + 0.5,
            row + 0.5,
            "" if row == column and not undefined else text.replace("-", _MINUS),
            ha="center",
            va="center",
            fontsize=TICK,
            color="white" if abs(value) > _DARK else INK,
        )
    for spine in axes.spines.values():
        spine.set_visible(False)
    return cells


def _draw_scale(figure: Any, cells: Any, side: float) -> None:
    """Draw the key to the colors beside the cells, as high as they are at most."""
    box = cells.axes.get_position()
    width, height = figure.get_size_inches()
    tall = min(side, 3.4) / height
    place = (box.x1 + 0.2 / width, box.y1 - tall, 0.17 / width, tall)
    bar = figure.colorbar(cells, cax=figure.add_axes(place))
    bar.outline.set_visible(False)
    labels = (f"{_MINUS}100", f"{_MINUS}50", "0", "50", "100")
    bar.set_ticks([-1, -0.5, 0, 0.5, 1], labels=labels)
    bar.ax.tick_params(length=0, labelsize=TICK, labelcolor=QUIET)


def _title(agreement: Any) -> str:
    of = "Spearman's rho" if agreement.method == "spearman" else "Kendall's tau"
    if agreement.n_targets > 1:
        over = f"mean over {agreement.n_targets:,} of {agreement.n_images:,} pictures"
    else:
        over = f"{agreement.n_images:,} pictures"
    return f"{of} \N{MULTIPLICATION SIGN} 100, {over}"
