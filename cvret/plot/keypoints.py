"""Figures of the keypoints of a picture."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image
from cvret._optional import import_extra
from cvret.plot.figures import ORANGE, new_figure, show_picture
from cvret.records import LocalFeatures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_keypoints"]

_LEAST = 1.0  # pixels of the figure that a circle's radius has at least


def plot_keypoints(
    image: NDArray[np.uint8], features: LocalFeatures, *, max_keypoints: int = 500
) -> "Figure":
    """Draw keypoints on a picture: a circle of their size, and a line for the angle.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.
    features : LocalFeatures
        Of this picture, as an extractor gave them.
    max_keypoints : int
        Of more than these, so many are drawn, evenly chosen.

    Returns
    -------
    matplotlib.figure.Figure
        The title says how many there are, and how many are drawn.

    Raises
    ------
    ValueError
        If the features are those of a picture of another size.

    Examples
    --------
    >>> from cvret.features.keypoints import ORB
    >>> image = np.random.default_rng(0).integers(0, 256, (99, 99, 3), np.uint8)
    >>> features = ORB(max_keypoints=40).extract(image)
    >>> figure = plot_keypoints(image, features, max_keypoints=20)
    >>> figure.axes[0].get_title(loc="left")
    '20 of 28 keypoints: circle, the size; line, the angle'
    """
    check_image(image)
    most = check_count("max_keypoints", max_keypoints)
    height, width = image.shape[:2]
    if (features.width, features.height) != (width, height):
        raise ValueError(
            f"features are of a picture of {features.width} x {features.height} "
            f"pixels, and image has {width} x {height}; extract them from this image"
        )
    n = len(features)
    chosen = np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int))
    title = f"{n:,} keypoints" if n <= most else f"{most:,} of {n:,} keypoints"
    scale = min(9 / width, 7 / height)
    inches = max(5.0, width * scale), max(1.5, height * scale) + 0.4
    figure = new_figure(*inches, "plot_keypoints")
    axes = figure.add_subplot()
    show_picture(axes, image, f"{title}: circle, the size; line, the angle")
    per_inch = max(width / (inches[0]), height / (inches[1] - 0.4))
    _draw(axes, features.keypoints[chosen], _LEAST * per_inch / 72)
    return figure


def _draw(axes: Any, keypoints: NDArray[np.float32], least: float) -> None:
    """Draw circles and lines, with a dark edge so that they stand out anywhere."""
    collections: Any = import_extra(
        "matplotlib.collections", extra="plot", needed_by="plot_keypoints"
    )
    if len(keypoints) == 0:
        return
    x, y, size, angle = keypoints.astype(np.float64).T
    radius = np.maximum(size / 2, least)
    turns = np.deg2rad(angle)
    ends = np.column_stack([x + radius * np.cos(turns), y + radius * np.sin(turns)])
    lines = np.stack([np.column_stack([x, y]), ends], axis=1)
    for color, stroke in (("#000000b0", 2.6), (ORANGE, 1.2)):
        axes.add_collection(
            collections.EllipseCollection(
                2 * radius,
                2 * radius,
                np.zeros(len(x)),
                units="xy",
                offsets=np.column_stack([x, y]),
                offset_transform=axes.transData,
                facecolors="none",
                edgecolors=color,
                linewidths=stroke,
            )
        )
        axes.add_collection(
            collections.LineCollection(lines, colors=color, linewidths=stroke)
        )
