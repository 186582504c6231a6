"""Pictures fitted into squares of a figure, and lines of text beside them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.images.drawing import fit_into
from cvret.plot.figures import GREEN, INK, LABEL, QUIET, RED, RULE, plain_text

__all__ = ["PIXELS", "TILE", "place_picture", "share_of", "write_line"]

TILE = 1.75
"""Inches of a square that a result is fitted into."""

PIXELS = 360
"""Of that square's side; of others in proportion."""

_LETTERS = 40  # of a name, at most; fewer where they are wide


def place_picture(
    figure: Any,
    image: NDArray[np.uint8] | None,
    corner: tuple[float, float],
    side: float,
    right: bool | None = None,
) -> None:
    """Put a picture into a square, at its bottom and left, with its mark."""
    axes = figure.add_axes(share_of(figure, (*corner, side, side)))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("#f4f4f4")
    for spine in axes.spines.values():
        spine.set_color(RULE)
    if image is None:
        axes.text(
            0.5, 0.5, "no such\npicture", ha="center", va="center",
            fontsize=LABEL, color=QUIET,
        )  # fmt: skip
    else:
        fitted, _ = fit_into(image, *[int(PIXELS * side / TILE)] * 2)
        height, width = np.array(fitted.shape[:2]) / max(fitted.shape[:2])
        extent = (0.5 - width / 2, 0.5 + width / 2, 0.5 - height / 2, 0.5 + height / 2)
        axes.imshow(fitted, extent=extent, interpolation="antialiased", aspect="auto")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
    if right is not None:
        _mark(axes, right)


def _mark(axes: Any, right: bool) -> None:
    """Frame a tile, and draw o or x on white in its corner."""
    color = GREEN if right else RED
    for spine in axes.spines.values():
        spine.set_color(color)
        spine.set_linewidth(2)
    axes.plot(0.89, 0.89, "s", ms=19, color="white", mec=color, mew=1.5, zorder=3)
    if right:
        axes.plot(0.89, 0.89, "o", ms=10, mfc="none", mec=color, mew=2.6, zorder=4)
    else:
        axes.plot(0.89, 0.89, "x", ms=10, mec=color, mew=3, zorder=4)


def write_line(
    figure: Any,
    text: str,
    place: tuple[float, float],
    *,
    size: float,
    color: str = INK,
    width: float = np.inf,
    most: int = _LETTERS,
) -> None:
    """Write a line from a place, no wider than so many inches."""
    x, y = share_of(figure, place)
    shown = plain_text(text, most)
    line = figure.text(x, y, shown, fontsize=size, color=color, parse_math=False)
    wide, letters = line.get_window_extent().width, len(shown)
    if wide > width * figure.dpi:
        letters = int(letters * width * figure.dpi / wide) + 1
    while letters > 1 and wide > width * figure.dpi:
        letters -= 1
        line.set_text(plain_text(text, letters))
        wide = line.get_window_extent().width


def share_of(figure: Any, inches: Sequence[float]) -> tuple[float, ...]:
    """Inches from the bottom and left as shares of the figure."""
    width, height = figure.get_size_inches()
    scale = (width, height) * (len(inches) // 2)
    return tuple(value / whole for value, whole in zip(inches, scale, strict=True))
