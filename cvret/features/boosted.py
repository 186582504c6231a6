"""Binary descriptors learned by boosting, BEBLID and TEBLID, by OpenCV."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count, check_image
from cvret._opencv import create_feature, cv2
from cvret._parameters import Parameters
from cvret.features.brisk import make_brisk
from cvret.features.detecting import OVERSAMPLED, detect, make_orb, nothing
from cvret.records import LocalFeatures

__all__ = ["BEBLID", "TEBLID"]

# How far the sampling window reaches, by whose keypoints they are: OpenCV's figures.
_SCALES = {"orb": 1.0, "brisk": 5.0, "kaze": 6.25, "sift": 6.75}
_LEAST = 64  # pixels of a side; each detector finds nothing, or fails, in much less


class _Boosted(Parameters):
    """Keypoints of a detector, each with a string of bits learned by boosting."""

    binary = True
    _codes: dict[int, int]  # number of bits -> how OpenCV's constructor names it

    def __init__(
        self,
        max_keypoints: int = 1000,
        *,
        n_bits: int = 256,
        detector: str = "orb",
        upright: bool = False,
    ):
        self.max_keypoints = max_keypoints
        self.n_bits = n_bits
        self.detector = detector
        self.upright = upright

    @property
    def support(self) -> float:
        """Diameter that a descriptor sees, in sizes of its keypoint."""
        return 1.5 * _SCALES.get(self.detector, 1.0)

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Find keypoints and describe them.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            `descriptors` uint8, shape (n, n_bits / 8), n at most `max_keypoints`; 0
            where a side is less than 64 pixels.

        Raises
        ------
        MissingExtraError
            If this build of OpenCV has no such descriptor.
        """
        check_image(image)
        most = check_count("max_keypoints", self.max_keypoints)
        check_choice("detector", self.detector, tuple(_SCALES))
        if self.n_bits not in self._codes:
            raise ValueError(f"n_bits must be 256 or 512, got {self.n_bits!r}")
        describer = create_feature(
            type(self).__name__, _SCALES[self.detector], self._codes[self.n_bits]
        )
        d = self.n_bits // 8
        height, width = image.shape[:2]
        if min(height, width) < _LEAST:
            return nothing(d, np.uint8, width, height)
        return detect(
            self._make_detector(most),
            image,
            d=d,
            dtype=np.uint8,
            most=most,
            upright=self.upright,
            describer=describer,
        )

    def _make_detector(self, most: int) -> Any:
        if self.detector == "orb":
            return make_orb(most)
        if self.detector == "sift":
            return cv2.SIFT_create(nfeatures=round(OVERSAMPLED * most))
        return make_brisk() if self.detector == "brisk" else create_feature("KAZE")


class BEBLID(_Boosted):
    """Boosted binary descriptors of 256 or 512 bits on the keypoints of a detector.

    Each bit compares the mean grey of two boxes in the keypoint's patch; boosting
    chose which. About as fast as ORB's; the paper reports better matches.

    Parameters
    ----------
    max_keypoints : int
        At most so many are kept, balanced over the picture as for `SIFT`.
    n_bits : int
        256 or 512.
    detector : str
        Whose keypoints: "orb", "brisk", "kaze" or "sift", with OpenCV's defaults.
    upright : bool
        Give every keypoint the angle 0 and describe it so, as for `SIFT`.

    References
    ----------
    Suárez, Sfeir, Buenaposada and Baumela, "BEBLID: boosted efficient binary local
    image descriptor", Pattern Recognition Letters 133, 2020.

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    >>> BEBLID(max_keypoints=20, n_bits=512).extract(image).descriptors.shape
    (20, 64)
    """

    _codes = {512: 100, 256: 101}


class TEBLID(_Boosted):
    """Binary descriptors of 256 or 512 bits that were boosted on triplets.

    They are made as `BEBLID`'s, and were learned with hard negatives.

    Parameters
    ----------
    max_keypoints : int
        At most so many are kept, balanced over the picture as for `SIFT`.
    n_bits : int
        256 or 512.
    detector : str
        Whose keypoints: "orb", "brisk", "kaze" or "sift", with OpenCV's defaults.
    upright : bool
        Give every keypoint the angle 0 and describe it so, as for `SIFT`.

    References
    ----------
    Suárez, Buenaposada and Baumela, "Revisiting binary local image description for
    resource limited devices", IEEE Robotics and Automation Letters 6(4), 2021.

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    >>> TEBLID(max_keypoints=20).extract(image).descriptors.shape
    (20, 32)
    """

    _codes = {256: 102, 512: 103}
