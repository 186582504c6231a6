"""A figure with room for a matrix of square cells, and the names of both sides."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cvret._optional import import_extra
from cvret.plot.figures import INK, TITLE, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["name_sides", "new_matrix"]


def new_matrix(
    names: Sequence[str],
    title: str,
    needed_by: str,
    *,
    cell: float,
    letters: float,
    room: tuple[float, float, float],
) -> tuple["Figure", Any, float]:
    """Make a figure for a matrix; give it, its axes, and their margin in inches.

    Parameters
    ----------
    names : sequence of str
        Of rows and columns, which stand at the left and below.
    title : str
        Above the matrix.
    needed_by : str
        The function that draws, for the error where Matplotlib is not installed.
    cell : float
        Inches of a cell's side.
    letters : float
        Points of the names.
    room : (float, float, float)
        Inches above the matrix, at its right, and beside the names.
    """
    above, right, beside = room
    margin = max(_width_of(name, letters, needed_by) for name in names) + beside
    side = len(names) * cell
    width, height = margin + side + right, above + side + margin
    width = max(width, _width_of(title, TITLE, needed_by) + 0.3)
    figure = new_figure(width, height, needed_by)
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
    return figure, figure.add_axes(place), margin


def name_sides(axes: Any, names: Sequence[str], letters: float) -> None:
    """Write the names of rows at the left, and of columns below."""
    centers = np.arange(len(names)) + 0.5
    axes.set_yticks(centers, names)
    axes.set_xticks(centers, names, rotation=90)
    axes.tick_params(length=0, pad=4, labelsize=letters, labelcolor=INK)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)


def _width_of(text: str, size: float, needed_by: str) -> float:
    """Give how wide a line of text is, in inches."""
    module: Any = import_extra("matplotlib.textpath", extra="plot", needed_by=needed_by)
    fonts: Any = import_extra(
        "matplotlib.font_manager", extra="plot", needed_by=needed_by
    )
    properties = fonts.FontProperties(size=size)
    width, _, _ = module.text_to_path.get_text_width_height_descent(
        text, properties, ismath=False
    )
    return float(width) / 72
