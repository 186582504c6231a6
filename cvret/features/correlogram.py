"""How likely a color is found again at some distance."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_sequence
from cvret.features.spaces import cells_of, check_bins, check_space
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import shrink

__all__ = ["ColorAutoCorrelogram"]


class ColorAutoCorrelogram(DescriptorTransformer):
    """Probability that a pixel at some distance from one of a color has this color too.

    The distance is that of the chessboard: the pixels at distance k are the ring of the
    square of ``2 k + 1`` pixels. Compared by the sum of ``|p - q| / (1 + p + q)``, as
    in the paper. Tells large patches of a color from scattered ones. Invariant to
    mirroring and to turns by 90 degrees; not to lighting.

    Parameters
    ----------
    bins : tuple of int
        Bins of each channel of `space`; 64 colors by default.
    distances : tuple of int
        In pixels of the picture as shrunk.
    space : str
        "hsv" or "rgb".
    max_side : int
        Larger pictures are shrunk to this, so that distances mean the same part of
        any large picture and take the same time.

    Notes
    -----
    As in the paper, pairs are counted over ``8 k`` times the pixels of the color, also
    at the borders, where a ring is cut off. The paper has 64 colors of RGB; hues tell
    photographs better, and ``bins=(18, 3, 3)`` better still, for 2.5 times the length.

    References
    ----------
    Huang, Kumar, Mitra, Zhu and Zabih, "Image indexing using color correlograms",
    CVPR 1997.

    Examples
    --------
    One red pixel on black: no other is red. Each of the eight black pixels has eight
    places around it; 24 pairs of 64 are black.

    >>> image = np.zeros((3, 3, 3), np.uint8)
    >>> image[1, 1] = (255, 0, 0)
    >>> correlogram = ColorAutoCorrelogram(bins=(2, 2, 2), distances=(1,), space="rgb")
    >>> correlogram.describe(image).tolist()
    [0.375, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """

    metric = "relative-l1"

    def __init__(
        self,
        bins: tuple[int, int, int] = (16, 2, 2),
        distances: tuple[int, ...] = (1, 3, 5, 7),
        space: str = "hsv",
        max_side: int = 256,
    ):
        self.bins = bins
        self.distances = distances
        self.space = space
        self.max_side = max_side

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the autocorrelogram of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (len(distances) * product of bins,)
            Probabilities in [0, 1], distance after distance; 0 for a color that is not
            there.
        """
        check_image(image)
        bins, distances = self._check()
        side = check_count("max_side", self.max_side)
        cells = cells_of(shrink(image, side), self.space, bins)
        n_colors = int(np.prod(bins))
        sizes = np.bincount(cells.ravel(), minlength=n_colors)

        rows = []
        for distance in distances:
            pairs = _pairs(cells, distance, n_colors)
            places = np.maximum(sizes, 1) * 8.0 * distance
            rows.append(pairs / places)
        probabilities: NDArray[np.float64] = np.concatenate(rows)
        return probabilities.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``d1_color0`` ... for each distance."""
        bins, distances = self._check()
        names = [f"d{d}_color{c}" for d in distances for c in range(int(np.prod(bins)))]
        return np.array(names, dtype=object)

    def _check(self) -> tuple[tuple[int, ...], list[int]]:
        check_space(self.space, "hsv", "rgb")
        given = check_sequence("distances", self.distances)
        distances = [check_count("distances", d) for d in given]
        return check_bins(self.bins, self.space), distances


def _pairs(
    cells: NDArray[np.int32], distance: int, n_colors: int
) -> NDArray[np.float64]:
    """Count, for each color, the ordered pairs of it at a distance."""
    height, width = cells.shape
    if distance >= max(height, width):
        return np.zeros(n_colors)
    small = cells.astype(np.uint8) if n_colors <= 256 else cells
    same = np.zeros(cells.shape, np.uint8 if distance < 64 else np.uint32)
    # Half of the ring: a pair and its reverse are found together.
    ring = [(distance, x) for x in range(-distance, distance + 1)]
    ring += [(y, distance) for y in range(1 - distance, distance)]
    for down, right in ring:
        if down >= height or abs(right) >= width or -down >= height:
            continue
        here = _moved(small, -down, -right)
        there = _moved(small, down, right)
        _moved(same, -down, -right)[...] += (here == there).view(np.uint8)
    counts = np.bincount(cells.ravel(), same.ravel(), minlength=n_colors)
    return np.asarray(2.0 * counts, np.float64)


def _moved(array: NDArray[Any], down: int, right: int) -> NDArray[Any]:
    """Give the part of an array that lies inside it when moved back."""
    height, width = array.shape
    return array[
        max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)
    ]
