"""Texture of a whole image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer

__all__ = ["LocalBinaryPatterns"]


class LocalBinaryPatterns(DescriptorTransformer):
    """Histograms of uniform, rotation-invariant local binary patterns.

    Each pixel is compared with `points` neighbors on a circle; patterns with at most
    two changes between 0 and 1 along the circle are told apart by their number of
    ones, all others share a bin. One histogram a radius. Compared by the Hellinger
    coefficient. Invariant to monotonic changes of brightness and to rotation.

    Parameters
    ----------
    radii : tuple of float
        Of the circles, in pixels.
    points : int
        Neighbors on a circle.

    Notes
    -----
    Patterns equal those of ``skimage.feature.local_binary_pattern(grey, points,
    radius, method="uniform")``: neighbors are interpolated bilinearly, and what lies
    outside of the picture is 0. Grey is OpenCV's ``0.299 R + 0.587 G + 0.114 B``.

    References
    ----------
    Ojala, Pietikäinen and Mäenpää, "Multiresolution gray-scale and rotation
    invariant texture classification with local binary patterns", IEEE Transactions
    on Pattern Analysis and Machine Intelligence 24(7), 2002.

    Examples
    --------
    On one flat color inside black, every inner pixel has eight ones of eight.

    >>> image = np.full((64, 64, 3), 100, np.uint8)
    >>> histogram = LocalBinaryPatterns(radii=(1,)).describe(image)
    >>> histogram.shape, round(float(histogram[8]), 3) == round((62 * 62) / 64**2, 3)
    ((10,), True)
    """

    metric = "hellinger"

    def __init__(self, radii: tuple[float, ...] = (1, 2, 3), points: int = 8):
        self.radii = radii
        self.points = points

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the histograms of an RGB image, one radius after the other.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (len(radii) * (points + 2),)
            The sum is 1; each radius has the same share.
        """
        check_image(image)
        points, radii = self._check_circle()
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        histograms = [
            np.bincount(
                uniform_patterns(grey, points, radius).ravel(), minlength=points + 2
            )
            for radius in radii
        ]
        shares: NDArray[np.float64] = np.concatenate(histograms) / (
            grey.size * len(radii)
        )
        return shares.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``r1_ones0`` ... ``r1_other``, for each radius."""
        points, radii = self._check_circle()
        names = [
            f"r{radius:g}_{kind}"
            for radius in radii
            for kind in (*(f"ones{n}" for n in range(points + 1)), "other")
        ]
        return np.array(names, dtype=object)

    def _check_circle(self) -> tuple[int, list[float]]:
        radii = [check_number("radii", r, least=0.5, most=1000) for r in self.radii]
        if not radii:
            raise ValueError("radii must name at least one radius, got none")
        return check_count("points", self.points, least=2), radii


def uniform_patterns(
    grey: NDArray[np.uint8], points: int, radius: float
) -> NDArray[np.uint8]:
    """Number of ones of each pixel's pattern, or ``points + 1`` if not uniform."""
    height, width = grey.shape
    margin = int(np.ceil(radius)) + 1
    padded = np.pad(grey.astype(np.float64), margin)
    center = padded[margin : margin + height, margin : margin + width]
    angles = 2 * np.pi * np.arange(points) / points
    rows = np.round(-radius * np.sin(angles), 5)
    columns = np.round(radius * np.cos(angles), 5)

    def shifted(down: int, right: int) -> NDArray[np.float64]:
        top, left = margin + down, margin + right
        return padded[top : top + height, left : left + width]

    ones = np.zeros((height, width), np.uint8)
    changes = np.zeros((height, width), np.uint8)
    first = last = np.zeros((height, width), bool)
    for place, (row, column) in enumerate(zip(rows, columns, strict=True)):
        low_row, low_column = int(np.floor(row)), int(np.floor(column))
        high_row, high_column = int(np.ceil(row)), int(np.ceil(column))
        # The fraction as rounded at each place: it decides where values are equal.
        down = (np.arange(height) + row - np.floor(np.arange(height) + row))[:, None]
        right = np.arange(width) + column - np.floor(np.arange(width) + column)
        top = (1 - right) * shifted(low_row, low_column) + right * shifted(
            low_row, high_column
        )
        bottom = (1 - right) * shifted(high_row, low_column) + right * shifted(
            high_row, high_column
        )
        bit = (1 - down) * top + down * bottom >= center
        ones += bit
        if place:
            changes += bit != last
        else:
            first = bit
        last = bit
    changes += last != first
    return np.where(changes <= 2, ones, points + 1).astype(np.uint8)
