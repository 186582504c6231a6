"""Texture of a whole image by local binary patterns."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import (
    check_choice,
    check_count,
    check_image,
    check_number,
    check_sequence,
)
from cvret._opencv import cv2
from cvret.features.patterns import (
    METHODS,
    binary_codes,
    completed_codes,
    names_of_bins,
    pattern_histogram,
    pattern_values,
)
from cvret.features.transforming import DescriptorTransformer

__all__ = ["CompletedLBP", "LocalBinaryPatterns"]

Image = NDArray[np.uint8]

_MOST_POINTS = 32  # bits of a code
_MOST_TABLED = 16  # where each pattern may have a bin


class LocalBinaryPatterns(DescriptorTransformer):
    """Histograms of local binary patterns.

    Each pixel is compared with `points` neighbors on a circle, which gives a pattern of
    zeros and ones. One histogram a radius. Compared by the Hellinger coefficient.
    Invariant to monotonic changes of brightness; "uniform" and "ror" to rotation.

    Parameters
    ----------
    radii : tuple of float
        Of the circles, in pixels.
    points : int
        Neighbors on a circle: 2 to 32, or to 16 where `method` is "ror" or "default".
    method : {"uniform", "nri_uniform", "ror", "default"}
        Which patterns share a bin. "uniform": those with at most two changes between 0
        and 1 along the circle are told apart by their number of ones, all others share
        a bin. "nri_uniform": the former also by where the ones begin. "ror": those that
        rotation makes equal. "default": none.
    layout : tuple of int
        Rows and columns of a grid of cells, each with its own histograms.
    color : {"grey", "lab"}
        "lab" takes the patterns of each of the channels L, a and b.

    Notes
    -----
    Patterns equal those of ``skimage.feature.local_binary_pattern(grey, points,
    radius, method)``: neighbors are interpolated bilinearly, and what lies
    outside of the picture is 0. Grey is OpenCV's ``0.299 R + 0.587 G + 0.114 B``.

    References
    ----------
    Ojala, Pietikäinen and Mäenpää, "Multiresolution gray-scale and rotation
    invariant texture classification with local binary patterns", IEEE Transactions
    on Pattern Analysis and Machine Intelligence 24(7), 2002. Cells: Ahonen, Hadid and
    Pietikäinen, "Face description with local binary patterns", same journal 28(12),
    2006. Color: Mäenpää and Pietikäinen, "Classification with color and texture:
    jointly or separately?", Pattern Recognition 37(8), 2004.

    Examples
    --------
    On one flat color inside black, every inner pixel has eight ones of eight.

    >>> image = np.full((64, 64, 3), 100, np.uint8)
    >>> histogram = LocalBinaryPatterns(radii=(1,)).describe(image)
    >>> histogram.shape, round(float(histogram[8]), 3) == round((62 * 62) / 64**2, 3)
    ((10,), True)
    """

    metric = "hellinger"

    def __init__(
        self,
        radii: tuple[float, ...] = (1, 2, 3),
        points: int = 8,
        method: str = "uniform",
        layout: tuple[int, int] = (1, 1),
        color: str = "grey",
    ):
        self.radii = radii
        self.points = points
        self.method = method
        self.layout = layout
        self.color = color

    def describe(self, image: Image) -> NDArray[np.float32]:
        """Give the histograms of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (channels * len(radii) * rows * columns * bins,)
            The channels change slowest, then the radii, then the cells, row by row. The
            sum is 1, and each histogram has the same share; that of a cell without
            pixels is 0. There are ``points + 2`` bins in the method "uniform",
            ``points * (points - 1) + 3`` in "nri_uniform", ``2**points`` in "default";
            with 8 points 36 in "ror".
        """
        check_image(image)
        points, radii = self._check_circle()
        layout = self._check_layout()
        channels = self._channels(image)
        n = len(channels) * len(radii) * layout[0] * layout[1]
        shares: list[NDArray[np.float64]] = [
            pattern_histogram(cell, points, self.method) / max(cell.size * n, 1)
            for channel in channels
            for radius in radii
            for cell in _cells(binary_codes(channel, points, radius), layout)
        ]
        return np.concatenate(shares).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``r1_ones0`` ..., with the channel before and the cell between."""
        points, radii = self._check_circle()
        rows, columns = self._check_layout()
        cells = [f"row{r}_column{c}_" for r in range(rows) for c in range(columns)]
        names = [
            f"{channel}r{radius:g}_{cell}{kind}"
            for channel in (("",) if self.color == "grey" else ("l_", "a_", "b_"))
            for radius in radii
            for cell in (cells if len(cells) > 1 else [""])
            for kind in names_of_bins(points, self.method)
        ]
        return np.array(names, dtype=object)

    def _channels(self, image: Image) -> list[Image]:
        if self.color == "grey":
            return [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)]
        return list(cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2LAB)))

    def _check_circle(self) -> tuple[int, list[float]]:
        check_choice("method", self.method, METHODS)
        check_choice("color", self.color, ("grey", "lab"))
        whole = self.method in ("ror", "default")
        return _check_circle(
            self.points, self.radii, most=_MOST_TABLED if whole else _MOST_POINTS
        )

    def _check_layout(self) -> tuple[int, int]:
        layout = check_sequence("layout", self.layout)
        if len(layout) != 2:
            raise ValueError(
                f"layout must be two numbers, of rows and columns, got {self.layout!r}"
            )
        rows, columns = (check_count("layout", n) for n in layout)
        return rows, columns


class CompletedLBP(DescriptorTransformer):
    """Joint histograms of the signs, magnitudes and centers of local differences.

    The differences of a pixel and its neighbors on a circle are parted into signs (the
    local binary pattern) and magnitudes (a pattern too: whether each is at least the
    mean magnitude of the picture); the center says whether the pixel is at least as
    bright as the mean. Both patterns are taken as rotation-invariant uniform ones.
    Compared by chi-square. Invariant to rotation and to linear changes of brightness.

    Parameters
    ----------
    radii : tuple of float
        Of the circles, in pixels; each has its histogram.
    points : int
        Neighbors on a circle, 2 to 16.

    Notes
    -----
    This is CLBP_S/M/C of the paper. Neighbors are interpolated bilinearly with weights
    in steps of 1/1024, so that even areas are exactly even. Where the paper's program
    leaves out the margin of the picture, its last row and column are repeated here.

    References
    ----------
    Guo, Zhang and Zhang, "A completed modeling of local binary pattern operator for
    texture classification", IEEE Transactions on Image Processing 19(6), 2010.

    Examples
    --------
    In one flat color all signs are 1, and all magnitudes equal their mean, 0: eight
    ones of eight, twice, and the brighter center.

    >>> image = np.full((9, 9, 3), 100, np.uint8)
    >>> histogram = CompletedLBP(radii=(1,)).describe(image)
    >>> histogram.shape, float(histogram[(8 * 10 + 8) * 2 + 1])
    ((200,), 1.0)
    """

    metric = "chi2"

    def __init__(self, radii: tuple[float, ...] = (1, 2, 3), points: int = 8):
        self.radii = radii
        self.points = points

    def describe(self, image: Image) -> NDArray[np.float32]:
        """Give the joint histograms of an RGB image, one radius after the other.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (len(radii) * (points + 2)**2 * 2,)
            The bins of the signs change slowest, those of the center fastest. The sum
            is 1; each radius has the same share.
        """
        check_image(image)
        points, radii = _check_circle(self.points, self.radii, most=_MOST_TABLED)
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        kinds = pattern_values(np.arange(1 << points), points, "uniform")
        signs_of = (kinds * (points + 2) * 2).astype(np.uint16)
        magnitudes_of = (kinds * 2).astype(np.uint16)
        bright = grey >= grey.mean(dtype=np.float64)
        histograms = []
        for radius in radii:
            signs, magnitudes = completed_codes(grey, points, radius)
            joint = signs_of[signs] + magnitudes_of[magnitudes] + bright
            counts = np.bincount(joint.ravel(), minlength=2 * (points + 2) ** 2)
            histograms.append(counts)
        shares: NDArray[np.float64] = np.concatenate(histograms) / (
            grey.size * len(radii)
        )
        return shares.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``r1_sign_ones0_magnitude_ones0_dark`` ..., for each radius."""
        points, radii = _check_circle(self.points, self.radii, most=_MOST_TABLED)
        kinds = names_of_bins(points, "uniform")
        names = [
            f"r{radius:g}_sign_{sign}_magnitude_{magnitude}_{center}"
            for radius in radii
            for sign in kinds
            for magnitude in kinds
            for center in ("dark", "bright")
        ]
        return np.array(names, dtype=object)


def _check_circle(points: Any, radii: Any, *, most: int) -> tuple[int, list[float]]:
    checked = [
        check_number("radii", radius, least=0.5, most=1000)
        for radius in check_sequence("radii", radii)
    ]
    return check_count("points", points, least=2, most=most), checked


def _cells(codes: NDArray[Any], layout: tuple[int, int]) -> Iterator[NDArray[Any]]:
    """Give the cells of a grid over an array, row by row; some may be empty."""
    height, width = codes.shape
    rows, columns = layout
    for r in range(rows):
        strip = codes[height * r // rows : height * (r + 1) // rows]
        for c in range(columns):
            yield strip[:, width * c // columns : width * (c + 1) // columns]
