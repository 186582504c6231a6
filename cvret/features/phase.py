"""Texture of a whole image by local phase, which blur does not change."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_flag, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer

__all__ = ["LocalPhaseQuantization", "phase_codes"]

Floats = NDArray[np.float32]

_CORRELATION = 0.9  # of neighboring pixels, as the paper assumes
# Which filters of one axis go down and across: 0 even, 1 cosine, 2 sine.
_PAIRS = ((0, 1), (0, 2), (1, 0), (2, 0), (1, 1), (2, 2), (1, 2), (2, 1))
_PIXELS = 1 << 18  # at a time, which bounds the memory
_WIDEST = 51  # pixels of a window, all pairs of which have a correlation
_EVEN = 1e-6  # share of the greatest response that is nothing but rounding


class LocalPhaseQuantization(DescriptorTransformer):
    """Histogram of the signs of local Fourier coefficients.

    In the window around each pixel, four of the lowest frequencies are computed; the
    signs of their real and imaginary parts make a code of eight bits. Compared by
    chi-square. Not changed by blur that is the same in all directions, nor by linear
    changes of brightness; changed by rotation.

    Parameters
    ----------
    window : int
        Side of the window in pixels: odd, 3 to 51.
    decorrelated : bool
        Whether the eight parts are made independent first, for pixels whose
        correlation is 0.9 to the power of their distance.

    Notes
    -----
    As in the authors' program with a uniform window, where all of the window lies in
    the picture; a smaller picture is mirrored outward to the size of the window. Signs
    of the directions, which are arbitrary, are fixed here, so that bits may be turned
    against another program's. A part of even area is 0 in all bits.

    References
    ----------
    Ojansivu and Heikkilä, "Blur insensitive texture classification using local phase
    quantization", ICISP 2008.

    Examples
    --------
    >>> histogram = LocalPhaseQuantization().describe(np.zeros((9, 9, 3), np.uint8))
    >>> histogram.shape, float(histogram[0])
    ((256,), 1.0)
    """

    metric = "chi2"

    def __init__(self, window: int = 7, decorrelated: bool = True):
        self.window = window
        self.decorrelated = decorrelated

    def describe(self, image: NDArray[np.uint8]) -> Floats:
        """Give the histogram of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (256,)
            Shares of the codes; the sum is 1.
        """
        check_image(image)
        window, decorrelated = self._check()
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        height, width = grey.shape
        down, right = max(window - height, 0), max(window - width, 0)
        if down or right:
            grey = cv2.copyMakeBorder(
                grey,
                down // 2,
                down - down // 2,
                right // 2,
                right - right // 2,
                cv2.BORDER_REFLECT,
            )
        counts = np.zeros(256, np.int64)
        rows = max(_PIXELS // grey.shape[1], 1)
        for top in range(0, len(grey) - window + 1, rows):
            strip = grey[top : top + rows + window - 1]
            codes = phase_codes(strip, window, decorrelated=decorrelated)
            counts += np.bincount(codes.ravel(), minlength=256)
        shares: NDArray[np.float64] = counts / counts.sum()
        return shares.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``code0`` ... ``code255``."""
        return np.array([f"code{n}" for n in range(256)], dtype=object)

    def _check(self) -> tuple[int, bool]:
        window = check_count("window", self.window, least=3, most=_WIDEST)
        if window % 2 == 0:
            raise ValueError(f"window must be odd, got {window}")
        return window, check_flag("decorrelated", self.decorrelated)


def phase_codes(
    grey: NDArray[np.uint8], window: int = 7, *, decorrelated: bool = True
) -> NDArray[np.uint8]:
    """Give the code of the window around each pixel.

    Parameters
    ----------
    grey : array of uint8, shape (height, width)
        Both sides have at least `window` pixels.
    window : int
        Side of the window in pixels, odd.
    decorrelated : bool
        Whether the eight parts are made independent first.

    Returns
    -------
    array of uint8, shape (height - window + 1, width - window + 1)
        Bit ``i``, counted from the lowest, is set where part ``i`` is above 0.
    """
    axis, mixing = _filters(window, decorrelated)
    margin = window // 2
    shape = (grey.shape[0] - 2 * margin, grey.shape[1] - 2 * margin)
    parts = np.empty((8, *shape), np.float32)
    for part, (down, across) in zip(parts, _PAIRS, strict=True):
        found = cv2.sepFilter2D(grey, cv2.CV_32F, axis[across], axis[down])
        part[:] = found[margin:-margin, margin:-margin]
    mixed = (mixing @ parts.reshape(8, -1)).reshape(parts.shape)
    least = _EVEN * 255 * window**2
    codes = np.zeros(shape, np.uint8)
    for bit, part in enumerate(mixed):
        codes |= (part > least).view(np.uint8) << np.uint8(bit)
    return codes


@cache
def _filters(window: int, decorrelated: bool) -> tuple[Floats, Floats]:
    """The three filters of one axis, and what mixes their eight products."""
    x = 2 * np.pi * (np.arange(window) - window // 2) / window
    axis = np.array([np.ones(window), np.cos(x), np.sin(x)])
    # Real and imaginary parts at (0, a), (a, 0), (a, a) and (a, -a), from products of
    # the filter down and the filter across.
    mixing = np.zeros((8, 8))
    mixing[[0, 1, 2, 3], [0, 1, 2, 3]] = 1
    mixing[4, [4, 5]] = 1, -1
    mixing[5, [6, 7]] = 1, 1
    mixing[6, [4, 5]] = 1, 1
    mixing[7, [6, 7]] = -1, 1
    if decorrelated:
        products = [
            np.outer(axis[down], axis[across]).ravel() for down, across in _PAIRS
        ]
        masks = mixing @ np.array(products)
        mixing = _decorrelating(masks, window) @ mixing
    return axis.astype(np.float32), mixing.astype(np.float32)


def _decorrelating(masks: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """The directions in which the responses to `masks` are independent, as rows."""
    y, x = np.divmod(np.arange(window**2), window)
    apart = np.hypot(y[:, None] - y, x[:, None] - x)
    covariance = masks @ _CORRELATION**apart @ masks.T
    # Unequal by little, so that equal variances have their own directions.
    weights = 1 + 1e-6 * np.arange(7, -1, -1)
    weighted = weights[:, None] * covariance * weights
    directions = np.linalg.eigh(weighted)[1].T[::-1]
    greatest = np.abs(directions).argmax(axis=1)
    signs: NDArray[np.float64] = np.sign(directions[np.arange(8), greatest])
    return directions * signs[:, None]
