"""Means of windows with SciPy's rounding errors, compiled, and by SciPy itself."""

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled

__all__ = ["running_means", "running_means_numpy"]

Doubles = NDArray[np.float64]


def running_means_numpy(planes: Doubles, bands: int, means: Doubles) -> None:
    """Average windows of 8 x 8 pixels, with the rounding errors of running means.

    They are those of SciPy's uniform filter, which are what sewar's values are made of
    where floats are flat.

    Parameters
    ----------
    planes : array of float64, shape (n, height, width * bands)
        Sides of at least 9 pixels.
    bands : int
        Bands.
    means : array of float64, shape (n, height - 8, (width - 8) * bands)
        Filled.
    """
    from scipy.ndimage import uniform_filter

    n, height, width = planes.shape
    pixels = planes.reshape(n, height, width // bands, bands)
    found = uniform_filter(pixels, (1, 8, 8, 1))[:, 4:-4, 4:-4]
    means[:] = found.reshape(means.shape)


@compiled(stand_in=running_means_numpy)
def running_means(planes: Doubles, bands: int, means: Doubles) -> None:
    """The compiled form of `running_means_numpy`."""
    n, height, width = planes.shape
    rows, columns = means.shape[1], means.shape[2]
    down, line = np.empty(width), np.empty(width + 4 * bands)
    middle = line[4 * bands :]
    for i in range(n):
        # The first window holds the first four rows, and their mirror image.
        down[:] = 0
        for y in range(8):
            row = 3 - y if y < 4 else y - 4
            for j in range(width):
                down[j] += planes[i, row, j]
        for j in range(width):
            down[j] /= 8.0
        for y in range(1, rows + 4):
            old = 4 - y if y < 5 else y - 5
            for j in range(width):
                down[j] += (planes[i, y + 3, j] - planes[i, old, j]) / 8.0
            if y < 4:
                continue
            for j in range(width):
                middle[j] = down[j]
            for x in range(4):
                for band in range(bands):
                    line[(3 - x) * bands + band] = down[x * bands + band]
            for band in range(bands):
                mean = 0.0
                for x in range(8):
                    mean += line[x * bands + band]
                mean /= 8.0
                for j in range(band, columns + 4 * bands, bands):
                    if j >= 4 * bands:
                        means[i, y - 4, j - 4 * bands] = mean
                    mean += (line[j + 8 * bands] - line[j]) / 8.0
