"""Angles between spectra, compiled, with the NumPy form."""

from math import atan2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled

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


def _only_compiled(*arguments: Any) -> Any:
    """Stand in for what compiled code alone calls."""
    raise RuntimeError("this function is called from compiled code alone")


@compiled(stand_in=_only_compiled)
def _dot(a: Doubles, b: Doubles) -> Any:
    """Sum products in the order of NumPy, for near 1 an arccosine tells roundings."""
    n = len(a)
    if n < 8:
        total = 0.0
        for k in range(n):
            total += a[k] * b[k]
        return total
    lanes = np.empty(8)
    for k in range(8):
        lanes[k] = a[k] * b[k]
    whole = n - n % 8
    for first in range(8, whole, 8):
        for k in range(8):
            lanes[k] += a[first + k] * b[first + k]
    total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + (
        (lanes[4] + lanes[5]) + (lanes[6] + lanes[7])
    )
    for k in range(whole, n):
        total += a[k] * b[k]
    return total


@compiled(stand_in=_only_compiled)
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
            for k in range(size):
                u, v = pictures[i, first + k], target[first + k]
                if bands == 3:
                    dots[k] = u[0] * v[0] + u[1] * v[1] + u[2] * v[2]
                    norms[k] = u[0] * u[0] + u[1] * u[1] + u[2] * u[2]
                else:
                    dots[k] = _dot(u, v)
                    norms[k] = _dot(u, u)
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
