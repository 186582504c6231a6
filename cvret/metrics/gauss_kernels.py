"""Moments in Gaussian windows, compiled, each use with its NumPy form.

Pictures are (height, width * bands), bands interleaved. A window is separable and
symmetric: half of its weights, the middle one last, say all of it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from cvret._optional import compiled
from cvret.metrics.box_kernels import only_compiled

__all__ = [
    "half_window",
    "halve",
    "halve_numpy",
    "information",
    "information_numpy",
    "shrink",
    "shrink_numpy",
    "similarities",
    "similarities_numpy",
    "windows_moments",
]

Doubles = NDArray[np.float64]

_TINY = 1e-10  # variances below are taken as 0
_LARGE = 1e100  # products beyond are put away as logarithms


def half_window(size: int, sigma: float) -> Doubles:
    """Give the first weights of a Gaussian window of odd size, up to the middle one."""
    places = np.arange(size) - size // 2
    weights = np.exp(-(places**2) / (2 * sigma**2))
    half: Doubles = (weights / weights.sum())[: size // 2 + 1]
    return half


def filtered(plane: Doubles, half: Doubles, bands: int) -> Doubles:
    """Filter a plane by a window, where it lies inside."""
    size = 2 * len(half) - 1
    height, width = plane.shape
    weights = np.concatenate([half, half[-2::-1]])
    pixels = plane.reshape(height, width // bands, bands)
    edge = size // 2
    down = correlate1d(pixels, weights, axis=0)[edge : height - edge]
    across = correlate1d(down, weights, axis=1)[:, edge : width // bands - edge]
    found: Doubles = across.reshape(len(across), -1)
    return found


def windows_moments(
    picture: Doubles, target: Doubles, half: Doubles, bands: int
) -> tuple[Doubles, Doubles, Doubles]:
    """Give the mean, the mean square and the mean product in Gaussian windows."""
    mean, square, product = (
        filtered(plane, half, bands)
        for plane in (picture, picture * picture, picture * target)
    )
    return mean, square, product


# Each loop takes two weights and the four samples that have them, as long as there are
# two: it is the traffic with `found` that takes the time.


@compiled(stand_in=only_compiled, fastmath=True)
def _down(picture: Doubles, half: Doubles, y: int, found: Doubles) -> None:
    """Filter columns, the window beginning in row `y`."""
    middle = len(half) - 1
    first, center, last = y, y + middle, y + 2 * middle
    weight, of_center = half[0], half[middle]
    for j in range(picture.shape[1]):
        outer = picture[first, j] + picture[last, j]
        found[j] = weight * outer + of_center * picture[center, j]
    for k in range(1, middle, 2):
        inner = min(k + 1, middle - 1)
        a, b, c, d = first + k, last - k, first + inner, last - inner
        weight, of_inner = half[k], half[inner] if inner > k else 0.0
        for j in range(picture.shape[1]):
            outer = picture[a, j] + picture[b, j]
            found[j] += weight * outer + of_inner * (picture[c, j] + picture[d, j])


@compiled(stand_in=only_compiled, fastmath=True)
def _down_products(
    p: Doubles, q: Doubles, half: Doubles, y: int, found: Doubles
) -> None:
    """Filter columns of the product of two pictures."""
    middle = len(half) - 1
    first, center, last = y, y + middle, y + 2 * middle
    weight, of_center = half[0], half[middle]
    for j in range(p.shape[1]):
        outer = p[first, j] * q[first, j] + p[last, j] * q[last, j]
        found[j] = weight * outer + of_center * (p[center, j] * q[center, j])
    for k in range(1, middle, 2):
        inner = min(k + 1, middle - 1)
        a, b, c, d = first + k, last - k, first + inner, last - inner
        weight, of_inner = half[k], half[inner] if inner > k else 0.0
        for j in range(p.shape[1]):
            outer = p[a, j] * q[a, j] + p[b, j] * q[b, j]
            within = p[c, j] * q[c, j] + p[d, j] * q[d, j]
            found[j] += weight * outer + of_inner * within


@compiled(stand_in=only_compiled, fastmath=True)
def _across(row: Doubles, half: Doubles, bands: int, found: Doubles) -> None:
    """Filter along a row."""
    middle = len(half) - 1
    n = len(row) - 2 * middle * bands
    center, end = row[middle * bands :], row[2 * middle * bands :]
    weight, of_center = half[0], half[middle]
    for j in range(n):
        found[j] = weight * (row[j] + end[j]) + of_center * center[j]
    for k in range(1, middle, 2):
        inner = min(k + 1, middle - 1)
        a, b = row[k * bands :], row[(2 * middle - k) * bands :]
        c, d = row[inner * bands :], row[(2 * middle - inner) * bands :]
        weight, of_inner = half[k], half[inner] if inner > k else 0.0
        for j in range(n):
            found[j] += weight * (a[j] + b[j]) + of_inner * (c[j] + d[j])


@compiled(stand_in=only_compiled)
def _moments_of_row(
    picture: Doubles, target: Doubles, half: Doubles, bands: int, y: int, room: Doubles
) -> None:
    """Put mean, mean square and mean product of a row of windows into the room.

    They lie one behind another, as long as the row each, in the second row of the room.
    """
    width = picture.shape[1]
    down = room[0]
    _down(picture, half, y, down)
    _down_products(picture, picture, half, y, down[width:])
    _down_products(picture, target, half, y, down[2 * width :])
    _across(down, half, bands, room[1])


def similarities_numpy(
    pictures: Doubles,
    target: Doubles,
    means: Doubles,
    squares: Doubles,
    half: Doubles,
    bands: int,
    constants: Doubles,
    values: Doubles,
) -> None:
    """Average structural similarity, and its contrast term, in Gaussian windows.

    Parameters
    ----------
    pictures : array of float64, shape (n, height, width * bands)
        What is judged.
    target : array of float64, shape (height, width * bands)
        The reference.
    means, squares : array of float64, shape (rows, columns)
        Its windows' means and mean squares.
    half : array of float64
        Of `half_window`.
    bands : int
        Bands.
    constants : array of float64, shape (2,)
        SSIM's.
    values : array of float64, shape (n, 2)
        Filled.
    """
    first, second = constants
    for i, picture in enumerate(pictures):
        mean, square, product = windows_moments(picture, target, half, bands)
        both, levels = means * mean, means * means + mean * mean
        contrast = (2 * (product - both) + second) / (
            squares + square - levels + second
        )
        light = (2 * both + first) / (levels + first)
        values[i] = (light * contrast).mean(), contrast.mean()


@compiled(stand_in=similarities_numpy)
def similarities(
    pictures: Doubles,
    target: Doubles,
    means: Doubles,
    squares: Doubles,
    half: Doubles,
    bands: int,
    constants: Doubles,
    values: Doubles,
) -> None:
    """The compiled form of `similarities_numpy`."""
    rows, columns = means.shape
    first, second = constants
    width = pictures.shape[2]
    room = np.empty((2, 3 * width))
    mean, square = room[1][:width], room[1][width : 2 * width]
    product = room[1][2 * width :]
    wholes, contrasts = np.empty(columns), np.empty(columns)
    for i in range(len(pictures)):
        wholes[:] = 0
        contrasts[:] = 0
        for y in range(rows):
            _moments_of_row(pictures[i], target, half, bands, y, room)
            for j in range(columns):
                both = means[y, j] * mean[j]
                levels = means[y, j] * means[y, j] + mean[j] * mean[j]
                contrast = (2.0 * (product[j] - both) + second) / (
                    squares[y, j] + square[j] - levels + second
                )
                square[j] = contrast
                product[j] = contrast * (2.0 * both + first) / (levels + first)
            for j in range(columns):
                contrasts[j] += square[j]
            for j in range(columns):
                wholes[j] += product[j]
        values[i, 0] = wholes.sum() / (rows * columns)
        values[i, 1] = contrasts.sum() / (rows * columns)


def information_numpy(
    pictures: Doubles,
    target: Doubles,
    means: Doubles,
    variances: Doubles,
    half: Doubles,
    bands: int,
    values: Doubles,
) -> None:
    """Add the information that pictures share with a target, at one scale.

    Parameters
    ----------
    pictures : array of float64, shape (n, height, width * bands)
        What is judged.
    target : array of float64, shape (height, width * bands)
        The reference.
    means, variances : array of float64, shape (rows, columns)
        Its windows' means and variances, not below 0.
    half : array of float64
        Of `half_window`.
    bands : int
        Bands.
    values : array of float64, shape (n, bands)
        Added to, in nats.
    """
    for i, picture in enumerate(pictures):
        mean, square, product = windows_moments(picture, target, half, bands)
        variance = np.maximum(square - mean * mean, 0)
        shared = product - means * mean
        gain = shared / (variances + _TINY)
        noise = variance - gain * shared
        gain[variances < _TINY] = 0
        noise = np.where(variances < _TINY, variance, noise)
        gain[variance < _TINY] = 0
        noise[variance < _TINY] = 0
        noise = np.where(gain < 0, variance, noise)
        gain[gain < 0] = 0
        bits = np.log(1 + gain**2 * variances / (np.maximum(noise, _TINY) + 2.0))
        values[i] += bits.reshape(-1, bands).sum(axis=0)


@compiled(stand_in=information_numpy)
def information(
    pictures: Doubles,
    target: Doubles,
    means: Doubles,
    variances: Doubles,
    half: Doubles,
    bands: int,
    values: Doubles,
) -> None:
    """The compiled form of `information_numpy`."""
    rows, columns = means.shape
    width = pictures.shape[2]
    room = np.empty((2, 3 * width))
    mean, square = room[1][:width], room[1][width : 2 * width]
    product = room[1][2 * width :]
    grown = np.empty(columns)
    for i in range(len(pictures)):
        grown[:] = 1
        for y in range(rows):
            _moments_of_row(pictures[i], target, half, bands, y, room)
            for j in range(columns):
                known = variances[y, j]
                variance = max(square[j] - mean[j] * mean[j], 0.0)
                shared = product[j] - means[y, j] * mean[j]
                gain = shared / (known + _TINY)
                linked = known >= _TINY and variance >= _TINY and gain >= 0.0
                gain = gain if linked else 0.0
                noise = max(variance - gain * shared, _TINY)
                grown[j] *= 1.0 + gain * gain * known / (noise + 2.0)
            for x in range(0, columns, bands):
                for band in range(bands):
                    if grown[x + band] > _LARGE:
                        values[i, band] += np.log(grown[x + band])
                        grown[x + band] = 1.0
        for x in range(0, columns, bands):
            for band in range(bands):
                values[i, band] += np.log(grown[x + band])


def shrink_numpy(
    pictures: Doubles, half: Doubles, bands: int, smaller: Doubles
) -> None:
    """Filter pictures by a Gaussian window, and keep every second row and column.

    Parameters
    ----------
    pictures : array of float64, shape (n, height, width * bands)
        What is filtered.
    half : array of float64
        Of `half_window`.
    bands : int
        Bands.
    smaller : array of float64, shape (n, rows, columns * bands)
        Filled.
    """
    n, rows, _ = smaller.shape
    for i in range(n):
        found = filtered(pictures[i], half, bands)[::2]
        found = found.reshape(rows, -1, bands)[:, ::2]
        smaller[i] = found.reshape(rows, -1)


@compiled(stand_in=shrink_numpy)
def shrink(pictures: Doubles, half: Doubles, bands: int, smaller: Doubles) -> None:
    """The compiled form of `shrink_numpy`."""
    n, rows, columns = smaller.shape
    room = np.empty((2, pictures.shape[2]))
    for i in range(n):
        for row in range(rows):
            _down(pictures[i], half, 2 * row, room[0])
            _across(room[0], half, bands, room[1])
            for x in range(0, columns, bands):
                for band in range(bands):
                    smaller[i, row, x + band] = room[1, 2 * x + band]


def halve_numpy(pictures: Doubles, bands: int, smaller: Doubles) -> None:
    """Average each pixel with those before it, and keep every second row and column.

    As sewar does, the average runs over two rows, two columns and two bands; before
    the first of each stands the first again.

    Parameters
    ----------
    pictures : array of float64, shape (n, height, width * bands)
        What is halved.
    bands : int
        Bands.
    smaller : array of float64, shape (n, rows, columns * bands)
        Filled.
    """
    n, height, width = pictures.shape
    found = pictures.reshape(n, height, width // bands, bands)
    for axis in (1, 2, 3):
        first = np.take(found, [0], axis)
        rest = np.take(found, range(found.shape[axis] - 1), axis)
        found = (found + np.concatenate([first, rest], axis)) / 2
    smaller[:] = found[:, ::2, ::2].reshape(smaller.shape)


@compiled(stand_in=halve_numpy)
def halve(pictures: Doubles, bands: int, smaller: Doubles) -> None:
    """The compiled form of `halve_numpy`."""
    n, rows, columns = smaller.shape
    width = pictures.shape[2]
    room = np.empty(width)
    for i in range(n):
        for row in range(rows):
            here = pictures[i, 2 * row]
            above = pictures[i, max(2 * row - 1, 0)]
            for j in range(width):
                room[j] = here[j] + above[j]
            for x in range(0, columns, bands):
                before = max(2 * x - bands, 0)
                last = room[2 * x] + room[before]
                smaller[i, row, x] = last / 4
                for band in range(1, bands):
                    this = room[2 * x + band] + room[before + band]
                    smaller[i, row, x + band] = (this + last) / 8
                    last = this
