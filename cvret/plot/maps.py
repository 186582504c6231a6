"""Figures of what is computed at each pixel: local binary patterns, and edges."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number
from cvret._opencv import cv2
from cvret._optional import import_extra
from cvret.plot.figures import (
    BLUE,
    GREEN,
    INK,
    LABEL,
    ORANGE,
    PURPLE,
    QUIET,
    new_figure,
    show_picture,
    style_axes,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_edges", "plot_lbp"]

_DIRECTIONS = (
    ("horizontal  \N{EM DASH}", BLUE),
    ("rising  /", ORANGE),
    ("vertical  |", GREEN),
    ("falling  \\", PURPLE),
)
_OTHER = "#d9d9d9"
_THIN = 500  # pixels of the longest side above which a line one pixel wide is too thin


def plot_lbp(
    image: NDArray[np.uint8], *, radius: float = 1, points: int = 8
) -> "Figure":
    """Show a picture, the local binary pattern of each pixel, and how many of each.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.
    radius : float
        Of the circle around a pixel, in pixels.
    points : int
        Neighbors on the circle.

    Returns
    -------
    matplotlib.figure.Figure
        Uniform patterns by their number of ones, those that are not in grey: what
        `LocalBinaryPatterns` counts. The bars are the key to the colors.

    Examples
    --------
    >>> figure = plot_lbp(np.full((9, 9, 3), 100, np.uint8))
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Picture', 'Local binary patterns, radius 1', 'Pixels by number of ones, %']
    """
    check_image(image)
    radius = check_number("radius", radius, least=0.5, most=1000)
    points = check_count("points", points, least=2)
    from skimage.feature import local_binary_pattern

    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    patterns = local_binary_pattern(grey, points, radius, "uniform").astype(np.intp)
    colormap: Any = import_extra("matplotlib", extra="plot", needed_by="plot_lbp")
    inks = colormap.colormaps["viridis"](np.linspace(0, 1, points + 1))[:, :3]
    inks = np.vstack([inks, colormap.colors.to_rgb(_OTHER)])
    names = [f"{ones}" for ones in range(points + 1)] + ["not uniform"]
    names[0] += "  bright spot"
    names[points // 2] += "  edge"
    names[points] += "  flat, dark spot"
    return _draw(
        "plot_lbp",
        image,
        (np.rint(inks * 255).astype(np.uint8))[patterns],
        f"Local binary patterns, radius {radius:g}",
        names,
        inks,
        100 * np.bincount(patterns.ravel(), minlength=points + 2) / grey.size,
        "Pixels by number of ones, %",
    )


def plot_edges(
    image: NDArray[np.uint8], *, low: float = 100, high: float = 200
) -> "Figure":
    """Show a picture, its edges by their direction, and how many of each.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.
    low, high : float
        Thresholds of Canny's detector: an edge has a gradient above `high` somewhere,
        and above `low` everywhere; the gradient is the sum of Sobel's two.

    Returns
    -------
    matplotlib.figure.Figure
        A direction is that of the edge itself, not of its gradient, to the nearest of
        four. The bars are the key to the colors.

    References
    ----------
    Canny, "A computational approach to edge detection", IEEE Transactions on Pattern
    Analysis and Machine Intelligence 8(6), 1986.

    Examples
    --------
    >>> image = np.zeros((20, 20, 3), np.uint8)
    >>> image[:, 10:] = 255
    >>> bars = plot_edges(image).axes[2].patches
    >>> [round(bar.get_width()) for bar in bars]  # vertical edges alone
    [0, 0, 100, 0]
    """
    check_image(image)
    low = check_number("low", low, least=0)
    high = check_number("high", high, least=low)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    right, down = (cv2.Sobel(grey, cv2.CV_16S, *order) for order in ((1, 0), (0, 1)))
    edges = cv2.Canny(right, down, low, high) > 0
    # Rows grow downwards: the edge's own angle, counterclockwise.
    angles = 90 - np.rad2deg(np.arctan2(down.astype(np.float32), right))
    directions = np.rint(angles / 45).astype(np.intp) % 4
    counts = np.bincount(directions[edges], minlength=4)
    colors: Any = import_extra(
        "matplotlib.colors", extra="plot", needed_by="plot_edges"
    )
    inks = np.array([colors.to_rgb(ink) for _, ink in _DIRECTIONS])
    drawn = np.full(image.shape, 255, np.uint8)
    drawn[edges] = np.rint(inks * 255).astype(np.uint8)[directions[edges]]
    if max(edges.shape) > _THIN:  # on white, the darker pixel widens
        drawn = cv2.erode(drawn, np.ones((2, 2), np.uint8))
    return _draw(
        "plot_edges",
        image,
        drawn,
        f"Edges: {edges.mean():.1%} of the pixels",
        [name for name, _ in _DIRECTIONS],
        inks,
        100 * counts / max(counts.sum(), 1),
        "Edge pixels by direction, %",
    )


def _draw(
    needed_by: str,
    image: NDArray[np.uint8],
    drawn: NDArray[np.uint8],
    title: str,
    names: list[str],
    inks: NDArray[np.float64],
    shares: NDArray[np.float64],
    counted: str,
) -> "Figure":
    """Draw the picture, the map, and a bar for each of its colors."""
    height, width = image.shape[:2]
    scale = min(4.4 / width, 5.4 / height)
    wide, tall = max(2.8, width * scale), max(2.4, height * scale)
    figure = new_figure(2 * wide + 4.5, tall + 0.6, needed_by)
    grid = figure.add_gridspec(1, 3, width_ratios=(wide, wide, 3.2))
    show_picture(figure.add_subplot(grid[0]), image, "Picture")
    show_picture(figure.add_subplot(grid[1]), drawn, title)
    axes = figure.add_subplot(grid[2])
    places = np.arange(len(names))
    axes.barh(places, shares, color=inks, edgecolor=QUIET, linewidth=0.5)
    style_axes(axes, counted)
    axes.set_yticks(places, names, fontsize=LABEL, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.4, -0.6)
    for place, share in zip(places, shares, strict=True):
        axes.annotate(
            f"{share:.0f}",
            (share, place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=LABEL,
            color=INK,
        )
    axes.set_xlim(0, (shares.max() or 1) * 1.15)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure
