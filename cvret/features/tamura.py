"""Texture of a whole image as people describe it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import shrink

__all__ = ["Tamura"]

Floats = NDArray[np.float32]

_SCALES = 5  # windows up to 2**5 pixels wide
_EDGE = 12  # least strength of an edge that has a direction
_DIRECTIONS = 16


class Tamura(DescriptorTransformer):
    """Coarseness, contrast and directions of Tamura, Mori and Yamawaki.

    The picture is made smaller where its longer side has more than `side` pixels.
    Coarseness is the mean, over the pixels, of the window (1 to 32 pixels wide) whose
    mean differs most from its neighbor's; contrast the standard deviation over the
    fourth root of the kurtosis; directions a histogram of the gradients that are at
    least 12 strong. Compared by L1. Not changed by brightness; mirroring and turns by
    90 degrees change little but the directions.

    Parameters
    ----------
    side : int
        Pixels that the longer side has at most, at least 16.

    Notes
    -----
    The parts, and their order, are those of LIRE. The formulas are the paper's, where
    LIRE's differ: its windows are 1, 4 and 16 pixels wide, its kurtosis is not divided
    by the number of pixels, even areas count as a direction, and only the directions
    are compared. Outside of the picture it is mirrored.

    References
    ----------
    Tamura, Mori and Yamawaki, "Textural features corresponding to visual perception",
    IEEE Transactions on Systems, Man, and Cybernetics 8(6), 1978.

    Examples
    --------
    Half black, half white: kurtosis 1, so contrast is all of the standard deviation,
    which is half of the range; one vertical edge, whose gradient lies at 0 degrees, in
    the middle of the sixteen bins.

    >>> image = np.zeros((8, 8, 3), np.uint8)
    >>> image[:, 4:] = 255
    >>> vector = Tamura().describe(image)
    >>> vector.shape, float(vector[1]), vector[2:].nonzero()[0].tolist()
    ((18,), 1.0, [8])
    """

    metric = "l1"

    def __init__(self, side: int = 256):
        self.side = side

    def describe(self, image: NDArray[np.uint8]) -> Floats:
        """Give the three features of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (18,)
            Coarseness over 32, from 0 to 1; contrast over 127.5, from 0 to 1; and the
            shares of sixteen directions of the gradient, from -90 degrees to 90, whose
            sum is 1, or 0 where there is no edge.
        """
        check_image(image)
        side = check_count("side", self.side, least=16)
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        grey = shrink(grey, side)
        return np.concatenate(
            [
                [_coarseness(grey) / 2**_SCALES, _contrast(grey) / 127.5],
                _directions(grey),
            ]
        ).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``coarseness``, ``contrast``, ``direction0`` ... ``direction15``."""
        directions = [f"direction{n}" for n in range(_DIRECTIONS)]
        return np.array(["coarseness", "contrast", *directions], dtype=object)


def _coarseness(grey: NDArray[np.uint8]) -> float:
    """Mean of the best window of each pixel; where none differs, of 1."""
    height, width = grey.shape
    margin = 2**_SCALES
    padded = cv2.copyMakeBorder(
        grey, margin, margin, margin, margin, cv2.BORDER_REFLECT
    )
    strongest = np.zeros((height, width), np.float32)
    best = np.ones((height, width), np.float32)
    for k in range(_SCALES + 1):
        # Each mean stands where its window begins.
        wide = 2**k
        means = cv2.boxFilter(padded, cv2.CV_32F, (wide, wide), anchor=(0, 0))
        middle = margin - wide // 2
        rows, columns = means[middle:][:height], means[:, middle:][:, :width]
        difference = cv2.max(
            cv2.absdiff(
                rows[:, margin:][:, :width], rows[:, margin - wide :][:, :width]
            ),
            cv2.absdiff(columns[margin:][:height], columns[margin - wide :][:height]),
        )
        np.copyto(best, wide, where=difference > strongest)
        cv2.max(strongest, difference, strongest)
    return float(best.mean(dtype=np.float64))


def _contrast(grey: NDArray[np.uint8]) -> float:
    """Standard deviation over the fourth root of the kurtosis."""
    counts = np.bincount(grey.ravel(), minlength=256) / grey.size
    levels = np.arange(256)
    away = levels - counts @ levels
    variance = float(counts @ away**2)
    if variance == 0:
        return 0.0
    kurtosis = float(counts @ away**4) / variance**2
    return float(np.sqrt(variance) / kurtosis**0.25)


def _directions(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Shares of the directions of strong gradients, by Prewitt's masks."""
    smooth, slope = np.ones(3, np.float32), np.array([-1, 0, 1], np.float32)
    masks = {"ddepth": cv2.CV_32F, "borderType": cv2.BORDER_REFLECT}
    across = cv2.sepFilter2D(grey, kernelX=slope, kernelY=smooth, **masks)
    down = cv2.sepFilter2D(grey, kernelX=smooth, kernelY=slope, **masks)
    strong = np.abs(across) + np.abs(down) >= 2 * _EDGE
    across, down = across[strong], down[strong]
    # Turned by 180 degrees, a gradient is the same edge; 90 degrees is -90.
    angles = np.arctan2(down, across) / np.float32(np.pi) + np.float32(0.5)
    bins = np.floor(angles * _DIRECTIONS).astype(np.intp) % _DIRECTIONS
    counts = np.bincount(bins, minlength=_DIRECTIONS)
    shares: NDArray[np.float64] = counts / max(len(bins), 1)
    return shares
