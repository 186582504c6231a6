"""Keypoints with descriptors: SIFT and ORB, by OpenCV."""

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number
from cvret._opencv import cv2
from cvret._parameters import Parameters
from cvret.errors import MissingExtraError
from cvret.records import LocalFeatures

__all__ = ["ORB", "SIFT", "SURF", "balance"]

_OVERSAMPLED = 1.5  # keypoints found for each one kept, so that balance has a choice
_GRID = 8  # cells a side
_ORB_MARGIN = 31  # pixels at each border in which ORB finds nothing


class SIFT(Parameters):
    """Scale-invariant keypoints and their gradient histograms (RootSIFT by default).

    Invariant to translation, rotation, scale and, by normalization, to linear changes
    of brightness; robust to viewpoints up to some 40 degrees.

    Parameters
    ----------
    max_keypoints : int
        At most so many are kept: the strongest, but so that each cell of an
        8 x 8 grid keeps its fair share before any cell gets more.
    root : bool
        Take RootSIFT, the square root of the L1-normalized descriptor, so that
        Euclidean distance becomes Hellinger distance. Otherwise plain SIFT, 0 to 255.
    contrast_threshold, edge_threshold, sigma : float
        As in ``cv2.SIFT_create``; a lower contrast threshold finds more.

    References
    ----------
    Lowe, "Distinctive image features from scale-invariant keypoints", International
    Journal of Computer Vision 60(2), 2004. Arandjelović and Zisserman, "Three things
    everyone should know to improve object retrieval", CVPR 2012 (RootSIFT).

    Examples
    --------
    >>> from pathlib import Path
    >>> import skimage
    >>> from cvret.images.reading import read_image
    >>> folder = Path(skimage.__file__).parent / "data"
    >>> features = SIFT(max_keypoints=300).extract(read_image(folder / "chelsea.png"))
    >>> features.keypoints.shape, features.descriptors.shape
    ((300, 4), (300, 128))
    >>> bool(np.allclose((features.descriptors**2).sum(axis=1), 1, atol=1e-5))
    True
    """

    binary = False

    def __init__(
        self,
        max_keypoints: int = 1000,
        *,
        root: bool = True,
        contrast_threshold: float = 0.04,
        edge_threshold: float = 10.0,
        sigma: float = 1.6,
    ):
        self.max_keypoints = max_keypoints
        self.root = root
        self.contrast_threshold = contrast_threshold
        self.edge_threshold = edge_threshold
        self.sigma = sigma

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Find keypoints and describe them.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            `descriptors` float32, shape (n, 128), n at most `max_keypoints`; 0
            where the picture is flat or smaller than about 12 pixels.
        """
        check_image(image)
        most = check_count("max_keypoints", self.max_keypoints)
        detector = cv2.SIFT_create(
            nfeatures=round(_OVERSAMPLED * most),
            contrastThreshold=check_number(
                "contrast_threshold", self.contrast_threshold, least=0
            ),
            edgeThreshold=check_number("edge_threshold", self.edge_threshold, least=0),
            sigma=check_number("sigma", self.sigma, least=0.1),
        )
        features = _detect(detector, image, 128, np.float32, most)
        if not self.root:
            return features
        descriptors = features.descriptors
        sums = np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-12)
        root = np.sqrt(descriptors / sums)
        return LocalFeatures(features.keypoints, root, features.width, features.height)


class ORB(Parameters):
    """Oriented FAST keypoints with rotated BRIEF descriptors, 256 bits each.

    Ten times faster than SIFT; invariant to rotation, and to scale by a pyramid.

    Parameters
    ----------
    max_keypoints : int
        At most so many are kept, balanced over the picture as for `SIFT`.
    scale_factor : float
        Between two levels of the pyramid, above 1.
    n_levels : int
        Of the pyramid.
    fast_threshold : int
        A lower one finds more.

    References
    ----------
    Rublee, Rabaud, Konolige and Bradski, "ORB: an efficient alternative to SIFT or
    SURF", ICCV 2011.

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    >>> features = ORB(max_keypoints=20).extract(image)
    >>> features.descriptors.shape, str(features.descriptors.dtype)
    ((20, 32), 'uint8')
    """

    binary = True

    def __init__(
        self,
        max_keypoints: int = 1000,
        *,
        scale_factor: float = 1.2,
        n_levels: int = 8,
        fast_threshold: int = 20,
    ):
        self.max_keypoints = max_keypoints
        self.scale_factor = scale_factor
        self.n_levels = n_levels
        self.fast_threshold = fast_threshold

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Find keypoints and describe them.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            `descriptors` uint8, shape (n, 32), n at most `max_keypoints`; 0 where a
            side is 62 pixels or less.
        """
        check_image(image)
        most = check_count("max_keypoints", self.max_keypoints)
        height, width = image.shape[:2]
        if min(height, width) <= 2 * _ORB_MARGIN:  # OpenCV fails on some of these
            return _nothing(32, np.uint8, width, height)
        detector = cv2.ORB_create(
            nfeatures=round(_OVERSAMPLED * most),
            scaleFactor=check_number("scale_factor", self.scale_factor, least=1.001),
            nlevels=check_count("n_levels", self.n_levels),
            fastThreshold=check_count("fast_threshold", self.fast_threshold),
        )
        return _detect(detector, image, 32, np.uint8, most)


class SURF:
    """Not there: SURF is patented, and left out of OpenCV's wheels."""

    def __init__(self, *_: Any, **__: Any) -> NoReturn:
        raise MissingExtraError(
            "SURF is not in OpenCV's wheels, which exclude what was patented; use "
            "cvret.SIFT (as good or better, free since 2020) or cvret.ORB (faster)"
        )


def balance(
    keypoints: NDArray[np.float32],
    responses: NDArray[np.float32],
    width: int,
    height: int,
    most: int,
) -> NDArray[np.intp]:
    """Choose the `most` strongest, each cell of a grid first getting its fair share.

    Parameters
    ----------
    keypoints : array of float32, shape (n, 4)
        x and y first, in pixels.
    responses : array of float32, shape (n,)
        Strength of each, higher is better.
    width, height : int
        Of the image, in pixels.
    most : int
        How many to keep.

    Returns
    -------
    array of int, shape (min(n, most),)
        Rows that are kept, ascending.

    Examples
    --------
    Three strong ones in a corner leave a place for the weak one far away.

    >>> keypoints = np.array([[1, 1], [2, 2], [3, 3], [90, 90]], np.float32)
    >>> balance(keypoints, np.array([9, 8, 7, 1], np.float32), 100, 100, most=3)
    array([0, 1, 3])
    """
    if len(keypoints) <= most:
        return np.arange(len(keypoints))
    columns = np.clip(keypoints[:, 0] * _GRID / width, 0, _GRID - 1).astype(np.intp)
    rows = np.clip(keypoints[:, 1] * _GRID / height, 0, _GRID - 1).astype(np.intp)
    cells = rows * _GRID + columns
    order = np.lexsort((-responses, cells))
    starts = np.flatnonzero(np.diff(cells[order], prepend=-1))
    place = np.arange(len(order))
    in_cell = np.empty(len(order), np.intp)
    in_cell[order] = place - np.repeat(starts, np.diff(starts, append=len(order)))
    share = max(1, most // _GRID**2)
    chosen = np.lexsort((-responses, in_cell >= share))[:most]
    return np.sort(chosen)


def _nothing(d: int, dtype: type, width: int, height: int) -> LocalFeatures:
    """No keypoints."""
    return LocalFeatures(
        np.empty((0, 4), np.float32), np.empty((0, d), dtype), width, height
    )


def _detect(
    detector: Any, image: NDArray[np.uint8], d: int, dtype: type, most: int
) -> LocalFeatures:
    """Run an OpenCV feature, and balance what it finds."""
    height, width = image.shape[:2]
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    found, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None or not len(found):
        return _nothing(d, dtype, width, height)
    n = len(found)
    keypoints = np.empty((n, 4), np.float32)
    keypoints[:, :2] = cv2.KeyPoint_convert(found)
    keypoints[:, 2] = np.fromiter((point.size for point in found), np.float32, n)
    keypoints[:, 3] = np.fromiter((point.angle for point in found), np.float32, n)
    responses = np.fromiter((point.response for point in found), np.float32, n)
    kept = balance(keypoints, responses, width, height, most)
    descriptors = descriptors[kept].astype(dtype, copy=False)
    return LocalFeatures(keypoints[kept], descriptors, width, height)
