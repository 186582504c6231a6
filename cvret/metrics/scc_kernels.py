"""Spatial correlation of high-pass filtered pictures, compiled, and its NumPy form.

Of whole numbers every sum is exact, so that flat windows are told from others for
certain. The factor that sewar's filter has beyond the Laplacian's drops out.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled
from cvret.metrics.box_kernels import box_sums, slide, sums_across

__all__ = ["high_pass", "spatial_correlation", "spatial_correlation_numpy"]

Array = NDArray[Any]
Doubles = NDArray[np.float64]


def high_pass(picture: Array, bands: int, padded: Array) -> None:
    """Take the sum of the 8 neighbours from 8 times each pixel, into a padded plane.

    Parameters
    ----------
    picture : array of int32 or float64, shape (height, width * bands)
        Continued beyond its edge by its own mirror image.
    bands : int
        Bands.
    padded : array, shape (height + 7, (width + 7) * bands)
        Filled from row 4 and pixel 4 on.
    """
    height, width = picture.shape
    pixels = picture.reshape(height, width // bands, bands)
    around = box_sums(
        np.pad(pixels, ((1, 1), (1, 1), (0, 0)), "edge").reshape(height + 2, -1),
        3,
        bands,
    )
    padded[4 : 4 + height, 4 * bands : 4 * bands + width] = 9 * picture - around


def spatial_correlation_numpy(
    pictures: Array,
    target: Array,
    means: Doubles,
    spreads: Doubles,
    bands: int,
    sums: Array,
    padded: Array,
    values: Doubles,
) -> None:
    """Average the correlation with a target in windows of 8 x 8 pixels.

    Parameters
    ----------
    pictures : array of int32 or float64, shape (n, height, width * bands)
        What is judged: whole numbers of at most 16 bits.
    target : array of int32 or float64, shape (height + 7, (width + 7) * bands)
        The reference, high-pass filtered and padded with zeros.
    means, spreads : array of float64, shape (height, width * bands)
        Its windows' means and standard deviations.
    bands : int
        Bands.
    sums : array of int32 or float64
        Room of 8 rows for the padded width, see `make_room`.
    padded : array of int32 or float64, shape as of `target`
        Zeros, and room to work in.
    values : array of float64, shape (n, 2)
        Filled with the sum of the correlations of the windows that are not flat in
        either picture, and with their number.
    """
    for i, picture in enumerate(pictures):
        high_pass(picture, bands, padded)
        mean, square, product = (
            box_sums(plane, 8, bands) / 64.0
            for plane in (padded, padded * padded, padded * target)
        )
        below = spreads * np.sqrt(np.maximum(square - mean * mean, 0.0))
        alive = below != 0
        found = (product - means * mean)[alive] / below[alive]
        values[i] = found.sum(), alive.sum()


def _only_compiled(*arguments: Any) -> None:
    """Stand in for what compiled code alone calls."""
    raise RuntimeError("this function is called from compiled code alone")


@compiled(stand_in=_only_compiled)
def _high_pass(picture: Array, bands: int, y: int, down: Array, row: Array) -> None:
    """Filter row `y` as `high_pass` does."""
    height, width = picture.shape
    above, here, below = (
        picture[max(y - 1, 0)],
        picture[y],
        picture[min(y + 1, height - 1)],
    )
    inside = down[bands:]
    for j in range(width):
        inside[j] = above[j] + here[j] + below[j]
    beyond = down[bands + width :]
    edge = down[width:]
    for band in range(bands):
        down[band] = inside[band]
        beyond[band] = edge[band]
    right = down[2 * bands :]
    for j in range(width):
        row[j] = 9 * here[j] - (down[j] + inside[j] + right[j])


@compiled(stand_in=spatial_correlation_numpy)
def spatial_correlation(
    pictures: Array,
    target: Array,
    means: Doubles,
    spreads: Doubles,
    bands: int,
    sums: Array,
    padded: Array,
    values: Doubles,
) -> None:
    """The compiled form of `spatial_correlation_numpy`."""
    height, width = means.shape
    totals, counts = np.empty(width), np.empty(width)
    for i in range(len(pictures)):
        for y in range(height):
            _high_pass(pictures[i], bands, y, sums[0], padded[4 + y, 4 * bands :])
        sums[:] = 0
        totals[:] = 0
        counts[:] = 0
        for y in range(height + 7):
            slide(padded, target, y, 8, sums)
            if y < 7:
                continue
            sums_across(sums, bands, 8)
            plain, squared, product = sums[3], sums[4], sums[5]
            of_row, spreads_of_row = means[y - 7], spreads[y - 7]
            for j in range(width):
                mean = plain[j] / 64.0
                spread = max(squared[j] / 64.0 - mean * mean, 0.0)
                below = spreads_of_row[j] * np.sqrt(spread)
                above = product[j] / 64.0 - of_row[j] * mean
                alive = 1.0 if below != 0.0 else 0.0
                totals[j] += alive * above / (below + (1.0 - alive))
                counts[j] += alive
        values[i, 0] = totals.sum()
        values[i, 1] = counts.sum()
