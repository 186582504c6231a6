"""Figures of color histograms: of a picture, before and after, and of classes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_image
from cvret._opencv import cv2
from cvret.images.preparing import EqualizeIntensity
from cvret.plot.figures import (
    BLUE,
    GREEN,
    INK,
    LABEL,
    QUIET,
    RED,
    new_figure,
    plain_text,
    show_picture,
    style_axes,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_class_means", "plot_color_histogram", "plot_equalization"]

Image = NDArray[np.uint8]

# A line style each, so that the lines can be told apart without color.
_CHANNELS = (("red", RED, "-"), ("green", GREEN, "--"), ("blue", BLUE, "-."))
_LEVELS = 64  # bins of a histogram of 256 levels
_GREYISH = 26  # of 255: below this saturation a pixel has no hue worth counting
_PEAK = 2.0  # times the highest bin between, which the first and last may rise to
_COLORFUL = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 0),
    (255, 255, 255),
    (0, 0, 0),
)


def plot_color_histogram(image: Image) -> "Figure":
    """Show a picture beside its histograms of RGB and of HSV.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.

    Returns
    -------
    matplotlib.figure.Figure
        Save it by ``figure.savefig(path)``.

    Notes
    -----
    Hue is counted where saturation is above a tenth; its bars have the color of their
    hue.

    Examples
    --------
    >>> figure = plot_color_histogram(np.zeros((8, 8, 3), np.uint8))
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Picture', 'Red, green, blue', 'Hue', 'Saturation and value']
    """
    check_image(image)
    figure = new_figure(11, 4.6, "plot_color_histogram")
    grid = figure.add_gridspec(2, 3, width_ratios=(1.15, 1, 1))
    show_picture(figure.add_subplot(grid[:, 0]), image, "Picture")
    _draw_channels(figure.add_subplot(grid[0, 1:]), image)
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    _draw_hues(figure.add_subplot(grid[1, 1]), hsv)
    _draw_saturation_and_value(figure.add_subplot(grid[1, 2]), hsv)
    return figure


def plot_equalization(image: Image, step: Any = None) -> "Figure":
    """Show a picture and its histograms before and after a preparation.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.
    step : part with ``apply(image)``, optional
        By default ``EqualizeIntensity()``; any other preparation can be looked at too.

    Returns
    -------
    matplotlib.figure.Figure
        Two rows: before, and after. The line over the histogram of brightness is the
        share of pixels up to there, from 0 at the bottom to all of them at the top;
        equalized, it is straight.

    Notes
    -----
    Both rows have one scale. Peaks of black and of white are cut off at twice the
    highest bin between them.

    Examples
    --------
    >>> image = np.arange(64, dtype=np.uint8).repeat(3).reshape(8, 8, 3)
    >>> len(plot_equalization(image).axes)
    6
    """
    check_image(image)
    step = EqualizeIntensity() if step is None else step
    figure = new_figure(11, 6.4, "plot_equalization")
    grid = figure.add_gridspec(2, 3, width_ratios=(0.95, 1, 1))
    rows = (("Before", image), (f"After {step!r}", step.apply(image)))
    drawn = []
    for row, (title, picture) in enumerate(rows):
        show_picture(figure.add_subplot(grid[row, 0]), picture, title)
        brightness = figure.add_subplot(grid[row, 1])
        _draw_brightness(brightness, picture)
        channels = figure.add_subplot(grid[row, 2])
        _draw_channels(channels, picture)
        drawn.append((brightness, channels))
    for before, after in zip(*drawn, strict=True):
        top = max(before.get_ylim()[1], after.get_ylim()[1])
        before.set_ylim(0, top)
        after.set_ylim(0, top)
    return figure


def plot_class_means(classes: Mapping[str, Any], descriptor: Any) -> "Figure":
    """Show the mean vector of each class, one row a class.

    Parameters
    ----------
    classes : mapping of str to list of images or paths, or to array of shape (n, d)
        The pictures of each class by its name, or their vectors, as ``transform`` of
        the descriptor gives them.
    descriptor : Descriptor
        What describes the pictures. Where it is a color histogram, each bar has the
        mean color of what falls into its bin.

    Returns
    -------
    matplotlib.figure.Figure
        All rows have one scale.

    Raises
    ------
    ValueError
        If there is no class, or a class has no picture.

    Examples
    --------
    >>> from cvret.features.color import HSVHistogram
    >>> reds = np.full((2, 8, 8, 3), (255, 0, 0), np.uint8)
    >>> figure = plot_class_means({"red": list(reds)}, HSVHistogram(bins=(8, 1, 1)))
    >>> figure.axes[0].get_title(loc="left")
    'red (2)'
    """
    vectors = _vectors_of(classes, descriptor)
    means = {name: rows.mean(axis=0) for name, rows in vectors.items()}
    size = len(next(iter(means.values())))
    colors = _bin_colors(descriptor, size)
    figure = new_figure(10, 0.9 + 1.05 * len(means), "plot_class_means")
    top = max(float(mean.max()) for mean in means.values())
    low = min(0.0, *(float(mean.min()) for mean in means.values()))
    rows = figure.subplots(len(means), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, mean) in zip(rows, means.items(), strict=True):
        axes.bar(
            np.arange(size),
            mean,
            width=1.0 if size > 64 else 0.86,
            color=BLUE if colors is None else colors,
            edgecolor=QUIET,
            linewidth=0.5 if size <= 300 else 0,
        )
        style_axes(axes, f"{plain_text(name, 60)} ({len(vectors[name]):,})")
        axes.set_ylim(low * 1.05, (top * 1.05) or 1)
        axes.set_xlim(-0.7, size - 0.3)
        axes.locator_params(axis="y", nbins=3)
    rows[-1].set_xlabel(
        f"Bin of {type(descriptor).__name__}", fontsize=LABEL, color=QUIET
    )
    figure.supylabel("Mean of the class", fontsize=LABEL, color=QUIET)
    return figure


def _draw_channels(axes: Any, image: Image) -> None:
    """Draw the share of pixels by level, a line a channel."""
    tops = []
    for channel, (name, color, line) in enumerate(_CHANNELS):
        shares = _shares(image[..., channel])
        axes.plot(_centers(), shares, line, color=color, lw=1.6, label=name)
        tops.append(_top(shares))
    style_axes(axes, "Red, green, blue", xlabel="Level", ylabel="Pixels, %")
    _finish_levels(axes, max(tops))
    axes.legend(frameon=False, fontsize=LABEL, labelcolor=INK, handlelength=2.6)


def _draw_brightness(axes: Any, image: Image) -> None:
    """Draw the histogram of brightness, and what adds up to each level."""
    shares = _shares(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    axes.bar(_centers(), shares, width=256 / _LEVELS, color="#9a9a9a")
    title = "Brightness; line: cumulative"
    style_axes(axes, title, xlabel="Level", ylabel="Pixels, %")
    _finish_levels(axes, _top(shares))
    # On the scale of the axes' height, whatever the histogram's is.
    axes.plot(
        _centers(),
        np.cumsum(shares) / 100,
        color=BLUE,
        lw=1.8,
        transform=axes.get_xaxis_transform(),
    )


def _draw_hues(axes: Any, hsv: Image) -> None:
    """Draw the histogram of hue, each bar in its color."""
    hues = hsv[..., 0][hsv[..., 1] >= _GREYISH]
    counts = np.bincount(hues.ravel() // 5, minlength=36)
    circle = np.zeros((1, 36, 3), np.uint8)
    circle[0, :, 0] = np.arange(36) * 5 + 2
    circle[..., 1:] = 200, 225
    colors = cv2.cvtColor(circle, cv2.COLOR_HSV2RGB)[0] / 255
    shares = 100 * counts / hsv[..., 0].size
    axes.bar(
        np.arange(36) * 10 + 5, shares, width=10, color=colors, edgecolor=QUIET, lw=0.4
    )
    style_axes(axes, "Hue", xlabel="Degrees", ylabel="Pixels, %")
    axes.set_xlim(0, 360)
    axes.set_ylim(0, shares.max() * 1.08 or 1)
    axes.set_xticks([0, 90, 180, 270, 360])


def _draw_saturation_and_value(axes: Any, hsv: Image) -> None:
    for channel, name, color, line in (
        (1, "saturation", RED, "-"),
        (2, "value", INK, "--"),
    ):
        shares = _shares(hsv[..., channel])
        axes.plot(_centers() / 255, shares, line, color=color, lw=1.6, label=name)
    style_axes(axes, "Saturation and value", xlabel="From 0 to 1")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=LABEL, labelcolor=INK, handlelength=2.6)


def _top(shares: NDArray[np.float64]) -> float:
    """Where an axis ends: all is seen but high peaks of black and of white."""
    between = float(shares[1:-1].max())
    return 1.06 * min(float(shares.max()), _PEAK * between or np.inf)


def _finish_levels(axes: Any, top: float) -> None:
    axes.set_xlim(0, 255)
    axes.set_xticks([0, 64, 128, 192, 255])
    axes.set_ylim(0, top)


def _shares(levels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Percent of the pixels in each of 64 equal ranges of levels."""
    counts = np.bincount(levels.ravel() // (256 // _LEVELS), minlength=_LEVELS)
    shares: NDArray[np.float64] = 100 * counts / levels.size
    return shares


def _centers() -> NDArray[np.float64]:
    edges: NDArray[np.float64] = np.linspace(0, 256, _LEVELS, endpoint=False)
    return edges + 128 / _LEVELS


def _vectors_of(
    classes: Mapping[str, Any], descriptor: Any
) -> dict[str, NDArray[np.float64]]:
    """Describe the pictures of each class, where they are not described yet."""
    if not classes:
        raise ValueError("classes must name at least one class, got none")
    found = {}
    for name, members in classes.items():
        if len(members) == 0:
            raise ValueError(f"class {name!r} has no picture")
        described = not isinstance(members[0], str) and np.ndim(members[0]) == 1
        rows = members if described else descriptor.transform(members)
        found[name] = np.asarray(rows, np.float64)
    widths = {rows.shape[1] for rows in found.values()}
    if len(widths) > 1:
        raise ValueError(
            f"classes must have vectors of one length, got {sorted(widths)}"
        )
    return found


def _bin_colors(descriptor: Any, size: int) -> NDArray[np.float64] | None:
    """Find the color of each bin by pictures of one color; None if it has none.

    A color histogram puts such a picture into one bin, and another color into another.
    """

    def vector_of(color: Sequence[int]) -> NDArray[np.float64]:
        flat = np.full((16, 16, 3), color, np.uint8)
        return np.asarray(descriptor.describe(flat), np.float64)

    try:
        first = np.stack([vector_of(color) for color in _COLORFUL])
    except ValueError:  # it takes no picture as small as that
        return None
    whole = np.abs(first).sum(axis=1)
    single = first.max(axis=1) >= 0.5 * whole
    if first.shape[1] != size or not single.all() or len({*first.argmax(1)}) < 3:
        return None
    grid = _many_colors()
    bins = np.array([vector_of(color).argmax() for color in grid])
    counts = np.bincount(bins, minlength=size)
    sums = np.stack([np.bincount(bins, grid[:, c], size) for c in range(3)], axis=1)
    # A bin that none of the colors fell into is grey.
    means = np.divide(
        sums,
        counts[:, None],
        out=np.full((size, 3), 127.0),
        where=counts[:, None] > 0,
    )
    colors: NDArray[np.float64] = means / 255
    return colors


def _many_colors() -> NDArray[np.uint8]:
    """Colors all over RGB and, for the dark and the pale, all over HSV; (n, 3)."""
    levels = np.linspace(0, 255, 9).round()
    even = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    parts = (np.arange(6) + 0.5) * 255 / 6
    hsv = np.stack(np.meshgrid(np.arange(2, 180, 5), parts, parts), axis=-1)
    polar = cv2.cvtColor(hsv.reshape(1, -1, 3).astype(np.uint8), cv2.COLOR_HSV2RGB)[0]
    return np.concatenate([even.astype(np.uint8), polar])
