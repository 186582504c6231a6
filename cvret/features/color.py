"""Color histograms of a whole image, or of its regions."""

from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cvret._checks import Image, check_image
from cvret.features.regions import Layout, check_layout, region_counts, region_names
from cvret.features.spaces import SPACES, cell_counts, check_bins
from cvret.features.transforming import DescriptorTransformer

__all__ = [
    "HSVHistogram",
    "LabHistogram",
    "OpponentHistogram",
    "RGBHistogram",
    "RGHistogram",
]


class _ColorHistogram(DescriptorTransformer):
    """Joint histogram over the cells of a color space, in each region."""

    metric = "hellinger"
    _space: ClassVar[str]
    bins: tuple[int, ...]
    layout: Layout

    @property
    def pixelwise(self) -> bool:
        """Whether places do not matter: without a layout."""
        return self.layout == "whole"

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the histogram of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n_regions * product of bins,)
            Shares of the pixels, region after region, the first channel changing
            slowest. Each region has the same share; the sum is 1.
        """
        check_image(image)
        bins = check_bins(self.bins, self._space)
        check_layout(self.layout)

        def count(part: Image) -> NDArray[np.float64]:
            return cell_counts(part, self._space, bins)

        counts = region_counts(image, self.layout, count)
        sizes = counts.sum(axis=1, keepdims=True) * len(counts)
        shares: NDArray[np.float64] = counts / sizes
        return shares.ravel().astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give names such as ``h0_s0_v0`` in the order of the vector.

        With a layout the region stands first: ``row0_column1_h0_s0_v0``,
        ``center_h0_s0_v0``.
        """
        bins = check_bins(self.bins, self._space)
        letters = SPACES[self._space].letters
        cells = [
            "_".join(f"{letter}{n}" for letter, n in zip(letters, cell, strict=True))
            for cell in product(*(range(n) for n in bins))
        ]
        names = [
            region + cell for region in region_names(self.layout) for cell in cells
        ]
        return np.array(names, dtype=object)


class HSVHistogram(_ColorHistogram):
    """Joint histogram of hue, saturation and value.

    Hue spans [0, 360) degrees, saturation and value [0, 1]; bins are of equal width.
    Two histograms are compared by the Hellinger (Bhattacharyya) coefficient, the sum
    of ``sqrt(p * q)``. Invariant to the picture's size, and, whole, to mirroring and
    to turns by 90 degrees; not to lighting.

    Parameters
    ----------
    bins : tuple of int
        Bins of hue, saturation and value.
    layout : str or tuple of int
        "whole"; rows and columns of a grid, such as ``(2, 3)``; or "center-surround",
        the rectangle of half the sides and what is around it. One histogram a region,
        each with the same share.

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

    _space = "hsv"

    def __init__(
        self, bins: tuple[int, int, int] = (18, 3, 3), layout: Layout = "whole"
    ):
        self.bins = bins
        self.layout = layout


class RGBHistogram(_ColorHistogram):
    """Joint histogram of red, green and blue.

    Bins are of equal width over 0 to 255. Compared by the Hellinger (Bhattacharyya)
    coefficient. Invariant to the picture's size, and, whole, to mirroring and to turns
    by 90 degrees; not to lighting.

    Parameters
    ----------
    bins : tuple of int
        Bins of red, green and blue.
    layout : str or tuple of int
        As of `HSVHistogram`.

    References
    ----------
    Swain and Ballard, "Color indexing", International Journal of Computer Vision
    7(1), 1991.

    Examples
    --------
    White is in the last cell.

    >>> image = np.full((2, 2, 3), 255, np.uint8)
    >>> histogram = RGBHistogram(bins=(4, 4, 4)).describe(image)
    >>> histogram.shape, float(histogram[63])
    ((64,), 1.0)
    """

    _space = "rgb"

    def __init__(
        self, bins: tuple[int, int, int] = (8, 8, 8), layout: Layout = "whole"
    ):
        self.bins = bins
        self.layout = layout


class LabHistogram(_ColorHistogram):
    """Joint histogram of CIE L*, a* and b*.

    L* spans [0, 100], a* [-86, 98] and b* [-108, 95], which is what sRGB fills; bins
    are of equal width. Compared by the Hellinger (Bhattacharyya) coefficient. Invariant
    to the picture's size, and, whole, to mirroring and to turns by 90 degrees; not to
    lighting, but few bins of L* make it less so.

    Parameters
    ----------
    bins : tuple of int
        Bins of L*, a* and b*.
    layout : str or tuple of int
        As of `HSVHistogram`.

    Notes
    -----
    Channels are OpenCV's of 8 bits, of the white point D65.

    References
    ----------
    Swain and Ballard, "Color indexing", International Journal of Computer Vision
    7(1), 1991. CIE 15, "Colorimetry".

    Examples
    --------
    Black: L* is 0, and a* and b* are 0, in the middle of their bins.

    >>> image = np.zeros((2, 2, 3), np.uint8)
    >>> histogram = LabHistogram(bins=(4, 3, 3)).describe(image)
    >>> names = LabHistogram(bins=(4, 3, 3)).get_feature_names_out()
    >>> histogram.shape, names[histogram.argmax()]
    ((36,), 'L0_a1_b1')
    """

    _space = "lab"

    def __init__(
        self, bins: tuple[int, int, int] = (4, 8, 8), layout: Layout = "whole"
    ):
        self.bins = bins
        self.layout = layout


class OpponentHistogram(_ColorHistogram):
    """Joint histogram of the opponent color space.

    ``O1 = (R - G) / sqrt(2)``, ``O2 = (R + G - 2 B) / sqrt(6)`` and
    ``O3 = (R + G + B) / sqrt(3)``, with bins of equal width over the whole range of
    each. Compared by the Hellinger (Bhattacharyya) coefficient. O1 and O2 do not change
    when the same is added to all channels. Invariant to the picture's size, and, whole,
    to mirroring and to turns by 90 degrees.

    Parameters
    ----------
    bins : tuple of int
        Bins of O1, O2 and O3. Odd numbers for O1 and O2 put grey in the
        middle of a bin.
    layout : str or tuple of int
        As of `HSVHistogram`.

    Notes
    -----
    The paper joins three histograms of one channel each; this is one of all three, as
    the other histograms here.

    References
    ----------
    van de Sande, Gevers and Snoek, "Evaluating color descriptors for object and scene
    recognition", IEEE Transactions on Pattern Analysis and Machine Intelligence
    32(9), 2010.

    Examples
    --------
    Greys have O1 = O2 = 0.

    >>> image = np.full((2, 2, 3), 200, np.uint8)
    >>> histogram = OpponentHistogram(bins=(3, 3, 4)).describe(image)
    >>> names = OpponentHistogram(bins=(3, 3, 4)).get_feature_names_out()
    >>> histogram.shape, names[histogram.argmax()]
    ((36,), 'O1:1_O2:1_O3:3')
    """

    _space = "opponent"

    def __init__(
        self, bins: tuple[int, int, int] = (15, 15, 6), layout: Layout = "whole"
    ):
        self.bins = bins
        self.layout = layout


class RGHistogram(_ColorHistogram):
    """Joint histogram of the chromaticities r and g.

    ``r = R / (R + G + B)`` and ``g = G / (R + G + B)``, both in [0, 1]; black has 1/3
    of each, as greys have. As ``r + g`` is at most 1, nearly half of the cells stay
    empty. Compared by the Hellinger (Bhattacharyya) coefficient. Invariant to the
    intensity of the light, to shadows and shading, to the picture's size, and, whole,
    to mirroring and to turns by 90 degrees.

    Parameters
    ----------
    bins : tuple of int
        Bins of r and g.
    layout : str or tuple of int
        As of `HSVHistogram`.

    References
    ----------
    van de Sande, Gevers and Snoek, "Evaluating color descriptors for object and scene
    recognition", IEEE Transactions on Pattern Analysis and Machine Intelligence
    32(9), 2010.

    Examples
    --------
    A red half in light and in shade: r = 1 and g = 0.

    >>> image = np.zeros((2, 2, 3), np.uint8)
    >>> image[..., 0] = [[255, 90], [255, 90]]
    >>> histogram = RGHistogram(bins=(8, 8)).describe(image)
    >>> histogram.shape, float(histogram[7 * 8])
    ((64,), 1.0)
    """

    _space = "rg"

    def __init__(self, bins: tuple[int, int] = (16, 16), layout: Layout = "whole"):
        self.bins = bins
        self.layout = layout
