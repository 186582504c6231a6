"""Texture of a whole image by the energies of its wavelet subbands."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import stretch

__all__ = ["WaveletEnergies", "wavelet_subbands"]

Floats = NDArray[np.float32]

_DEEPEST = 11  # levels, of a picture of 2,048 pixels a side

# Scaling filters of Daubechies; the number counts the vanishing moments.
_FILTERS = {
    "haar": (0.7071067811865476, 0.7071067811865476),
    "db2": (
        -0.12940952255126037,
        0.2241438680420134,
        0.8365163037378079,
        0.48296291314453416,
    ),
    "db4": (
        -0.010597401785069032,
        0.0328830116668852,
        0.030841381835560764,
        -0.18703481171909309,
        -0.027983769416859854,
        0.6308807679298589,
        0.7148465705529157,
        0.2303778133088965,
    ),
}


class WaveletEnergies(DescriptorTransformer):
    """Mean absolute value and standard deviation of each wavelet subband.

    Grey, from 0 to 1, is scaled to ``side x side`` pixels and decomposed `levels` times
    into an approximation and details along columns, rows and diagonals. Compared by L1.
    Little changed by the picture's size; changed by rotation and by contrast.

    Parameters
    ----------
    wavelet : {"haar", "db2", "db4"}
        Of Daubechies.
    levels : int
        How often the approximation is decomposed; ``2**levels`` divides `side`.
    side : int
        Pixels, even, at most 2048.

    Notes
    -----
    Subbands equal those of ``pywt.wavedec2(grey, wavelet, "periodization", levels)``.
    Those of level ``n`` are divided by ``2**n``, so that a coefficient is a difference
    of means, and details also by 0.02, so that they weigh more than the brightness.

    References
    ----------
    Smith and Chang, "Transform features for texture classification and discrimination
    in large image databases", ICIP 1994. Daubechies, "Orthonormal bases of compactly
    supported wavelets", Communications on Pure and Applied Mathematics 41(7), 1988.

    Examples
    --------
    A white picture: the mean is 1, and there is no detail.

    >>> image = np.full((30, 40, 3), 255, np.uint8)
    >>> vector = WaveletEnergies(levels=3).describe(image)
    >>> vector.shape, [round(float(value), 4) for value in vector[:4]]
    ((20,), [1.0, 0.0, 0.0, 0.0])
    """

    metric = "l1"

    def __init__(self, wavelet: str = "db4", levels: int = 5, side: int = 256):
        self.wavelet = wavelet
        self.levels = levels
        self.side = side

    def describe(self, image: NDArray[np.uint8]) -> Floats:
        """Give the energies of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (2 + 6 * levels,)
            Mean absolute value and standard deviation, first of the approximation, then
            of the details from the coarsest level to the finest. At least 0; those of
            the approximation up to 1, those of details up to about 25.
        """
        check_image(image)
        levels, side = self._check()
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        grey = stretch(grey, side, side).astype(np.float32) / np.float32(255)
        values = []
        for number, band in enumerate(wavelet_subbands(grey, self.wavelet, levels)):
            level = levels - max(number - 1, 0) // 3
            scale = 2**level if number == 0 else 2**level * 0.02
            mean = cv2.norm(band, cv2.NORM_L1) / band.size
            values += [mean / scale, cv2.meanStdDev(band)[1].item() / scale]
        return np.array(values, np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``approximation_mean``, ..., ``level5_horizontal_mean`` and so on."""
        levels, _ = self._check()
        bands = [
            f"level{level}_{kind}"
            for level in range(levels, 0, -1)
            for kind in ("horizontal", "vertical", "diagonal")
        ]
        names = [
            f"{band}_{value}"
            for band in ("approximation", *bands)
            for value in ("mean", "std")
        ]
        return np.array(names, dtype=object)

    def _check(self) -> tuple[int, int]:
        check_choice("wavelet", self.wavelet, tuple(_FILTERS))
        levels = check_count("levels", self.levels, most=_DEEPEST)
        side = check_count("side", self.side, least=2, most=2**_DEEPEST)
        if side % 2**levels:
            raise ValueError(
                f"side must be a multiple of 2**levels={2**levels}, got {side}; choose "
                "fewer levels, or a power of two as the side"
            )
        return levels, side


def wavelet_subbands(grey: Floats, wavelet: str, levels: int) -> list[Floats]:
    """Decompose a picture that repeats itself beyond its borders.

    Parameters
    ----------
    grey : array of float32, shape (height, width)
        ``2**levels`` must divide both sides.
    wavelet : {"haar", "db2", "db4"}
        Of Daubechies.
    levels : int
        How often the approximation is decomposed.

    Returns
    -------
    list of array of float32
        The approximation; then horizontal, vertical and diagonal details, from the
        coarsest level to the finest.

    Examples
    --------
    >>> steps = np.array([[1, 2], [3, 5]], np.float32)
    >>> [round(float(band[0, 0]), 4) for band in wavelet_subbands(steps, "haar", 1)]
    [5.5, -2.5, -1.5, 0.5]
    """
    low = np.array(_FILTERS[wavelet], np.float32)[::-1]
    n = len(low)
    # The alternating flip, in the order in which OpenCV correlates.
    high = (low[::-1] * (-1) ** np.arange(n)).astype(np.float32)
    before, after = n // 2 - 1, n // 2
    bands: list[Floats] = []
    for _ in range(levels):
        height, width = grey.shape
        # A picture may be shorter than the filter, which copyMakeBorder forbids.
        padded = np.pad(grey, (before, after), mode="wrap")
        details = []
        for vertical, horizontal in (
            (low, low),
            (high, low),
            (low, high),
            (high, high),
        ):
            found = cv2.sepFilter2D(
                padded, cv2.CV_32F, horizontal, vertical, anchor=(0, 0)
            )
            details.append(found[:height:2, :width:2])
        grey = np.ascontiguousarray(details[0])
        bands = [np.ascontiguousarray(band) for band in details[1:]] + bands
    return [grey, *bands]
