"""Errors and moments in square windows, compiled, each with its NumPy form.

Pictures are (height, width * bands), bands interleaved: what goes down the rows is
contiguous, and what goes along them is a shift by the number of bands. Sums go down by
adding the row that enters a window and taking away the one that leaves it, which is
exact for whole numbers; float pictures go to these kernels only where that is enough.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled, prefetch

__all__ = [
    "SSIM",
    "UQI",
    "box_sums",
    "make_room",
    "only_compiled",
    "quality_indices",
    "slide",
    "sum_four",
    "squared_errors",
    "squared_errors_numpy",
    "window_errors",
    "window_errors_numpy",
    "window_moments",
    "window_moments_numpy",
]

Array = NDArray[Any]
Doubles = NDArray[np.float64]

UQI, SSIM = 0, 1
_LANES = 32  # that compiled loops may take at once
_SLACK = 10  # neighbours beyond a row that sums along it may touch
_AHEAD = 4096  # samples, that memory is asked for before they are read
_ROWS = 16384  # squares of 8 bits that an int32 sums for certain


def only_compiled(*arguments: Any) -> Any:
    """Stand in for what compiled code alone calls."""
    raise RuntimeError("this function is called from compiled code alone")


def box_sums(plane: Array, size: int, bands: int) -> Array:
    """Sum a plane of interleaved bands over all square windows inside it."""
    height, width = plane.shape
    rows, columns = height - size + 1, width - (size - 1) * bands
    down = plane[:rows].copy()
    for k in range(1, size):
        down += plane[k : k + rows]
    sums = down[:, :columns].copy()
    for k in range(1, size):
        sums += down[:, k * bands : k * bands + columns]
    return sums


def make_room(rows: int, width: int, bands: int, dtype: Any, parts: int = 1) -> Array:
    """Make rows of sums, of some parts each, with room beyond the width of each part.

    Sums along a row then run through all parts at once and in whole vectors; what they
    put beyond the end of a part is not looked at.
    """
    length = -(-width // _LANES) * _LANES + _SLACK * bands
    return np.zeros((rows, parts * length), dtype)


def squared_errors_numpy(
    pictures: Array, target: Array, squares: Array, columns: Array, sums: Array
) -> None:
    """Sum the squared differences from a target, band by band.

    Parameters
    ----------
    pictures : array of uint8 or float64, shape (n, height, width * bands)
        What is compared.
    target : array of int16 or float64, shape (height, width * bands)
        With what.
    squares : array of uint16 or float64, shape (width * bands,)
        Room to work in: just large enough for one square.
    columns : array of int32 or float64, shape (width * bands,)
        Room to work in.
    sums : array of int64 or float64, shape (n, bands)
        Filled.
    """
    bands = sums.shape[1]
    for i, picture in enumerate(pictures):
        errors = picture.astype(columns.dtype) - target
        found = (errors * errors).astype(sums.dtype)
        sums[i] = found.reshape(-1, bands).sum(axis=0)


@compiled(stand_in=squared_errors_numpy)
def squared_errors(
    pictures: Array, target: Array, squares: Array, columns: Array, sums: Array
) -> None:
    """The compiled form of `squared_errors_numpy`."""
    n, height, width = pictures.shape
    bands = sums.shape[1]
    for i in range(n):
        sums[i] = 0
        for first in range(0, height, _ROWS):
            columns[:] = 0
            for y in range(first, min(first + _ROWS, height)):
                soon = (i * height + y) * width + _AHEAD
                for place in range(soon, soon + width, 64):
                    prefetch(pictures, place)
                for j in range(width):
                    error = pictures[i, y, j] - target[y, j]
                    squares[j] = error * error
                for j in range(width):
                    columns[j] += squares[j]
            for x in range(0, width, bands):
                for band in range(bands):
                    sums[i, band] += columns[x + band]


def window_errors_numpy(
    pictures: Array,
    target: Array,
    weights: Doubles,
    bands: int,
    together: bool,
    squares: Array,
    sums: Array,
    values: Doubles,
) -> None:
    """Sum the weighted roots of the squared errors in windows of 8 x 8 pixels.

    Parameters
    ----------
    pictures : array of uint8 or float64, shape (n, height, width * bands)
        What is compared.
    target : array of int16 or float64, shape (height, width * bands)
        With what.
    weights : array of float64, shape (rows, columns)
        Of the windows that count, from the first corner on: pixels, or where the bands
        are not `together` samples.
    bands : int
        Bands.
    together : bool
        Whether the errors of all bands are summed before the root.
    squares : array of uint16 or float64, shape (width * bands,)
        Room to work in: just large enough for one square.
    sums : array of int32 or float64
        Room of 12 rows, see `make_room`.
    values : array of float64, shape (n,)
        Filled.
    """
    rows, columns = weights.shape
    for i, picture in enumerate(pictures):
        errors = picture.astype(sums.dtype) - target
        found = box_sums(errors * errors, 8, bands)
        if together:
            found = found.reshape(len(found), -1, bands).sum(axis=2)
        values[i] = (weights * np.sqrt(found[:rows, :columns])).sum()


@compiled(stand_in=window_errors_numpy)
def window_errors(
    pictures: Array,
    target: Array,
    weights: Doubles,
    bands: int,
    together: bool,
    squares: Array,
    sums: Array,
    values: Doubles,
) -> None:
    """The compiled form of `window_errors_numpy`."""
    n, height, width = pictures.shape
    rows, columns = weights.shape
    step = 1 if together else bands
    side = width // bands if together else width
    length = (side + _LANES - 1) // _LANES * _LANES + _SLACK * step
    down, two = sums[0][:length], sums[1][:length]
    four, entering = sums[2][:length], sums[3][:length]
    next_one, next_two, next_four = down[step:], two[2 * step :], four[4 * step :]
    ring = sums[4:12]
    totals = np.empty(columns)
    for i in range(n):
        down[:] = 0
        ring[:] = 0
        totals[:] = 0
        for y in range(rows + 7):
            for j in range(width):
                error = pictures[i, y, j] - target[y, j]
                squares[j] = error * error
            _sum_bands(squares, bands if together else 1, side, entering)
            for j in range(side):
                down[j] += entering[j] - ring[y % 8, j]
            for j in range(side):
                ring[y % 8, j] = entering[j]
            if y >= 7:
                sum_four(down, next_one, two, next_two, four)
                of_row = weights[y - 7]
                for j in range(columns):
                    found = np.float64(four[j] + next_four[j])
                    totals[j] += of_row[j] * np.sqrt(found)
        values[i] = totals.sum()


@compiled(stand_in=only_compiled)
def _sum_bands(row: Array, bands: int, n_pixels: int, found: Array) -> None:
    """Sum the bands of each pixel."""
    if bands == 3:
        for x in range(n_pixels):
            found[x] = row[3 * x] + row[3 * x + 1] + row[3 * x + 2]
        return
    for x in range(n_pixels):
        found[x] = row[x * bands]
    for band in range(1, bands):
        for x in range(n_pixels):
            found[x] += row[x * bands + band]


@compiled(stand_in=only_compiled)
def sum_four(
    sums: Array, next_one: Array, two: Array, next_two: Array, four: Array
) -> None:
    """Sum two and four neighbours along a row; `next_one` is `sums` a pixel on."""
    width = len(sums) - _SLACK * (len(sums) - len(next_one))
    for j in range(width):
        two[j] = sums[j] + next_one[j]
    for j in range(width):
        four[j] = two[j] + next_two[j]


@compiled(stand_in=only_compiled)
def slide(
    picture: Array,
    target: Array,
    y: int,
    size: int,
    values: Array,
    squares: Array,
    products: Array,
) -> None:
    """Let row `y` enter the sums of values, squares and products, and one leave."""
    width = picture.shape[1]
    if y < size:
        for j in range(width):
            values[j] += picture[y, j]
        for j in range(width):
            squares[j] += picture[y, j] * picture[y, j]
        for j in range(width):
            products[j] += picture[y, j] * target[y, j]
    else:
        old = y - size
        for j in range(width):
            values[j] += picture[y, j] - picture[old, j]
        for j in range(width):
            square = picture[old, j] * picture[old, j]
            squares[j] += picture[y, j] * picture[y, j] - square
        for j in range(width):
            product = picture[old, j] * target[old, j]
            products[j] += picture[y, j] * target[y, j] - product


def window_moments_numpy(
    pictures: Array,
    target: Array,
    means: Doubles,
    squares: Doubles,
    bands: int,
    kind: int,
    constants: Doubles,
    sums: Array,
    values: Doubles,
) -> None:
    """Average what UQI or SSIM makes of the moments in square windows.

    Parameters
    ----------
    pictures : array of int32 or float64, shape (n, height, width * bands)
        What is judged.
    target : array of int32 or float64, shape (height, width * bands)
        The reference.
    means, squares : array of float64, shape (rows, columns)
        Its windows' means and mean squares (of `UQI` times the scale), from the first
        window on, as many as count.
    bands : int
        Bands.
    kind : {UQI, SSIM}
        Windows of 8 x 8 or 11 x 11 pixels.
    constants : array of float64, shape (2,)
        The scale of the sums; or SSIM's constants.
    sums : array of int32 or float64
        Room of 4 rows of 3 parts, see `make_room`.
    values : array of float64, shape (n,)
        Filled.
    """
    size = 8 if kind == UQI else 11
    scale = constants[0] if kind == UQI else 1 / 121
    rows, columns = means.shape
    for i, picture in enumerate(pictures):
        mean, square, product = (
            scale * box_sums(plane, size, bands)[:rows, :columns]
            for plane in (picture, picture * picture, picture * target)
        )
        if kind == UQI:
            found = quality_indices(means, squares, mean, square, product)
        else:
            found = _ssim(means, squares, mean, square, product, constants)
        values[i] = found.mean()


def quality_indices(
    g: Doubles, gg: Doubles, p: Doubles, pp: Doubles, gp: Doubles
) -> Doubles:
    """Give sewar's form of the index; its means are Wang and Bovik's sums."""
    both = g * p
    level = g * g + p * p
    spread = 64 * (gg + pp) - level
    above, below = 4 * (64 * gp - both) * both, spread * level
    flat = below == 0
    above, below = np.where(flat, 2 * both, above), np.where(flat, level, below)
    dark = below == 0
    return np.where(dark, 1.0, above / np.where(dark, 1.0, below))


def _ssim(
    g: Doubles, gg: Doubles, p: Doubles, pp: Doubles, gp: Doubles, constants: Doubles
) -> Doubles:
    """Give the structural similarity of windows."""
    first, second = constants
    above = (2 * g * p + first) * (2 * (gp - g * p) + second)
    levels = g * g + p * p
    found: Doubles = above / ((levels + first) * (gg + pp - levels + second))
    return found


@compiled(stand_in=window_moments_numpy)
def window_moments(
    pictures: Array,
    target: Array,
    means: Doubles,
    squares: Doubles,
    bands: int,
    kind: int,
    constants: Doubles,
    sums: Array,
    values: Doubles,
) -> None:
    """The compiled form of `window_moments_numpy`."""
    rows, columns = means.shape
    size = 8 if kind == UQI else 11
    first, second = constants
    scale = first if kind == UQI else 1.0 / 121.0
    down, two, four, found = sums[0], sums[1], sums[2], sums[3]
    part = len(down) // 3
    mean_down, square_down, product_down = down[:part], down[part:], down[2 * part :]
    plain, squared, product = found[:part], found[part:], found[2 * part :]
    next_one, next_two, next_four = down[bands:], two[2 * bands :], four[4 * bands :]
    ninth, last = two[8 * bands :], down[10 * bands :]
    totals = np.empty(columns)
    for i in range(len(pictures)):
        sums[:] = 0
        totals[:] = 0
        for y in range(rows + size - 1):
            slide(pictures[i], target, y, size, mean_down, square_down, product_down)
            if y < size - 1:
                continue
            sum_four(down, next_one, two, next_two, four)
            row = y - size + 1
            if kind == UQI:
                for j in range(len(last)):
                    found[j] = four[j] + next_four[j]
                for j in range(columns):
                    g, p = means[row, j], plain[j] * scale
                    both = g * p
                    level = g * g + p * p
                    spread = 64.0 * (squares[row, j] + squared[j] * scale) - level
                    above = 4.0 * (64.0 * (product[j] * scale) - both) * both
                    below = spread * level
                    above = above if below != 0.0 else 2.0 * both
                    below = below if below != 0.0 else level
                    above = above if below != 0.0 else 1.0
                    below = below if below != 0.0 else 1.0
                    totals[j] += above / below
            else:
                for j in range(len(last)):
                    found[j] = four[j] + next_four[j] + ninth[j] + last[j]
                for j in range(columns):
                    g, p = means[row, j], plain[j] * scale
                    both, levels = g * p, g * g + p * p
                    shared = product[j] * scale - both
                    spread = squares[row, j] + squared[j] * scale - levels
                    above = (2.0 * both + first) * (2.0 * shared + second)
                    totals[j] += above / ((levels + first) * (spread + second))
        values[i] = totals.sum() / (rows * columns)
