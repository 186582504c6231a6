"""MPEG-7's color structure."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import Image, check_choice, check_count, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer

__all__ = ["ColorStructure"]

# HMMD's cells: where each range of differences begins, and how many hues and sums it
# is divided into; by the number of all cells.
_CELLS = {
    32: ((0, 6, 60, 110), (1, 4, 4, 4), (8, 4, 1, 1)),
    64: ((0, 6, 20, 60, 110), (1, 4, 4, 8, 8), (8, 4, 4, 2, 1)),
    128: ((0, 6, 20, 60, 110), (1, 4, 8, 8, 8), (16, 4, 4, 4, 4)),
    256: ((0, 6, 20, 60, 110), (1, 4, 16, 16, 16), (32, 8, 4, 4, 4)),
}
# Shares from which steps are of another width, and the levels up to each.
_SHARES = (0, 1e-12, 0.037, 0.08, 0.195, 0.32, 1)
_LEVELS = (0, 1, 26, 46, 81, 116, 256)


class ColorStructure(DescriptorTransformer):
    """MPEG-7's color structure: in how many windows of 8 x 8 pixels a color is found.

    Colors are cells of the space HMMD (hue, highest, lowest and difference of red,
    green and blue). Large pictures are thinned out first, every ``2**p``-th pixel of
    every ``2**p``-th row, with ``p = max(0, floor(log2(sqrt(width * height)) - 7.5))``.
    Shares of the windows are quantized to 256 unequal levels. Compared by the sum of
    absolute differences, as by the standard. Scattered colors count more than in a
    histogram. Not invariant to lighting.

    Parameters
    ----------
    n_bins : int
        32, 64, 128 or 256.

    Notes
    -----
    As the reference software: found in 256 cells, which fewer bins then join, each cell
    to the bin that has most of its colors, at most 1 a bin. Levels are divided by 255.
    Pictures of less than 8 pixels are continued by their last row and column.

    References
    ----------
    Messing, van Beek and Errico, "The MPEG-7 colour structure descriptor: image
    description using colour and local spatial information", ICIP 2001. ISO/IEC 15938-3.

    Examples
    --------
    A black picture has one color, in every window.

    >>> image = np.zeros((16, 16, 3), np.uint8)
    >>> vector = ColorStructure(n_bins=32).describe(image)
    >>> vector.shape, np.flatnonzero(vector), vector.max()
    ((32,), array([24]), np.float32(1.0))
    """

    metric = "l1"

    def __init__(self, n_bins: int = 256):
        self.n_bins = n_bins

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the color structure of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n_bins,)
            In [0, 1].
        """
        check_image(image)
        n_bins = self._check()
        shares = _window_shares(_hmmd_cells(_thinned(image)))
        if n_bins < 256:
            shares = np.minimum(np.bincount(_joined(n_bins), shares, n_bins), 1)
        return (_quantized(shares) / 255).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``color0`` and so on."""
        return np.array([f"color{n}" for n in range(self._check())], dtype=object)

    def _check(self) -> int:
        n_bins = check_count("n_bins", self.n_bins)
        check_choice("n_bins", str(n_bins), tuple(str(n) for n in _CELLS))
        return n_bins


def _thinned(image: Image) -> Image:
    """Leave out rows and columns of a large picture; continue a small one."""
    height, width = image.shape[:2]
    step = 1 << max(0, int(np.floor(np.log2(height * width) / 2 - 7.5)))
    # What is left over at the right and below belongs to no whole window.
    kept = image[: max(1, height // step) * step : step]
    kept = kept[:, : max(1, width // step) * step : step]
    more = [(0, max(8 - side, 0)) for side in kept.shape[:2]]
    return np.ascontiguousarray(np.pad(kept, (*more, (0, 0)), mode="edge"))


def _hmmd_cells(image: Image) -> NDArray[np.uint8]:
    """Give the cell of each pixel, of 256."""
    hue = cv2.split(cv2.cvtColor(image.astype(np.float32), cv2.COLOR_RGB2HSV))[0]
    # What is added mends what rounding takes; different hues are farther apart.
    degrees = (hue + np.float32(0.5 + 2e-4)).astype(np.int32)
    red, green, blue = cv2.split(image)
    highest = cv2.max(cv2.max(red, green), blue)
    lowest = cv2.min(cv2.min(red, green), blue)
    sums = (highest.astype(np.int32) + lowest + 1) >> 1
    places = (sums << 8) + (highest - lowest)
    places += _hue_classes()[degrees] << 16
    cells: NDArray[np.uint8] = _table(256).ravel()[places]
    return cells


@cache
def _hue_classes() -> NDArray[np.int32]:
    """Give which of 16 equal parts of the circle each degree is in; 360 is 0."""
    return (np.arange(361) % 360 * 16 // 360).astype(np.int32)


@cache
def _table(n_cells: int) -> NDArray[np.uint8]:
    """Give the cell of each hue of 16, sum and difference, shape (16, 256, 256)."""
    starts, n_hues, n_sums = _CELLS[n_cells]
    hue = np.arange(16)[:, None]
    sums = np.arange(256)[None, :]
    table = np.zeros((16, 256, 256), np.uint8)
    first = n_cells
    for place, (start, hues, levels) in enumerate(
        zip(starts, n_hues, n_sums, strict=True)
    ):
        first -= hues * levels
        stop = starts[place + 1] if place + 1 < len(starts) else 256
        level = np.floor((sums - 0.5 * start) * levels / (255 - start)).astype(int)
        level = np.clip(level, 0, levels - 1)
        cells = first + hue * hues // 16 * levels + level
        table[:, :, start:stop] = cells[:, :, None]
    return table


@cache
def _joined(n_bins: int) -> NDArray[np.intp]:
    """Give the bin that each of 256 cells goes into, shape (256,)."""
    sums, difference = np.indices((256, 256))
    real = (sums >= (difference + 1) // 2) & (sums < 256 - difference // 2)
    degrees = np.bincount(_hue_classes(), minlength=16)
    pairs = _table(256)[:, real].astype(np.int64) * n_bins + _table(n_bins)[:, real]
    weights = np.repeat(degrees, real.sum())
    votes = np.bincount(pairs.ravel(), weights, minlength=256 * n_bins)
    best: NDArray[np.intp] = votes.reshape(256, n_bins).argmax(axis=1)
    return best


def _window_shares(cells: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give the share of the windows of 8 x 8 pixels that have each of 256 cells."""
    there = np.flatnonzero(np.bincount(cells.ravel()))
    shares = np.zeros(256)
    # Eight cells at a time, a bit each.
    for start in range(0, len(there), 8):
        group = there[start : start + 8]
        table = np.zeros(256, np.uint8)
        table[group] = 1 << np.arange(len(group))
        found = cv2.LUT(cells, table)
        for step in (1, 2, 4):
            found = found[:, :-step] | found[:, step:]
        for step in (1, 2, 4):
            found = found[:-step] | found[step:]
        counts = cv2.calcHist([found], [0], None, [256], [0, 256]).ravel()
        has = np.arange(256)[:, None] >> np.arange(len(group)) & 1
        shares[group] = counts.astype(np.float64) @ has / found.size
    return shares


def _quantized(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give levels 0 to 255."""
    place = np.clip(np.searchsorted(_SHARES, shares, side="right") - 1, 0, 5)
    start, level = np.array(_SHARES)[place], np.array(_LEVELS)[place]
    width = np.diff(_SHARES)[place] / np.diff(_LEVELS)[place]
    found: NDArray[np.float64] = np.floor(level + (shares - start) / width)
    return np.minimum(found, 255)
