"""Means over windows, as sums that are exact or with sewar's own rounding errors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._opencv import cv2

__all__ = [
    "box_means",
    "gaussian",
    "gaussian_means",
    "overhanging_means",
    "overhanging_within",
    "sliding_means",
    "within",
]

Plane = NDArray[np.float64]


def box_means(plane: Plane, size: int, exact: bool) -> Plane:
    """Give the mean of each window that fits: shape (height - size + 1, ...)."""
    return _fitting(_box(plane, size, exact, cv2.BORDER_REFLECT), size)


def sliding_means(planes: Plane, size: int, exact: bool) -> Plane:
    """Give the mean of each window that fits, but the last of a row and a column.

    Of several planes at once: (n, height, width) becomes (n, height - size, ...).
    Of an even size, these are the windows that sewar averages over. Where sums are not
    exact, the rounding errors of the running sums are those of sewar's values.
    """
    if exact:
        return np.stack([box_means(p, size, exact)[:-1, :-1] for p in planes])
    from scipy.ndimage import uniform_filter

    half = size // 2
    return np.asarray(
        uniform_filter(planes, (1, size, size))[:, half:-half, half:-half]
    )


def overhanging_means(plane: Plane, size: int, exact: bool) -> Plane:
    """Give the mean of the window around each pixel, with zeros around the picture."""
    return _box(plane, size, exact, cv2.BORDER_CONSTANT)


def gaussian(size: int, sigma: float) -> Plane:
    """Give the weights of a Gaussian window along one side; their sum is 1."""
    x = np.arange(size) - size // 2
    weights: Plane = np.exp(-(x**2) / (2 * sigma**2))
    return np.asarray(weights / weights.sum())


def gaussian_means(plane: Plane, weights: Plane) -> Plane:
    """Give the weighted mean of each window that fits."""
    means = cv2.sepFilter2D(plane, cv2.CV_64F, weights, weights)
    return _fitting(means, len(weights))


def within(mask: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Tell of each window that fits whether it lies wholly within a mask."""
    return _fitting(overhanging_within(mask, size), size)


def overhanging_within(mask: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Tell of the window around each pixel whether its part in the picture does."""
    window = np.ones((size, size), np.uint8)
    outside = {"borderType": cv2.BORDER_CONSTANT, "borderValue": 1}
    least = cv2.erode(mask.astype(np.uint8), window, **outside)
    return np.asarray(least, bool)


def _box(plane: Plane, size: int, exact: bool, border: int) -> Plane:
    """Means by running sums where these are exact, by sums of each window else."""
    if exact:
        means = cv2.boxFilter(plane, cv2.CV_64F, (size, size), borderType=border)
    else:
        ones = np.full(size, 1 / size)
        means = cv2.sepFilter2D(plane, cv2.CV_64F, ones, ones, borderType=border)
    return np.asarray(means)


def _fitting(means: NDArray[Any], size: int) -> NDArray[Any]:
    """Crop to the windows that do not hang over."""
    before, after = size // 2, size - 1 - size // 2
    height, width = means.shape
    return means[before : height - after, before : width - after]
