"""Color and texture of blocks in one histogram: CEDD, FCTH and both joined."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import Image, check_image
from cvret._opencv import cv2
from cvret.features.fuzzy import SHADES, fuzzy_shades, high_of, hsv_of
from cvret.features.transforming import DescriptorTransformer

__all__ = ["CEDD", "FCTH", "JCD"]

Doubles = NDArray[np.float64]

_TEXTURES = ("flat", "other", "horizontal", "vertical", "rising", "falling")
# At a time, which bounds the memory that large pictures need.
_BLOCKS = 1 << 16
_PIXELS = 1 << 20

# Shares of the blocks, in millionths, that stand for the levels 0 to 7; one row a
# texture, as published with the descriptors.
_CEDD_LEVELS = np.array([
    [180.19686541079636, 23730.024499150866, 61457.152912541605, 113918.55437576842,
     179122.46400035513, 260980.3325940354, 341795.93301552488, 554729.98648386425],
    [209.25176965926232, 22490.5872862417345, 60250.8935141849988, 120705.788057580583,
     181128.08709063051, 234132.081356900555, 325660.617733105708, 520702.175858657472],
    *[[405.4642173212585, 4877.9763319071481, 10882.170090625908, 18167.239081219657,
       27043.385568785292, 38129.413201299016, 52675.221316293857,
       79555.402607004813]] * 2,
    *[[968.88475977695578, 10725.159033657819, 24161.205360376698, 41555.917344385321,
       62895.628446402261, 93066.271379694881, 136976.13317822068,
       262897.86056221306]] * 2,
])  # fmt: skip
_FCTH_LEVELS = np.array([
    [130.0887781556944, 9317.31301788632, 22434.355689233365, 43120.548602722061,
     83168.640165905046, 101430.52589975641, 174840.65838706805, 224480.41479670047],
    [130.0887781556944, 9317.31301788632, 22434.355689233365, 43120.548602722061,
     83168.640165905046, 151430.52589975641, 174840.65838706805, 224480.41479670047],
    *[[239.769468748322, 17321.704312335689, 39113.643180734696, 69333.512093874378,
       79122.46400035513, 90980.3325940354, 161795.93301552488,
       184729.98648386425]] * 4,
    *[[180.19686541079636, 23730.024499150866, 41457.152912541605, 53918.55437576842,
       69122.46400035513, 81980.3325940354, 91795.93301552488,
       124729.98648386425]] * 2,
])  # fmt: skip


class CEDD(DescriptorTransformer):
    """Color and edge directivity descriptor.

    The picture is divided into 1,600 blocks (400 where a side is below 80 pixels, of
    2 x 2 pixels where one is below 40). Each block's mean color belongs to some of 24
    shades, by fuzzy memberships; the edge in it, by the five filters of MPEG-7's edge
    histogram on its quarters, to some of six textures. Their joint histogram is
    quantized to 8 levels. Compared by Tanimoto's coefficient. Not invariant to
    turns or to lighting.

    Notes
    -----
    As LIRE's, with its thresholds (14, 0.68, 0.98, 0.98) and levels; levels are divided
    by their sum here, as LIRE does when it compares, so Tanimoto's coefficient is the
    same. Blocks have even sides, as there, so up to a block's side of pixels at the
    right and at the bottom is left out; in pictures of 80 to 159 pixels this can be
    nearly half of a side.

    References
    ----------
    Chatzichristofis and Boutalis, "CEDD: Color and edge directivity descriptor. A
    compact descriptor for image indexing and retrieval", ICVS 2008.

    Examples
    --------
    A flat white picture is in one bin.

    >>> image = np.full((80, 80, 3), 255, np.uint8)
    >>> vector = CEDD().describe(image)
    >>> vector.shape, CEDD().get_feature_names_out()[vector.argmax()], vector.max()
    ((144,), 'flat_white', np.float32(1.0))
    """

    metric = "tanimoto"

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the descriptor of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (144,)
            Six textures of 24 shades; the sum is 1, or 0 where all is spread
            so thinly that no level is reached.
        """
        check_image(image)
        return _shares(_cedd_levels(image))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``flat_white`` ... ``falling_dark_magenta``."""
        return _names(_TEXTURES)


class FCTH(DescriptorTransformer):
    """Fuzzy color and texture histogram.

    The picture is divided into about 1,600 blocks of at least 4 x 4 pixels. Each
    block's mean color belongs to some of 24 shades, by fuzzy memberships; the energies
    of three bands of a Haar transform of the block belong to low or high, and so the
    block to some of eight textures. Their joint histogram is quantized to 8 levels.
    Compared by Tanimoto's coefficient. Not invariant to turns or to lighting.

    Notes
    -----
    As LIRE's, levels divided by their sum as in `CEDD`. Coefficients above 255, of very
    strong edges, are 255 here, where LIRE's bytes overflow. Blocks that touch the right
    and the bottom are left out, as there.

    References
    ----------
    Chatzichristofis and Boutalis, "FCTH: Fuzzy color and texture histogram. A low level
    feature for accurate image retrieval", WIAMIS 2008.

    Examples
    --------
    A flat white picture is in one bin.

    >>> image = np.full((80, 80, 3), 255, np.uint8)
    >>> vector = FCTH().describe(image)
    >>> vector.shape, FCTH().get_feature_names_out()[vector.argmax()], vector.max()
    ((192,), 'flat_white', np.float32(1.0))
    """

    metric = "tanimoto"

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the descriptor of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (192,)
            Eight textures of 24 shades; the sum is 1, or 0 where all is spread
            so thinly that no level is reached.
        """
        check_image(image)
        return _shares(_fcth_levels(image))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``flat_white`` ...; textures are the bands whose energy is high."""
        return _names(
            (
                "flat",
                "vertical",
                "horizontal",
                "horizontal_vertical",
                "diagonal",
                "diagonal_vertical",
                "diagonal_horizontal",
                "diagonal_horizontal_vertical",
            )
        )


class JCD(DescriptorTransformer):
    """Joint composite descriptor: `CEDD` and `FCTH` in one histogram.

    Where both have the same kind of texture, the mean of both. Compared by Tanimoto's
    coefficient. Not invariant to turns or to lighting.

    References
    ----------
    Zagoris, Chatzichristofis, Papamarkos and Boutalis, "Automatic image annotation and
    retrieval using the joint composite descriptor", Panhellenic Conference on
    Informatics 2010.

    Examples
    --------
    A flat white picture is in one bin.

    >>> image = np.full((80, 80, 3), 255, np.uint8)
    >>> vector = JCD().describe(image)
    >>> vector.shape, JCD().get_feature_names_out()[vector.argmax()], vector.max()
    ((168,), 'flat_white', np.float32(1.0))
    """

    metric = "tanimoto"

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the descriptor of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (168,)
            Seven textures of 24 shades; the sum is 1, or 0 where all is spread
            so thinly that no level is reached.
        """
        check_image(image)
        flat, other, horizontal, vertical, rising, falling = _cedd_levels(image)
        # FCTH's textures whether the diagonal energy is high or not.
        low, first, second, both = _fcth_levels(image).reshape(2, 4, 24).sum(axis=0)
        joined = [
            (low + flat) / 2,
            (first + horizontal) / 2,
            rising,
            (second + vertical) / 2,
            falling,
            both,
            other,
        ]
        return _shares(np.stack(joined))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``flat_white`` ... ``other_dark_magenta``."""
        kinds = ("horizontal", "rising", "vertical", "falling", "strong", "other")
        return _names(("flat", *kinds))


def _shares(levels: Doubles) -> NDArray[np.float32]:
    """Divide levels by their sum, and put them in a row."""
    shares: Doubles = levels / max(levels.sum(), 1)
    return shares.ravel().astype(np.float32)


def _names(textures: tuple[str, ...]) -> NDArray[np.object_]:
    names = [f"{texture}_{shade}" for texture in textures for shade in SHADES]
    return np.array(names, dtype=object)


def _levels(histogram: Doubles, table: Doubles) -> Doubles:
    """Give the nearest level of each (n_textures, 24) bin, of those of its texture."""
    shares = histogram / histogram.sum()
    apart = np.abs(shares[:, :, None] - table[:, None] / 1e6)
    return np.asarray(apart.argmin(axis=2), np.float64)


def _cedd_levels(image: Image) -> Doubles:
    """Give CEDD's levels 0 to 7, shape (6, 24)."""
    image = _at_least(image, 2)
    height, width = image.shape[:2]
    side = 40 if min(height, width) >= 80 else 20
    if min(height, width) < 40:
        down, across, rows, columns = 2, 2, height // 2, width // 2
    else:
        down, across = height // side & ~1, width // side & ~1
        rows, columns = side, side

    histogram = np.zeros((6, 24))
    for part in _strips(image, down, rows, columns):
        part = part[:, : across * columns]
        shades = fuzzy_shades(hsv_of(_sums(part, down, across) // (down * across)))
        quarters = _sums(_grey(part), down // 2, across // 2)
        quarters = quarters.reshape(-1, 2, columns, 2).transpose(0, 2, 1, 3)
        means = 4.0 * quarters.reshape(-1, 4) / (down * across)
        edges = _edges(np.asarray(means, np.float64))
        histogram += edges.T.astype(np.float64) @ shades
    return _levels(histogram, _CEDD_LEVELS)


def _edges(quarters: Doubles) -> NDArray[np.bool_]:
    """Give which of six textures blocks have, by their quarters' means, (n, 6)."""
    root = np.sqrt(2)
    filters = np.array([
        [2, -2, -2, 2],
        [1, 1, -1, -1],
        [1, -1, 1, -1],
        [root, 0, 0, -root],
        [0, root, -root, 0],
    ])  # fmt: skip
    strengths = np.abs(quarters @ filters.T)
    strongest = strengths.max(axis=1, keepdims=True)
    edges = strengths > strongest * np.array([0.68, 0.98, 0.98, 0.98, 0.98])
    flat = strongest < 14
    return np.concatenate([flat, edges & ~flat], axis=1)


def _fcth_levels(image: Image) -> Doubles:
    """Give FCTH's levels 0 to 7, shape (8, 24)."""
    image = _at_least(image, 5)
    height, width = image.shape[:2]
    down, across = max(height // 40 & ~1, 4), max(width // 40 & ~1, 4)
    rows, columns = (height - 1) // down, (width - 1) // across

    histogram = np.zeros((8, 24))
    for part in _strips(image, down, rows, columns):
        part = part[:, : across * columns]
        shades = fuzzy_shades(hsv_of(_sums(part, down, across) // (down * across)))
        textures = _textures(_sixteenths(_grey(part), down, across))
        histogram += textures.T @ shades
    return _levels(histogram, _FCTH_LEVELS)


def _sixteenths(grey: NDArray[np.uint8], down: int, across: int) -> Doubles:
    """Give the mean grey of the 4 x 4 parts of each block, shape (n, 4, 4)."""
    quarter = np.arange(4)
    tops = (np.arange(0, len(grey), down)[:, None] + quarter * down // 4).ravel()
    lefts = (
        np.arange(0, grey.shape[1], across)[:, None] + quarter * across // 4
    ).ravel()
    sums = _sums_from(grey, tops, lefts)
    heights = np.diff([*tops, len(grey)])
    widths = np.diff([*lefts, grey.shape[1]])
    means = sums / (heights[:, None] * widths)
    rows, columns = len(tops) // 4, len(lefts) // 4
    blocks: Doubles = means.reshape(rows, 4, columns, 4).transpose(0, 2, 1, 3)
    return blocks.reshape(-1, 4, 4)


def _textures(parts: Doubles) -> Doubles:
    """Give how much (n, 4, 4) blocks are of each of eight textures, shape (n, 8)."""
    top, bottom = parts[:, ::2], parts[:, 1::2]
    a, b, c, d = top[..., ::2], top[..., 1::2], bottom[..., ::2], bottom[..., 1::2]
    bands = np.stack([c + d - a - b, a + c - b - d, b + c - a - d], axis=1)
    bands = np.floor(np.minimum(np.abs(bands), 255))
    vertical, horizontal, diagonal = np.sqrt((bands**2).mean(axis=(2, 3))).T

    high = [
        high_of(diagonal, 20, 90),
        high_of(horizontal, 20, 90),
        high_of(vertical, 20, 80),
    ]
    first, second, third = (np.stack([1 - h, h], axis=1) for h in high)
    pairs = np.minimum(first[:, :, None], second[:, None])
    active = np.minimum(pairs[..., None], third[:, None, None])
    return active.reshape(len(parts), 8)


def _at_least(image: Image, side: int) -> Image:
    """Repeat the last row and column of a picture until it has `side` of each."""
    height, width = image.shape[:2]
    more = max(side - height, 0), max(side - width, 0)
    if not any(more):
        return image
    return np.pad(image, ((0, more[0]), (0, more[1]), (0, 0)), mode="edge")


def _strips(image: Image, down: int, rows: int, columns: int) -> Iterator[Image]:
    """Give an image in pieces of whole rows of blocks."""
    at_once = min(_BLOCKS // columns, _PIXELS // (down * image.shape[1]))
    step = max(1, at_once) * down
    for start in range(0, rows * down, step):
        yield image[start : min(start + step, rows * down)]


def _sums(image: NDArray[np.uint8], down: int, across: int) -> NDArray[np.int64]:
    """Sum blocks of pixels, shape (n_blocks, channels), row by row."""
    height, width = image.shape[:2]
    tops, lefts = np.arange(0, height, down), np.arange(0, width, across)
    found = _sums_from(image, tops, lefts)
    return found.reshape(len(tops) * len(lefts), -1)


def _sums_from(
    image: NDArray[np.uint8], tops: NDArray[np.intp], lefts: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Sum the pixels between lines, shape (n_rows, n_columns) and perhaps channels."""
    height, width = image.shape[:2]
    table = cv2.integral(np.ascontiguousarray(image), sdepth=cv2.CV_64F)
    corners = table[np.ix_([*tops, height], [*lefts, width])]
    sums: NDArray[np.int64] = np.diff(np.diff(corners, axis=0), axis=1).astype(np.int64)
    return sums


def _grey(image: Image) -> NDArray[np.uint8]:
    """Give ``0.299 R + 0.587 G + 0.114 B``, fractions cut off."""
    weights = np.array([[0.299, 0.587, 0.114]], np.float32)
    grey = cv2.transform(np.ascontiguousarray(image).astype(np.float32), weights)
    # Thousandths at least apart, so this only mends what rounding takes from a whole.
    cut: NDArray[np.uint8] = (grey + np.float32(5e-4)).astype(np.uint8)
    return cut
