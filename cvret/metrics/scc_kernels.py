"""Spatial correlation of high-pass filtered pictures, compiled, and its NumPy form.

Of whole numbers every sum is exact, so that flat windows are told from others for
certain. The factor that sewar's filter has beyond the Laplacian's drops out.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled
from cvret.metrics.box_kernels import box_sums, only_compiled, slide, sum_four

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
        Room of 4 rows of 3 parts for the padded width, see `make_room`.
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


@compiled(stand_in=only_compiled)
def _high_pass(picture: Array, bands: int, y: int, down: Array, row: Array) -> None:
    """Filter row `y` as `high_pass` does."""
    height, width = picture.shape
    upper, lower = max(y - 1, 0), min(y + 1, height - 1)
    inside, right = down[bands:], down[2 * bands :]
    for j in range(width):
        inside[j] = picture[upper, j] + picture[y, j] + picture[lower, j]
    for band in range(bands):
        down[band] = inside[band]
        inside[width + band] = down[width + band]
    for j in range(width):
        row[j] = 9 * picture[y, j] - (down[j] + inside[j] + right[j])


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
    down, two, four, found = sums[0], sums[1], sums[2], sums[3]
    part = len(down) // 3
    mean_down, square_down, product_down = down[:part], down[part:], down[2 * part :]
    plain, squared, product = found[:part], found[part:], found[2 * part :]
    next_one, next_two, next_four = down[bands:], two[2 * bands :], four[4 * bands :]
    n_sums = len(down) - 10 * bands
    totals, counts = np.empty(width), np.empty(width)
    for i in range(len(pictures)):
        for y in range(height):
            _high_pass(pictures[i], bands, y, two, padded[4 + y][4 * bands :])
        sums[:] = 0
        totals[:] = 0
        counts[:] = 0
        for y in range(height + 7):
            slide(padded, target, y, 8, mean_down, square_down, product_down)
            if y < 7:
                continue
            sum_four(down, next_one, two, next_two, four)
            for j in range(n_sums):
                found[j] = four[j] + next_four[j]
            row = y - 7
            for j in range(width):
                mean = plain[j] / 64.0
                spread = max(squared[j] / 64.0 - mean * mean, 0.0)
                below = spreads[row, j] * np.sqrt(spread)
                above = product[j] / 64.0 - means[row, j] * mean
                alive = 1.0 if below != 0.0 else 0.0
                totals[j] += alive * above / (below + (1.0 - alive))
                counts[j] += alive
        values[i, 0] = totals.sum()
        values[i, 1] = counts.sum()
