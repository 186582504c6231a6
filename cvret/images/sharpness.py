"""How sharp a picture is, to tell the better of two copies."""

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_image
from cvret._opencv import cv2

__all__ = ["sharpness"]


def sharpness(image: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian of the grey picture.

    Blur lowers it, and so does enlarging; noise raises it. It compares copies of one
    picture at one size, not different pictures.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.

    Returns
    -------
    float
        0 for one color; a thousand or so for a sharp photograph.

    References
    ----------
    Pech-Pacheco, Cristóbal, Chamorro-Martínez and Fernández-Valdivia, "Diatom
    autofocusing in brightfield microscopy: a comparative study", ICPR 2000.

    Examples
    --------
    A white point on black: 255 in the four pixels next to it, -1020 in its place.

    >>> image = np.zeros((5, 5, 3), np.uint8)
    >>> image[2, 2] = 255
    >>> sharpness(image) == (4 * 255**2 + 1020**2) / 25
    True
    """
    check_image(image)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    edges = cv2.Laplacian(grey, cv2.CV_16S)
    _, deviation = cv2.meanStdDev(edges)
    return float(round(float(deviation[0, 0]) ** 2, 6))
