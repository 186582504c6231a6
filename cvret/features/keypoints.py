"""Keypoints with descriptors: SIFT and ORB, by OpenCV."""

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number
from cvret._opencv import cv2
from cvret._parameters import Parameters
from cvret.errors import MissingExtraError
from cvret.features.detecting import OVERSAMPLED, detect, make_orb, nothing
from cvret.records import LocalFeatures

__all__ = ["ORB", "SIFT", "SURF", "root_sift"]

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
    upright : bool
        Give every keypoint the angle 0 and describe it so. It pays where all
        photographs were held upright: what differs by a turn alone no longer matches
        falsely, and a place is described once, not once for each of its orientations.
        Lost are matches between pictures turned by more than some 15 degrees.
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
    support = 8.5  # diameter that a descriptor sees, in sizes of its keypoint

    def __init__(
        self,
        max_keypoints: int = 1000,
        *,
        root: bool = True,
        upright: bool = False,
        contrast_threshold: float = 0.04,
        edge_threshold: float = 10.0,
        sigma: float = 1.6,
    ):
        self.max_keypoints = max_keypoints
        self.root = root
        self.upright = upright
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
            nfeatures=round(OVERSAMPLED * most),
            contrastThreshold=check_number(
                "contrast_threshold", self.contrast_threshold, least=0
            ),
            edgeThreshold=check_number("edge_threshold", self.edge_threshold, least=0),
            sigma=check_number("sigma", self.sigma, least=0.1),
        )
        found = detect(
            detector, image, d=128, dtype=np.float32, most=most, upright=self.upright
        )
        if not self.root:
            return found
        root = root_sift(found.descriptors)
        return LocalFeatures(found.keypoints, root, found.width, found.height)


class ORB(Parameters):
    """Oriented FAST keypoints with rotated BRIEF descriptors, 256 bits each.

    Ten times faster than SIFT; invariant to rotation, and to scale by a pyramid.

    Parameters
    ----------
    max_keypoints : int
        At most so many are kept, balanced over the picture as for `SIFT`.
    upright : bool
        Give every keypoint the angle 0 and describe it so, as for `SIFT`.
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
    support = 1.5  # diameter that a descriptor sees, in sizes of its keypoint

    def __init__(
        self,
        max_keypoints: int = 1000,
        *,
        upright: bool = False,
        scale_factor: float = 1.2,
        n_levels: int = 8,
        fast_threshold: int = 20,
    ):
        self.max_keypoints = max_keypoints
        self.upright = upright
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
            return nothing(32, np.uint8, width, height)
        factor = check_number("scale_factor", self.scale_factor, least=1.001)
        # OpenCV fails on levels with nothing left of the picture.
        most_levels = 1 + int(np.log(min(height, width) / 4) / np.log(factor))
        detector = make_orb(
            most,
            scaleFactor=factor,
            nlevels=min(check_count("n_levels", self.n_levels), most_levels),
            fastThreshold=check_count("fast_threshold", self.fast_threshold),
        )
        return detect(
            detector, image, d=32, dtype=np.uint8, most=most, upright=self.upright
        )


class SURF:
    """Not there: SURF is patented, and left out of OpenCV's wheels."""

    def __init__(self, *_: Any, **__: Any) -> NoReturn:
        raise MissingExtraError(
            "SURF is not in OpenCV's wheels, which exclude what was patented; use "
            "cvret.SIFT (as good or better, free since 2020) or cvret.ORB (faster)"
        )


def root_sift(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the square root of each L1-normalized row; a row of zeros stays one.

    Examples
    --------
    >>> root_sift(np.array([[9, 16, 0]], np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929, 0.0]]
    """
    sums = np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-12)
    root: NDArray[np.float32] = np.sqrt(descriptors / sums)
    return root
