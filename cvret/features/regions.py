"""Where in a picture something is counted: whole, in a grid, or in two rings."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import Image, check_count

__all__ = ["Layout", "check_layout", "region_counts", "region_names"]

Layout = str | tuple[int, int]
Counts = NDArray[np.float64]


def check_layout(layout: Any) -> None:
    """Raise unless `layout` is a known name, or a pair of rows and columns."""
    if isinstance(layout, str):
        if layout in ("whole", "center-surround"):
            return
    elif isinstance(layout, tuple | list) and len(layout) == 2:
        for number in layout:
            check_count("layout", number)
        return
    raise ValueError(
        f"layout must be 'whole', 'center-surround' or (rows, columns), got {layout!r}"
    )


def region_names(layout: Layout) -> list[str]:
    """Give what stands before the name of a feature, for each region.

    Examples
    --------
    >>> region_names((1, 2)), region_names("whole")
    (['row0_column0_', 'row0_column1_'], [''])
    """
    check_layout(layout)
    if layout == "whole":
        return [""]
    if layout == "center-surround":
        return ["center_", "surround_"]
    rows, columns = int(layout[0]), int(layout[1])
    return [f"row{r}_column{c}_" for r in range(rows) for c in range(columns)]


def region_counts(
    image: Image, layout: Layout, count: Callable[[Image], Counts]
) -> Counts:
    """Count in each region of a picture.

    A grid's cells are as equal as whole pixels allow; where it has more rows or
    columns than the picture, cells share pixels, and none is empty. The center is the
    rectangle of half the sides, and where nothing is left around it, the surround is
    the whole picture.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.
    layout : str or tuple of int
        "whole", "center-surround", or rows and columns of a grid.
    count : callable
        Takes a part of the image, gives an (n,) array that adds up over its pixels.

    Returns
    -------
    array of float64, shape (n_regions, n)
        Grids row by row; the center before the surround.
    """
    check_layout(layout)
    height, width = image.shape[:2]
    if layout == "whole":
        return count(image)[None]
    if layout == "center-surround":
        top, left = height // 4, width // 4
        center = count(image[top : height - top, left : width - left])
        whole = count(image)
        around = whole - center
        return np.stack([center, around if around.any() else whole])
    rows, columns = int(layout[0]), int(layout[1])
    return np.stack(
        [
            count(image[vertical, horizontal])
            for vertical in _pieces(height, rows)
            for horizontal in _pieces(width, columns)
        ]
    )


def _pieces(length: int, n_pieces: int) -> list[slice]:
    starts = [i * length // n_pieces for i in range(n_pieces)]
    stops = [(i + 1) * length // n_pieces for i in range(n_pieces)]
    return [slice(a, max(a + 1, b)) for a, b in zip(starts, stops, strict=True)]
