"""Colors in large patches, and colors scattered."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage.measure import label

from cvret._checks import check_count, check_image, check_number
from cvret._opencv import cv2
from cvret.features.spaces import cells_of, check_bins, check_space
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import shrink

__all__ = ["ColorCoherenceVector"]


class ColorCoherenceVector(DescriptorTransformer):
    """Share of the pixels of each color in large patches, and in small ones.

    The picture is blurred a little, by the mean of 3 x 3 pixels, and its colors are
    divided into cells. A pixel is coherent if the patch of its color that it belongs
    to, neighbors along diagonals being joined too, has at least the share `coherent`
    of the picture. Compared by the sum of absolute differences. Invariant to mirroring
    and to turns by 90 degrees; not to lighting.

    Parameters
    ----------
    bins : tuple of int
        Bins of each channel of `space`; 64 colors by default, as in the paper.
    coherent : float
        Share of the picture's pixels from which a patch is large.
    space : str
        "hsv" or "rgb".
    max_side : int
        Larger pictures are shrunk to this.

    References
    ----------
    Pass, Zabih and Miller, "Comparing images using color coherence vectors", ACM
    Multimedia 1996.

    Examples
    --------
    All of a black picture is one patch.

    >>> image = np.zeros((4, 4, 3), np.uint8)
    >>> vector = ColorCoherenceVector(bins=(1, 1, 2), space="rgb").describe(image)
    >>> vector.tolist()
    [1.0, 0.0, 0.0, 0.0]
    """

    metric = "l1"

    def __init__(
        self,
        bins: tuple[int, int, int] = (4, 4, 4),
        coherent: float = 0.01,
        space: str = "rgb",
        max_side: int = 256,
    ):
        self.bins = bins
        self.coherent = coherent
        self.space = space
        self.max_side = max_side

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the coherence vector of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (2 * product of bins,)
            For each color, the share of coherent and of other pixels; the sum is 1.
        """
        check_image(image)
        bins = self._check()
        least = check_number("coherent", self.coherent, least=0, most=1)
        small = shrink(image, check_count("max_side", self.max_side))
        blurred = cv2.blur(small, (3, 3), borderType=cv2.BORDER_REPLICATE)
        cells = cells_of(blurred, self.space, bins)

        sizes, colors = _patches(cells)
        n_colors = int(np.prod(bins))
        large = sizes >= least * cells.size
        counts = np.bincount(2 * colors + ~large, sizes, minlength=2 * n_colors)
        shares: NDArray[np.float64] = counts / cells.size
        return shares.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``color0_coherent``, ``color0_scattered`` and so on."""
        names = [
            f"color{c}_{kind}"
            for c in range(int(np.prod(self._check())))
            for kind in ("coherent", "scattered")
        ]
        return np.array(names, dtype=object)

    def _check(self) -> tuple[int, ...]:
        check_space(self.space, "hsv", "rgb")
        return check_bins(self.bins, self.space)


def _patches(cells: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the size and the color of each connected patch of one color."""
    patches = label(cells, background=-1, connectivity=2).ravel() - 1
    sizes = np.bincount(patches)
    colors = np.empty(len(sizes), np.intp)
    colors[patches] = cells.ravel()
    return sizes, colors
