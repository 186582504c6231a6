"""MPEG-7's scalable color and color layout."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import Image, check_choice, check_count, check_image
from cvret._opencv import cv2
from cvret.features.spaces import bands
from cvret.features.transforming import DescriptorTransformer

__all__ = ["ColorLayout", "ScalableColor"]

# Of each coefficient of ScalableColor: what is taken off, and its bits with the sign.
_OFFSETS = np.array([
    217, -71, -27, -54, -8, -14, -22, -29, -6, -13, -11, -22, -9, -14, -19, -22,
    0, -1, 0, -2, 1, -5, 0, 0, 2, -2, -2, 0, 3, -5, -1, 4,
    0, 0, 0, -1, 0, 0, -1, -2, -1, -1, -1, -3, -1, -2, -4, -5,
    -1, 0, -2, -2, -2, -3, -3, 0, 0, 0, 0, 2, -1, 0, 3, 3,
    0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -2, -1, -2, -2, -2, -1,
    0, 0, 0, -1, 0, 0, -1, -1, -2, -1, -2, -1, -3, -3, -2, 0,
    0, 0, 0, -1, 0, 0, -2, -2, -2, -2, -2, -1, -3, -3, -1, 0,
    1, 0, 0, -1, 0, 0, -1, 0, -1, -1, -1, 0, -1, 0, 1, -1,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 1, 0, 0, -1, 1, 0, 0, 0, 0, 0, 0, -1, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1,
    0, 0, 0, 1, 0, 0, -1, 2, 0, 0, 0, 0, 0, 0, -1, 1,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, -1, 1,
    0, 0, -1, 1, 0, -1, -1, 2, 0, 0, 0, 0, 0, -1, 0, 1,
    1, 0, -1, 0, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 0, 1,
    0, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, -1, 0, -1,
])  # fmt: skip
_BITS = (
    "9989777867679777 4536565756575567 3335335554555555 5355555555555565"
    "2234223444555555 3234234554555555 3334335554555555 4344344443445555"
    "2233223322342233 3234234433343344 3233223332342344 3235335533343345"
    "3233234432343355 3235345533343344 3233333432343344 3234334433333334"
)


class ScalableColor(DescriptorTransformer):
    """MPEG-7's scalable color: a Haar transform of a histogram of HSV.

    Shares of 16 hues, 4 saturations and 4 values are quantized to 16 unequal levels,
    and sums and differences of neighbors taken, from fine to coarse; the coefficients
    stand from coarse to fine, so the first 16, 32, 64 or 128 are a histogram of fewer
    bins. Compared by the sum of absolute differences, as by the standard. Invariant to
    the picture's size, to mirroring and to turns by 90 degrees; not to lighting.

    Parameters
    ----------
    n_coefficients : int
        16, 32, 64, 128 or 256.

    Notes
    -----
    Coefficients are the standard's whole numbers (all bitplanes) over 255, so that
    distances are of the order of 1. The reference software transforms only the first
    `n_coefficients` bins of the histogram; here it is all of them, as in the standard.

    References
    ----------
    Manjunath, Ohm, Vasudevan and Yamada, "Color and texture descriptors", IEEE
    Transactions on Circuits and Systems for Video Technology 11(6), 2001. ISO/IEC
    15938-3.

    Examples
    --------
    One color has one bin of level 15: of that is the sum, less the offset 217.

    >>> image = np.zeros((8, 8, 3), np.uint8)
    >>> vector = ScalableColor().describe(image) * 255
    >>> vector.shape, float(vector[0])
    ((64,), -202.0)
    """

    metric = "l1"

    def __init__(self, n_coefficients: int = 64):
        self.n_coefficients = n_coefficients

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the coefficients of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n_coefficients,)
            In [-1, 1].
        """
        check_image(image)
        n = self._check()
        counts = np.zeros(256, np.int64)
        for band in bands(image):
            counts += np.bincount(_hsv_cells(band), minlength=256)
        # Eleven bits, then four: 40 % of the pixels and more are the highest level.
        shares = np.floor(counts * (2047 / counts.sum()) + 0.49999)
        levels = np.floor(15 * np.minimum(shares / (0.4 * 2047), 1) ** 0.4 + 0.5)
        order, most = _coefficients()
        found = _haar(levels)[order] - _OFFSETS
        clipped: NDArray[np.float64] = np.clip(found, -most, most)
        return (clipped[:n] / 255).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``coefficient0`` and so on."""
        names = [f"coefficient{n}" for n in range(self._check())]
        return np.array(names, dtype=object)

    def _check(self) -> int:
        n = check_count("n_coefficients", self.n_coefficients)
        check_choice("n_coefficients", str(n), ("16", "32", "64", "128", "256"))
        return n


def _hsv_cells(image: Image) -> NDArray[np.int32]:
    """Give each pixel's cell: values slowest, then saturations, then hues."""
    unit = np.ascontiguousarray(image).astype(np.float32)
    hue, saturation, value = cv2.split(cv2.cvtColor(unit, cv2.COLOR_RGB2HSV))
    # Different hues and saturations of 8 bits are farther apart than what is added,
    # which only mends what rounding takes from a whole number.
    hues = (hue * np.float32(255 / 360) + np.float32(2e-4)).astype(np.int32) >> 4
    saturations = (saturation * np.float32(255) + np.float32(1e-3)).astype(
        np.int32
    ) >> 6
    cells: NDArray[np.int32] = (value.astype(np.int32) >> 6 << 6) + (saturations << 4)
    cells += hues
    return cells.ravel()


def _haar(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put sums of neighbors in the place of the first, differences in the second's.

    Along one bit of hue, saturation or value after the other, of sums only.
    """
    # Axes: two bits of value, two of saturation, four of hue, the highest first.
    grid = levels.reshape((2,) * 8).copy()
    place: list[Any] = [slice(None)] * 8
    for axis in (7, 3, 1, 6, 2, 0, 5, 4):
        first, second = list(place), list(place)
        first[axis], second[axis] = 0, 1
        a, b = grid[tuple(first)].copy(), grid[tuple(second)].copy()
        grid[tuple(first)], grid[tuple(second)] = a + b, b - a
        place[axis] = 0
    return grid.ravel()


@cache
def _coefficients() -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Give the order from coarse to fine, and the largest magnitude of each."""
    column, row = np.divmod(np.arange(256), 16)
    # Rows are hues; columns are values and saturations, four bits.
    stage = np.select(
        [row % 2 == 1, column % 2 == 1, column & 4 > 0, row & 2 > 0], [4, 3, 2, 1], 0
    )
    bits = np.array([int(digit) for digit in _BITS if digit != " "])
    return np.argsort(stage, kind="stable"), 2.0 ** (bits - 1) - 1


# JPEG's zigzag through 8 x 8 coefficients.
_ZIGZAG = np.lexsort(
    [
        np.where(np.add(*np.indices((8, 8))) % 2, 1, -1).ravel()
        * np.indices((8, 8))[0].ravel(),
        np.add(*np.indices((8, 8))).ravel(),
    ]
)
# Limits of ever finer and coarser steps: from, first level, width of a step.
_LUMINANCE = ((0, 0, 4), (64, 16, 2), (96, 32, 1), (160, 96, 2), (192, 112, 4))
_CHROMA = ((0, 0, 64), (64, 0, 4), (96, 8, 2), (112, 16, 1), (144, 48, 2), (160, 56, 4))


class ColorLayout(DescriptorTransformer):
    """MPEG-7's color layout: the cosine transform of an 8 x 8 thumbnail in YCbCr.

    The first coefficients of each channel in zigzag order, quantized as by the standard
    and its reference software. Compared by the Euclidean distance, weighted as there.
    Tells where colors are, coarsely. Invariant to the picture's size and shape, hardly
    changed by small objects and compression; not invariant to mirroring or turns.

    Parameters
    ----------
    n_luminance : int
        Coefficients of Y, 1 to 64.
    n_chroma : int
        Coefficients of Cb and of Cr, 1 to 64.

    Notes
    -----
    The reference software's distance is the sum of three Euclidean distances, of Y, Cb
    and Cr, with weights of 2, 2, 2 for the first of Y, 2, 1, 1 of Cb, 4, 2, 2 of Cr,
    and 1 for all others. Here coefficients are multiplied by the roots of the weights
    and divided by 64, and the metric is one Euclidean distance of all: the root of the
    sum of the three squares. Pictures of less than 8 pixels are enlarged by repeating
    pixels.

    References
    ----------
    Kasutani and Yamada, "The MPEG-7 color layout descriptor", ICIP 2001. ISO/IEC
    15938-3.

    Examples
    --------
    Black: Y is 16 of 256, a quarter of it the level 4, half of that is 2, times the
    root of 2. Coefficients that are 0 stand as 16, as 132 is added and 3 bits are cut.

    >>> image = np.zeros((8, 8, 3), np.uint8)
    >>> vector = ColorLayout(n_chroma=1).describe(image) * 64
    >>> vector.shape, [round(float(level), 2) for level in vector[[0, 3]]]
    ((8,), [2.83, 16.0])
    """

    metric = "l2"

    def __init__(self, n_luminance: int = 6, n_chroma: int = 3):
        self.n_luminance = n_luminance
        self.n_chroma = n_chroma

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the coefficients of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n_luminance + 2 * n_chroma,)
            Of Y, then Cb, then Cr, in [0, 2].
        """
        check_image(image)
        lengths = self._check()
        thumbnail = _thumbnail(image)
        parts = []
        for channel, (n, weights) in enumerate(
            zip(lengths, ((2, 2, 2), (2, 1, 1), (4, 2, 2)), strict=True)
        ):
            levels = _layout_levels(thumbnail[..., channel], luminance=channel == 0)
            levels[:3] *= np.sqrt(weights)
            parts.append(levels[:n] / 64)
        return np.concatenate(parts).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``Y0`` ..., ``Cb0`` ..., ``Cr0`` and so on."""
        lengths = zip(("Y", "Cb", "Cr"), self._check(), strict=True)
        names = [f"{channel}{place}" for channel, n in lengths for place in range(n)]
        return np.array(names, dtype=object)

    def _check(self) -> tuple[int, int, int]:
        luminance = check_count("n_luminance", self.n_luminance, most=64)
        chroma = check_count("n_chroma", self.n_chroma, most=64)
        return luminance, chroma, chroma


def _thumbnail(image: Image) -> NDArray[np.int64]:
    """Give means of 8 x 8 parts in YCbCr, fractions cut off."""
    for axis in (0, 1):
        if image.shape[axis] < 8:
            image = np.repeat(image, 8, axis=axis)
    height, width = image.shape[:2]
    tops = -(-np.arange(8) * height // 8)
    lefts = -(-np.arange(8) * width // 8)
    grey = np.array([0.299, 0.587, 0.114])
    matrix = np.stack(
        [
            219 * grey,
            224 * 0.564 * (np.array([0, 0, 1]) - grey),
            224 * 0.713 * (np.array([1, 0, 0]) - grey),
        ]
    )
    table = np.column_stack([matrix / 256, [16.5, 128.5, 128.5]]).astype(np.float32)
    owners = np.searchsorted(tops, np.arange(height), side="right") - 1
    sums = np.zeros((8, 8, 3), np.int64)
    row = 0
    for band in bands(image):
        pixels = np.ascontiguousarray(band).astype(np.float32)
        converted = cv2.transform(pixels, table).astype(np.uint8)
        across = np.add.reduceat(converted, lefts, axis=1, dtype=np.int64)
        np.add.at(sums, owners[row : row + len(band)], across)
        row += len(band)
    heights = np.diff([*tops, height])
    counts = heights[:, None] * np.diff([*lefts, width])
    means: NDArray[np.int64] = sums // counts[..., None]
    return means


def _layout_levels(block: NDArray[np.int64], *, luminance: bool) -> NDArray[np.float64]:
    """Quantize the cosine transform of an 8 x 8 block, in zigzag order."""
    transformed = np.floor(cv2.dct(block.astype(np.float64)) + 0.499999)
    found = transformed.ravel()[_ZIGZAG].astype(np.int64)
    middle = int(found[0]) // 8
    start, level, width = max(
        step for step in (_LUMINANCE if luminance else _CHROMA) if step[0] <= middle
    )
    first = level + (middle - start) // width
    if luminance:
        found = np.trunc(found / 2).astype(np.int64)
        first >>= 1
    else:
        first = min(first, 63)

    large = np.abs(np.clip(found, -256, 239))
    levels = np.select(
        [large > 127, large > 63], [64 + large // 4, 32 + large // 2], large
    )
    levels = (np.where(found < 0, -levels, levels) + 132) >> 3
    levels[0] = first
    return np.asarray(levels, np.float64)
