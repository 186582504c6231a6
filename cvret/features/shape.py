"""Shape of what stands out in a picture: moments, and the outline."""

from functools import cache
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count, check_image
from cvret._opencv import cv2
from cvret.features.gradients import resized, shrunk
from cvret.features.transforming import DescriptorTransformer

__all__ = ["FourierDescriptors", "HuMoments", "ZernikeMoments"]

Grey = NDArray[np.uint8]

_SIDE = 512  # pixels that the longer side has at most before a shape is found
_WINDOW = 128  # side in pixels of the square that Zernike's disk fills
_POINTS = 256  # along an outline
_REGIONS = ("foreground", "grey")


class HuMoments(DescriptorTransformer):
    """Hu's seven moments of the foreground, or of the grey picture.

    Each moment h stands as ``sign(h) * log10(1 + 1e10 * abs(h))``, since they are of
    very different sizes. Compared by the sum of absolute differences. Invariant to
    shifts, scale and turns; mirroring changes the sign of the last moment alone.

    Parameters
    ----------
    region : str
        What has the shape: ``"foreground"``, the part that Otsu's threshold sets apart
        from what lies at the border, or ``"grey"``, all pixels by their brightness.

    Notes
    -----
    The moments equal those of ``cv2.HuMoments``. The usual ``-sign(h) * log10(abs(h))``
    jumps between far ends where a symmetric shape has a moment near 0; with the 1 it
    does not, and a moment of 0 stays 0. A longer side is reduced to 512 pixels.

    References
    ----------
    Hu, "Visual pattern recognition by moment invariants", IRE Transactions on
    Information Theory 8(2), 1962.

    Examples
    --------
    A large square's first moment is 1/6, and the others are 0.

    >>> image = np.zeros((128, 128, 3), np.uint8)
    >>> image[32:96, 32:96] = 255
    >>> vector = HuMoments().describe(image)
    >>> (10 ** vector[0] / 1e10).round(3), vector[1:].tolist()
    (np.float32(0.167), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    """

    metric = "l1"

    def __init__(self, region: str = "foreground"):
        self.region = region

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the moments of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (7,)
            About -16 to 16, which thin lines reach; all 0 where there is no
            foreground.
        """
        check_image(image)
        check_choice("region", self.region, _REGIONS)
        grey = shrunk(image, _SIDE)
        shape = foreground(grey) if self.region == "foreground" else grey
        moments = cv2.HuMoments(cv2.moments(shape, self.region == "foreground")).ravel()
        large: NDArray[np.float64] = np.log10(1 + 1e10 * np.abs(moments))
        signed: NDArray[np.float64] = np.sign(moments) * large
        return signed.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``hu1`` ... ``hu7``."""
        return np.array([f"hu{number}" for number in range(1, 8)], dtype=object)


class ZernikeMoments(DescriptorTransformer):
    """Magnitudes of the Zernike moments of the foreground, or of the grey picture.

    The foreground is laid into a disk about its center of mass that reaches its
    farthest pixel; the grey picture is resized to a square that holds the disk.
    Compared by the Euclidean distance. Invariant to turns and mirroring; with the
    foreground also to shifts and scale.

    Parameters
    ----------
    degree : int
        The highest, at most 20.
    region : str
        ``"foreground"``, the part that Otsu's threshold sets apart from what lies at
        the border, or ``"grey"``, all pixels by their brightness.

    Notes
    -----
    Equal to ``mahotas.features.zernike_moments(square, 64, degree, cm=(63.5, 63.5))``
    of the square of 128 x 128 pixels, in which the disk lies.

    References
    ----------
    Khotanzad and Hong, "Invariant image recognition by Zernike moments", IEEE
    Transactions on Pattern Analysis and Machine Intelligence 12(5), 1990.

    Examples
    --------
    A disk that fills the circle has the moment of degree 0, 1 / pi, and no other.

    >>> image = np.zeros((200, 200, 3), np.uint8)
    >>> image = cv2.circle(image, (100, 100), 80, (255, 255, 255), -1)
    >>> ZernikeMoments(degree=3).describe(image).astype(float).round(1).tolist()
    [0.3, 0.0, 0.0, 0.0, 0.0, 0.0]
    """

    metric = "l2"

    def __init__(self, degree: int = 8, region: str = "foreground"):
        self.degree = degree
        self.region = region

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the magnitudes of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n,)
            25 for degree 8: of each degree n from 0, those of repetition n - 2, n - 4
            ... that are not negative, the lowest first; in [0, (n + 1) / pi]. All 0
            where there is no foreground.
        """
        check_image(image)
        check_choice("region", self.region, _REGIONS)
        polynomials = zernike_polynomials(self._check_degree())
        if self.region == "foreground":
            square = in_disk(foreground(shrunk(image, _SIDE)))
        else:
            square = resized(image, _WINDOW)
        inside = square.ravel()[disk()].astype(np.float32)
        real, imaginary = polynomials @ (inside / max(inside.sum(), 1.0))
        magnitudes: NDArray[np.float32] = np.hypot(real, imaginary)
        return magnitudes

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``z0_0``, ``z1_1``, ``z2_0`` ...: degree and repetition."""
        pairs = degrees_and_repetitions(self._check_degree())
        return np.array([f"z{n}_{m}" for n, m in pairs], dtype=object)

    def _check_degree(self) -> int:
        return check_count("degree", self.degree, least=0, most=20)


class FourierDescriptors(DescriptorTransformer):
    """Fourier coefficients of the longest outline of the foreground.

    The outline is 256 complex numbers ``x + iy`` at equal steps. The magnitudes of its
    Fourier coefficients, over that of the first, tell its shape. Compared by the
    Euclidean distance. Invariant to shifts, scale, turns, mirroring and to where the
    outline starts.

    Parameters
    ----------
    harmonics : int
        How many frequencies of either sign, at most 127.

    Notes
    -----
    The foreground is the part that Otsu's threshold sets apart from what lies at the
    border; of its outlines the one around the largest area counts.

    References
    ----------
    Zahn and Roskies, "Fourier descriptors for plane closed curves", IEEE Transactions
    on Computers 21(3), 1972. Zhang and Lu, "A comparative study of curvature scale
    space and Fourier descriptors for shape-based image retrieval", Journal of Visual
    Communication and Image Representation 14(1), 2003.

    Examples
    --------
    A circle is its first harmonic alone.

    >>> image = np.zeros((200, 200, 3), np.uint8)
    >>> image = cv2.circle(image, (100, 100), 80, (255, 255, 255), -1)
    >>> FourierDescriptors(harmonics=2).describe(image).round(2).tolist()
    [0.0, 0.0, 0.0]
    """

    metric = "l2"

    def __init__(self, harmonics: int = 16):
        self.harmonics = harmonics

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the coefficients of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (2 * harmonics - 1,)
            From 0 to about 1, of the frequencies -1, 2, -2, 3, -3 ... (that of 1 is 1,
            and left out). All 0 where there is no outline.
        """
        check_image(image)
        frequencies = self._frequencies()
        points = outline(foreground(shrunk(image, _SIDE)))
        coefficients = np.abs(np.fft.fft(points[:, 0] + 1j * points[:, 1]))
        if coefficients[1] < 1e-9:
            return np.zeros(len(frequencies), np.float32)
        found: NDArray[np.float64] = coefficients[frequencies] / coefficients[1]
        return found.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``frequency-1``, ``frequency2``, ``frequency-2`` ..."""
        return np.array([f"frequency{f}" for f in self._frequencies()], dtype=object)

    def _frequencies(self) -> list[int]:
        harmonics = check_count("harmonics", self.harmonics, most=_POINTS // 2 - 1)
        return [sign * f for f in range(1, harmonics + 1) for sign in (1, -1)][1:]


def foreground(grey: Grey) -> Grey:
    """Give 255 where the part lies, of Otsu's two, that is less of the border."""
    bright: Grey
    _, bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    border = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    return 255 - bright if 2 * border.mean() > 255 else bright


def in_disk(mask: Grey) -> Grey:
    """Give a square whose inner circle just holds the foreground, about its center."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return np.zeros((_WINDOW, _WINDOW), np.uint8)
    x, y = columns.mean(), rows.mean()
    radius = np.sqrt(((columns - x) ** 2 + (rows - y) ** 2).max()) + 0.5
    step = 2 * radius / _WINDOW  # pixels of the picture that one of the square spans
    middle = (_WINDOW - 1) / 2
    inverse = np.array([[step, 0, x - step * middle], [0, step, y - step * middle]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    square: Grey = cv2.warpAffine(mask, inverse, (_WINDOW, _WINDOW), flags=flags)
    return square


def outline(mask: Grey) -> NDArray[np.float64]:
    """Give points at equal steps along the outline around the largest area."""
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    found, _ = cv2.findContours(padded, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return np.zeros((_POINTS, 2))
    points = max(found, key=cv2.contourArea).reshape(-1, 2).astype(np.float64)
    if cv2.contourArea(points.astype(np.float32), True) < 0:
        points = points[::-1]  # so that the first harmonic is the circle's
    closed = np.vstack([points, points[:1]])
    way = np.append(0, np.cumsum(np.hypot(*np.diff(closed, axis=0).T)))
    steps = np.arange(_POINTS) * way[-1] / _POINTS
    return np.column_stack([np.interp(steps, way, line) for line in closed.T])


def degrees_and_repetitions(degree: int) -> list[tuple[int, int]]:
    """Give the pairs (n, m) of the moments up to a degree, in their order."""
    return [(n, m) for n in range(degree + 1) for m in range(n % 2, n + 1, 2)]


@cache
def disk() -> NDArray[np.int64]:
    """Give the pixels of the square, counted row by row, that lie in its circle."""
    y, x = _from_center()
    return np.flatnonzero(np.hypot(x, y) <= 1)


@cache
def zernike_polynomials(degree: int) -> NDArray[np.float32]:
    """Give the polynomials over the disk, shape (2, n, pixels): real and imaginary."""
    y, x = (values.ravel()[disk()] for values in _from_center())
    distance, angle = np.hypot(x, y), np.arctan2(y, x)
    rows = []
    for n, m in degrees_and_repetitions(degree):
        radial = np.zeros_like(distance)
        for k in range((n - m) // 2 + 1):
            below = factorial(k) * factorial((n + m) // 2 - k)
            below *= factorial((n - m) // 2 - k)
            radial += (-1) ** k * factorial(n - k) / below * distance ** (n - 2 * k)
        rows.append((n + 1) / np.pi * radial * np.exp(-1j * m * angle))
    polynomials = np.array(rows)
    return np.stack([polynomials.real, polynomials.imag]).astype(np.float32)


def _from_center() -> NDArray[np.float64]:
    """Rows and columns of the square from its center, in radii of the disk."""
    return (np.mgrid[:_WINDOW, :_WINDOW] - (_WINDOW - 1) / 2) / (_WINDOW / 2)
