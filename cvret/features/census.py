"""Census transform of a whole image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer

__all__ = ["CENTRIST"]

Grey = NDArray[np.uint8]

_LEVELS = 3  # the paper's pyramid: 1, 5 and 25 blocks


class CENTRIST(DescriptorTransformer):
    """Histogram of the census transform, of the whole picture or a spatial pyramid.

    Each pixel is compared with its eight neighbors: a bit is 1 where the pixel is at
    least as bright, from left to right and from top to bottom, the first bit highest.
    The 256 numbers are counted. Compared by histogram intersection. Invariant to
    monotonic changes of brightness; not to mirroring or turns.

    Parameters
    ----------
    levels : int
        1: the whole picture; 2: also its quarters and the block in the middle of
        them; 3: also 4 x 4 blocks and the 3 x 3 between them, 31 in all.

    Notes
    -----
    As in the paper the finest level sees the picture as it is, and each coarser one a
    picture of half the sides, so that blocks have as many pixels at each level. At the
    border a neighbor outside is as the nearest pixel inside.

    References
    ----------
    Wu and Rehg, "CENTRIST: a visual descriptor for scene categorization", IEEE
    Transactions on Pattern Analysis and Machine Intelligence 33(8), 2011.

    Examples
    --------
    White, and a black pixel in the middle that is darker than all neighbors.

    >>> image = np.full((9, 9, 3), 255, np.uint8)
    >>> image[4, 4] = 0
    >>> histogram = CENTRIST().describe(image) * 81
    >>> histogram[[0, 255]].round().tolist()
    [1.0, 80.0]
    """

    metric = "intersection"

    def __init__(self, levels: int = 1):
        self.levels = levels

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the histograms of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (256,), (6 * 256,) or (31 * 256,)
            The whole picture first; each block has the same share of a sum of 1.
        """
        check_image(image)
        levels = self._check_levels()
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        histograms: list[NDArray[np.float32]] = []
        for level in range(levels - 1, -1, -1):
            census = census_transform(grey)
            found = [histogram(census[block]) for block in blocks(census.shape, level)]
            histograms = found + histograms
            if level:
                height, width = (max((size + 1) // 2, 1) for size in grey.shape)
                grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        return np.concatenate(histograms) / np.float32(len(histograms))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``level0_block0_census0`` ..., blocks in the order of the vector."""
        names = [
            f"level{level}_block{block}_census{number}"
            for level in range(self._check_levels())
            for block in range(len(blocks((8, 8), level)))
            for number in range(256)
        ]
        return np.array(names, dtype=object)

    def _check_levels(self) -> int:
        return check_count("levels", self.levels, most=_LEVELS)


def census_transform(grey: Grey) -> Grey:
    """Give each pixel's eight comparisons with its neighbors, as one number."""
    height, width = grey.shape
    padded = cv2.copyMakeBorder(grey, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    census = np.zeros_like(grey)
    for down in range(3):
        for right in range(3):
            if (down, right) != (1, 1):
                neighbor = padded[down : down + height, right : right + width]
                census <<= 1
                census |= grey >= neighbor
    return census


def blocks(shape: tuple[int, ...], level: int) -> list[tuple[slice, slice]]:
    """Give the blocks of a level: a grid, then the blocks between those."""
    n = 2**level
    starts = [(row / n, column / n) for row in range(n) for column in range(n)]
    starts += [
        ((row + 0.5) / n, (column + 0.5) / n)
        for row in range(n - 1)
        for column in range(n - 1)
    ]

    def part(start: float, size: int) -> slice:
        first = int(start * size)
        return slice(first, max(int((start + 1 / n) * size), first + 1))

    return [(part(row, shape[0]), part(column, shape[1])) for row, column in starts]


def histogram(census: Grey) -> NDArray[np.float32]:
    """Give the shares of the 256 numbers."""
    counts: NDArray[np.float32] = cv2.calcHist([census], [0], None, [256], [0, 256])
    return (counts.ravel() / census.size).astype(np.float32)
