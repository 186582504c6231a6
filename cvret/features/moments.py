"""Moments of the colors of a whole image, or of its regions."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_image
from cvret.features.regions import Layout, region_counts, region_names
from cvret.features.spaces import SPACES, channel_counts, check_space
from cvret.features.transforming import DescriptorTransformer

__all__ = ["ColorMoments"]

_MOMENTS = ("mean", "deviation", "skewness")


class ColorMoments(DescriptorTransformer):
    """Mean, standard deviation and skewness of each channel of color.

    The skewness is the cube root of the third central moment, so that all three have
    the channel's unit. Compared by the sum of absolute differences, as the paper does
    with equal weights. Invariant to the picture's size, and, whole, to mirroring and to
    turns by 90 degrees; not to lighting.

    Parameters
    ----------
    space : str
        "hsv" or "lab". Values span [0, 1]: 360 degrees of hue, saturation, value; or
        L* / 100, ``(a* + 128) / 255`` and ``(b* + 128) / 255``.
    layout : str or tuple of int
        "whole"; rows and columns of a grid, such as ``(2, 3)``; or "center-surround",
        the rectangle of half the sides and what is around it.

    Notes
    -----
    As in the paper, hue is a plain number: reds at both of its ends have a mean in the
    middle.

    References
    ----------
    Stricker and Orengo, "Similarity of color images", Storage and Retrieval for Image
    and Video Databases III, SPIE 2420, 1995.

    Examples
    --------
    Three pixels of value 0 and one of value 1: the mean is 1/4, the deviation
    ``sqrt(3) / 4``, the skewness the cube root of ``(3 * (-1/4)**3 + (3/4)**3) / 4``.

    >>> image = np.zeros((2, 2, 3), np.uint8)
    >>> image[0, 0] = 255
    >>> moments = ColorMoments(space="hsv").describe(image)
    >>> [round(float(value), 3) for value in moments[6:]]
    [0.25, 0.433, 0.454]
    """

    metric = "l1"

    def __init__(self, space: str = "lab", layout: Layout = "whole"):
        self.space = space
        self.layout = layout

    @property
    def pixelwise(self) -> bool:
        """Whether places do not matter: without a layout."""
        return self.layout == "whole"

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the moments of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n_regions * 9,)
            Region after region, channel after channel: the mean in [0, 1], the standard
            deviation in [0, 1/2], the skewness in [-1/2, 1/2].
        """
        check_image(image)
        check_space(self.space, "hsv", "lab")
        count = partial(channel_counts, space=self.space)
        counts = region_counts(image, self.layout, count).reshape(-1, 3, 256)
        full = np.array([180 if self.space == "hsv" else 255, 255, 255])
        values = np.arange(256) / full[:, None]
        shares = counts / counts.sum(axis=2, keepdims=True)

        mean = (shares * values).sum(axis=2, keepdims=True)
        variance = (shares * (values - mean) ** 2).sum(axis=2)
        third = (shares * (values - mean) ** 3).sum(axis=2)
        moments = np.stack([mean[..., 0], np.sqrt(variance), np.cbrt(third)], axis=2)
        return moments.ravel().astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``L_mean``, ``L_deviation``, ``L_skewness``, ``a_mean`` and so on."""
        check_space(self.space, "hsv", "lab")
        names = [
            f"{region}{letter}_{moment}"
            for region in region_names(self.layout)
            for letter in SPACES[self.space].letters
            for moment in _MOMENTS
        ]
        return np.array(names, dtype=object)
