"""Binary patterns of the neighbors on a circle, compiled, with their NumPy form.

Interpolation is done with the very rounding of ``skimage.feature``: in even areas it
decides whether a neighbor counts as equal.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._opencv import cv2
from cvret._optional import compiled

__all__ = [
    "METHODS",
    "binary_codes",
    "completed_codes",
    "names_of_bins",
    "pattern_histogram",
    "pattern_values",
]

METHODS = ("uniform", "nri_uniform", "ror", "default")
"""Ways to tell patterns apart, by scikit-image's names."""

Grey = NDArray[np.uint8]
Codes = NDArray[np.uint32]
Doubles = NDArray[np.float64]
Steps = NDArray[np.int64]

_PARTS = 32  # of a pixel's side, in which completed patterns interpolate
_WHOLE = _PARTS**2
_TABLED = 16  # points up to which all patterns stand in a table


def _circle(points: int, radius: float) -> tuple[Doubles, Doubles]:
    """Rows and columns of the neighbors, from the center, against the clock."""
    angles = 2 * np.pi * np.arange(points) / points
    return (
        np.round(-radius * np.sin(angles), 5),
        np.round(radius * np.cos(angles), 5),
    )


def binary_codes(grey: Grey, points: int, radius: float) -> Codes:
    """Compare each pixel with its neighbors; what lies outside of the picture is 0.

    Parameters
    ----------
    grey : array of uint8, shape (height, width)
        One channel.
    points : int
        Neighbors on the circle, 32 at most.
    radius : float
        Of the circle, in pixels.

    Returns
    -------
    array of uint32, shape (height, width)
        Bit ``i``, counted from the lowest, is set where neighbor ``i`` is no darker
        than the pixel.
    """
    height, width = grey.shape
    margin = int(np.ceil(radius)) + 1
    padded = cv2.copyMakeBorder(
        grey, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0
    )
    rows, columns = _circle(points, radius)
    y, x = np.arange(height), np.arange(width)
    # The fraction as rounded at each place: it decides where values are equal.
    down = y + rows[:, None] - np.floor(y + rows[:, None])
    right = x + columns[:, None] - np.floor(x + columns[:, None])
    steps = np.stack(
        [np.floor(rows), np.ceil(rows), np.floor(columns), np.ceil(columns)], axis=1
    )
    return _compare(padded, steps.astype(np.int64) + margin, down, right, margin)


def _compare_numpy(
    padded: Grey, steps: Steps, down: Doubles, right: Doubles, margin: int
) -> Codes:
    """Bits of a picture with margins.

    Row ``i`` of `steps` says where the four pixels around neighbor ``i`` begin: upper
    and lower row, left and right column; `down` and `right` how far it is between them.
    """
    height, width = down.shape[1], right.shape[1]
    values = padded.astype(np.float64)
    center = values[margin : margin + height, margin : margin + width]
    codes = np.zeros((height, width), np.uint32)
    for i, (up, low, left, far) in enumerate(steps):
        part, below = right[i], down[i][:, None]
        over, under = values[up : up + height], values[low : low + height]
        top = (1 - part) * over[:, left : left + width]
        top += part * over[:, far : far + width]
        bottom = (1 - part) * under[:, left : left + width]
        bottom += part * under[:, far : far + width]
        bit = (1 - below) * top + below * bottom >= center
        codes |= bit.astype(np.uint32) << np.uint32(i)
    return codes


@compiled(stand_in=_compare_numpy)
def _compare(
    padded: Grey, steps: Steps, down: Doubles, right: Doubles, margin: int
) -> Codes:
    """The compiled form of `_compare_numpy`."""
    points, height = down.shape
    width = right.shape[1]
    codes = np.zeros((height, width), np.uint32)
    values = padded.astype(np.float64)
    for y in range(height):
        center = values[y + margin, margin : margin + width]
        code = codes[y]
        for i in range(points):
            left, far = steps[i, 2], steps[i, 3]
            over, under = values[y + steps[i, 0]], values[y + steps[i, 1]]
            below = down[i, y]
            part = right[i]
            a, b = over[left : left + width], over[far : far + width]
            c, d = under[left : left + width], under[far : far + width]
            bit = np.uint32(1 << i)
            for x in range(width):
                top = (1 - part[x]) * a[x] + part[x] * b[x]
                bottom = (1 - part[x]) * c[x] + part[x] * d[x]
                value = (1 - below) * top + below * bottom
                code[x] |= bit if value >= center[x] else np.uint32(0)
    return codes


def completed_codes(
    grey: Grey, points: int, radius: float
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Part the differences to the neighbors of each pixel in signs and magnitudes.

    The weights of interpolation are multiples of 1/1024, so that all is exact; the last
    row and column are repeated outside of the picture.

    Parameters
    ----------
    grey : array of uint8, shape (height, width)
        One channel.
    points : int
        Neighbors on the circle, 16 at most.
    radius : float
        Of the circle, in pixels.

    Returns
    -------
    signs, magnitudes : array of uint16, shape (height, width)
        Bit ``i`` is set where neighbor ``i`` is no darker than the pixel; and where its
        difference is no smaller than the mean of all magnitudes.
    """
    margin = int(np.ceil(radius)) + 1
    padded = cv2.copyMakeBorder(
        grey, margin, margin, margin, margin, cv2.BORDER_REPLICATE
    )
    rows, columns = _circle(points, radius)
    steps = np.floor(np.stack([rows, columns], axis=1)).astype(np.int64)
    down = np.round((rows - steps[:, 0]) * _PARTS).astype(np.int32)
    right = np.round((columns - steps[:, 1]) * _PARTS).astype(np.int32)
    up, left = _PARTS - down, _PARTS - right
    weights = np.stack([up * left, up * right, down * left, down * right], axis=1)
    return _complete(padded, steps + margin, weights.astype(np.int32), margin)


def _complete_numpy(
    padded: Grey, steps: Steps, weights: NDArray[np.int32], margin: int
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Signs and magnitudes of a picture with margins.

    Row ``i`` of `steps` says where the upper left of the four pixels around neighbor
    ``i`` begin, row ``i`` of `weights` what each of the four counts, of 1024.
    """
    height, width = padded.shape[0] - 2 * margin, padded.shape[1] - 2 * margin
    values = padded.astype(np.int32)
    center = values[margin : margin + height, margin : margin + width]

    def difference(i: int) -> NDArray[np.int32]:
        y, x = steps[i]
        found = -_WHOLE * center
        for place, weight in enumerate(weights[i]):
            top, left = y + place // 2, x + place % 2
            found += weight * values[top : top + height, left : left + width]
        return found

    total = sum(
        int(np.abs(difference(i)).sum(dtype=np.int64)) for i in range(len(steps))
    )
    n = len(steps) * center.size
    least = (total + n - 1) // n  # the whole number from which on it is the mean
    signs = np.zeros((height, width), np.uint16)
    magnitudes = np.zeros((height, width), np.uint16)
    for i in range(len(steps)):
        found = difference(i)
        signs |= (found >= 0).astype(np.uint16) << np.uint16(i)
        magnitudes |= (np.abs(found) >= least).astype(np.uint16) << np.uint16(i)
    return signs, magnitudes


@compiled(stand_in=_complete_numpy)
def _complete(
    padded: Grey, steps: Steps, weights: NDArray[np.int32], margin: int
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """The compiled form of `_complete_numpy`."""
    points = len(steps)
    height, width = padded.shape[0] - 2 * margin, padded.shape[1] - 2 * margin
    signs = np.zeros((height, width), np.uint16)
    magnitudes = np.zeros((height, width), np.uint16)
    total = np.int64(0)
    least = np.int32(0)
    for marking in (False, True):
        for y in range(height):
            center = padded[y + margin, margin : margin + width]
            for i in range(points):
                a = padded[y + steps[i, 0], steps[i, 1] : steps[i, 1] + width + 1]
                b = padded[y + steps[i, 0] + 1, steps[i, 1] : steps[i, 1] + width + 1]
                w0, w1, w2, w3 = weights[i]
                bit = np.uint16(1 << i)
                if marking:
                    sign, magnitude = signs[y], magnitudes[y]
                    for x in range(width):
                        d = np.int32(w0 * np.int32(a[x]) + w1 * np.int32(a[x + 1]))
                        d = np.int32(d + w2 * np.int32(b[x]) + w3 * np.int32(b[x + 1]))
                        d = np.int32(d - np.int32(_WHOLE) * np.int32(center[x]))
                        sign[x] |= bit if d >= 0 else np.uint16(0)
                        magnitude[x] |= bit if abs(d) >= least else np.uint16(0)
                else:
                    part = np.int64(0)
                    for x in range(width):
                        d = np.int32(w0 * np.int32(a[x]) + w1 * np.int32(a[x + 1]))
                        d = np.int32(d + w2 * np.int32(b[x]) + w3 * np.int32(b[x + 1]))
                        d = np.int32(d - np.int32(_WHOLE) * np.int32(center[x]))
                        part += abs(d)
                    total += part
        n = points * height * width
        least = np.int32((total + n - 1) // n)
    return signs, magnitudes


def pattern_values(codes: NDArray[Any], points: int, method: str) -> NDArray[np.int64]:
    """Give the value of each pattern as ``skimage.feature.local_binary_pattern`` does.

    Parameters
    ----------
    codes : array of int
        From `binary_codes`.
    points : int
        Bits of a pattern.
    method : str
        One of `METHODS`.

    Returns
    -------
    array of int64, of the shape of `codes`
        "uniform": the number of ones, ``points + 1`` where there are more than two
        changes; "nri_uniform": 0 to ``points * (points - 1) + 2``; "ror": the least of
        all rotations; "default": the code itself.
    """
    codes = codes.astype(np.int64)
    if method == "default":
        return codes
    if method == "ror":
        least = turned = codes
        for _ in range(points - 1):
            turned = turned >> 1 | (turned & 1) << points - 1
            least = np.minimum(least, turned)
        return least
    ones = np.bitwise_count(codes).astype(np.int64)
    turned = codes >> 1 | (codes & 1) << points - 1
    uniform = np.bitwise_count(codes ^ turned) <= 2
    if method == "uniform":
        return np.where(uniform, ones, points + 1)

    first_one = np.bitwise_count((codes & -codes) - 1).astype(np.int64)
    first_zero = np.bitwise_count((~codes & -~codes) - 1).astype(np.int64)
    turns = np.where(first_one == 0, ones - first_zero, points - first_one)
    values = 1 + (ones - 1) * points + turns
    values[ones == 0] = 0
    values[ones == points] = points * (points - 1) + 1
    return np.where(uniform, values, points * (points - 1) + 2)


def pattern_histogram(codes: Codes, points: int, method: str) -> NDArray[np.int64]:
    """Count the patterns of each kind; the kinds are those of `names_of_bins`."""
    if points <= _TABLED:
        counts = np.bincount(codes.ravel(), minlength=1 << points)
        kinds, n = _table(points, method)
        found = np.bincount(kinds, weights=counts, minlength=n)
        return found.astype(np.int64)
    values = pattern_values(codes, points, method).ravel()
    return np.bincount(values, minlength=_n_uniform(points, method))


def names_of_bins(points: int, method: str) -> list[str]:
    """Name what the bins of `pattern_histogram` count."""
    if method == "uniform":
        return [*(f"ones{n}" for n in range(points + 1)), "other"]
    if method == "nri_uniform":
        turned = [f"ones{n}_turn{t}" for n in range(1, points) for t in range(points)]
        return ["ones0", *turned, f"ones{points}", "other"]
    values = pattern_values(np.arange(1 << points), points, method)
    return [f"pattern{value}" for value in np.unique(values)]


def _n_uniform(points: int, method: str) -> int:
    return points + 2 if method == "uniform" else points * (points - 1) + 3


@cache
def _table(points: int, method: str) -> tuple[NDArray[np.int64], int]:
    """The bin of each code, and how many bins there are."""
    values = pattern_values(np.arange(1 << points), points, method)
    if method in ("uniform", "nri_uniform"):
        return values, _n_uniform(points, method)
    kinds, places = np.unique(values, return_inverse=True)
    return places.astype(np.int64), len(kinds)
