"""Color of a whole image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer

__all__ = ["HSVHistogram"]


class HSVHistogram(DescriptorTransformer):
    """Joint histogram of hue, saturation and value.

    Hue spans [0, 360) degrees, saturation and value [0, 1]; bins are of equal width.
    Two histograms are compared by the Hellinger (Bhattacharyya) coefficient, the sum
    of ``sqrt(p * q)``. Invariant to the picture's size, to mirroring and to turns by
    90 degrees; not to lighting.

    Parameters
    ----------
    bins : tuple of int
        Bins of hue, saturation and value.

    References
    ----------
    Swain and Ballard, "Color indexing", International Journal of Computer Vision
    7(1), 1991. Bins as in Smith and Chang, "VisualSEEk", ACM Multimedia 1996.

    Examples
    --------
    A picture half red, half black: two bins, each one half.

    >>> image = np.zeros((2, 2, 3), np.uint8)
    >>> image[0] = (255, 0, 0)
    >>> histogram = HSVHistogram(bins=(18, 3, 3)).describe(image)
    >>> histogram.shape, histogram[[0, 8]].tolist()
    ((162,), [0.5, 0.5])
    """

    metric = "hellinger"

    def __init__(self, bins: tuple[int, int, int] = (18, 3, 3)):
        self.bins = bins

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the histogram of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (hues * saturations * values,)
            Shares of the pixels, hue changing slowest; the sum is 1.
        """
        check_image(image)
        hues, saturations, values = self._check_bins()
        hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
        # OpenCV's 8-bit hue counts steps of two degrees, 0 to 179.
        hue = np.minimum(np.arange(256), 179) * hues // 180 * (saturations * values)
        saturation = np.arange(256) * saturations // 256 * values
        value = np.arange(256) * values // 256
        cells = hue[hsv[..., 0]] + saturation[hsv[..., 1]] + value[hsv[..., 2]]
        counts = np.bincount(cells.ravel(), minlength=hues * saturations * values)
        shares: NDArray[np.float64] = counts / cells.size
        return shares.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``h0_s0_v0`` ... in the order of the vector."""
        hues, saturations, values = self._check_bins()
        names = [
            f"h{h}_s{s}_v{v}"
            for h in range(hues)
            for s in range(saturations)
            for v in range(values)
        ]
        return np.array(names, dtype=object)

    def _check_bins(self) -> tuple[int, int, int]:
        if len(self.bins) != 3:
            raise ValueError(
                f"bins must be three numbers, of hue, saturation and value, got "
                f"{self.bins!r}"
            )
        h, s, v = (check_count("bins", n) for n in self.bins)
        if max(h, s, v) > 256:
            raise ValueError(f"bins must be at most 256 each, got {self.bins!r}")
        return h, s, v
