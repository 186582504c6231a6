"""Angles between spectra, compiled, with the NumPy form."""

from math import atan2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled
from cvret.metrics.box_kernels import only_compiled

__all__ = ["spectral_angles", "spectral_angles_numpy"]

Doubles = NDArray[np.float64]


def spectral_angles_numpy(
    pictures: Doubles,
    target: Doubles,
    lengths: Doubles,
    by_halves: bool,
    values: Doubles,
) -> None:
    """Sum the angles between the spectra of pixels, of those that have one.

    Parameters
    ----------
    pictures : array of float64, shape (n, n_pixels, bands)
        What is judged.
    target : array of float64, shape (n_pixels, bands)
        The reference.
    lengths : array of float64, shape (n_pixels,)
        The lengths of its spectra.
    by_halves : bool
        Whether the angle comes from the lengths of the sum and the difference of the
        unit spectra, which is exact for equal ones, or from the cosine.
    values : array of float64, shape (n, 2)
        Filled with the sum of the angles, and the number of pixels whose spectrum is
        zero in neither.
    """
    for i, picture in enumerate(pictures):
        own = np.sqrt((picture * picture).sum(axis=1))
        both = lengths * own
        valid = both > 0
        if by_halves:
            a = target[valid] / lengths[valid, None]
            b = picture[valid] / own[valid, None]
            across, along = (((a + s * b) ** 2).sum(axis=1) ** 0.5 for s in (-1, 1))
            values[i] = 2 * np.arctan2(across, along).sum(), valid.sum()
            continue
        cosines = (picture * target).sum(axis=1)[valid] / both[valid]
        values[i] = np.arccos(np.clip(cosines, -1, 1)).sum(), valid.sum()


@compiled(stand_in=only_compiled)
def _products(a: Doubles, b: Doubles, first: int, size: int, found: Doubles) -> None:
    """Give dot products of pixels, summed in the order of NumPy.

    Near 1 the arccosine makes much of a rounding error.
    """
    bands = a.shape[1]
    if bands == 3:
        for k in range(size):
            at = first + k
            total = a[at, 0] * b[at, 0] + a[at, 1] * b[at, 1]
            found[k] = total + a[at, 2] * b[at, 2]
    elif bands < 8:
        for k in range(size):
            total = 0.0
            for band in range(bands):
                total += a[first + k, band] * b[first + k, band]
            found[k] = total
    else:
        lanes = np.empty(8)
        whole = bands - bands % 8
        for k in range(size):
            at = first + k
            for lane in range(8):
                lanes[lane] = a[at, lane] * b[at, lane]
            for band in range(8, whole, 8):
                for lane in range(8):
                    lanes[lane] += a[at, band + lane] * b[at, band + lane]
            total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + (
                (lanes[4] + lanes[5]) + (lanes[6] + lanes[7])
            )
            for band in range(whole, bands):
                total += a[at, band] * b[at, band]
            found[k] = total


@compiled(stand_in=only_compiled)
def _arccosine(x: float) -> Any:
    """Give the arccosine without branches, so that it becomes vector code (fdlibm)."""
    size = abs(x)
    small = size < 0.5
    z = x * x if small else (1.0 - size) * 0.5
    above = z * (
        1.66666666666666657415e-01
        + z
        * (
            -3.25565818622400915405e-01
            + z
            * (
                2.01212532134862925881e-01
                + z
                * (
                    -4.00555345006794114027e-02
                    + z * (7.91534994289814532176e-04 + z * 3.47933107596021167570e-05)
                )
            )
        )
    )
    below = 1.0 + z * (
        -2.40339491173441421878e00
        + z
        * (
            2.02094576023350569471e00
            + z * (-6.88283971605453293030e-01 + z * 7.70381505559019352791e-02)
        )
    )
    root = x if small else np.sqrt(z)
    arc = root + root * (above / below)
    far = 2.0 * arc if x > 0.0 else 3.141592653589793 - 2.0 * arc
    return 1.5707963267948966 - arc if small else far


@compiled(stand_in=spectral_angles_numpy)
def spectral_angles(
    pictures: Doubles,
    target: Doubles,
    lengths: Doubles,
    by_halves: bool,
    values: Doubles,
) -> None:
    """The compiled form of `spectral_angles_numpy`."""
    n, n_pixels, bands = pictures.shape
    chunk = 1024
    dots, norms = np.empty(chunk), np.empty(chunk)
    totals = np.empty(chunk)
    for i in range(n):
        totals[:] = 0
        valid = 0
        for first in range(0, n_pixels, chunk):
            size = min(chunk, n_pixels - first)
            _products(pictures[i], target, first, size, dots)
            _products(pictures[i], pictures[i], first, size, norms)
            of_part = lengths[first : first + size]
            if by_halves:
                for k in range(size):
                    norms[k] = np.sqrt(norms[k])
                    if of_part[k] * norms[k] > 0.0:
                        across = along = 0.0
                        for band in range(bands):
                            a = target[first + k, band] / of_part[k]
                            b = pictures[i, first + k, band] / norms[k]
                            across += (a - b) * (a - b)
                            along += (a + b) * (a + b)
                        angle = 2.0 * atan2(np.sqrt(across), np.sqrt(along))
                        totals[k] += angle
                        valid += 1
                continue
            for k in range(size):
                both = of_part[k] * np.sqrt(norms[k])
                alive = both > 0.0
                norms[k] = both
                cosine = dots[k] / (both if alive else 1.0)
                angle = _arccosine(min(max(cosine, -1.0), 1.0))
                totals[k] += angle if alive else 0.0
            for k in range(size):
                valid += norms[k] > 0.0
        values[i, 0] = totals.sum()
        values[i, 1] = valid
