"""Keypoints in a nonlinear scale space: KAZE and its fast form AKAZE, by OpenCV."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number
from cvret._opencv import create_feature
from cvret._parameters import Parameters
from cvret.features.detecting import detect, nothing
from cvret.records import LocalFeatures

__all__ = ["AKAZE", "KAZE"]

_AKAZE_LEAST = 32  # pixels of a side below which AKAZE finds nothing anyway
_MLDB_UPRIGHT, _MLDB = 4, 5  # AKAZE's descriptors, as OpenCV numbers them


class AKAZE(Parameters):
    """Keypoints of an accelerated nonlinear scale space, with 486 bits each (M-LDB).

    Its scale space keeps edges where SIFT's blurs them. Invariant to rotation and
    scale; between ORB and SIFT in time and in how well it matches.

    Parameters
    ----------
    max_keypoints : int
        At most so many are kept, balanced over the picture as for `SIFT`.
    upright : bool
        Give every keypoint the angle 0 and describe it so, as for `SIFT`.
    threshold : float
        Of the determinant of the Hessian; a lower one finds more.
    n_octaves, n_octave_layers : int
        Of the scale space.

    Notes
    -----
    Descriptors are not always the same bit for bit in two major versions of OpenCV
    (4.14 and 5.0 differ), so an index with an AKAZE field is opened only by the major
    version that made it.

    References
    ----------
    Alcantarilla, Nuevo and Bartoli, "Fast explicit diffusion for accelerated features
    in nonlinear scale spaces", BMVC 2013.

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    >>> features = AKAZE(max_keypoints=20).extract(image)
    >>> features.descriptors.shape[1], str(features.descriptors.dtype)
    (61, 'uint8')
    """

    binary = True
    support = 14.2  # diameter that a descriptor sees, in sizes of its keypoint
    opencv_major_matters = True

    def __init__(
        self,
        max_keypoints: int = 1000,
        *,
        upright: bool = False,
        threshold: float = 0.001,
        n_octaves: int = 4,
        n_octave_layers: int = 4,
    ):
        self.max_keypoints = max_keypoints
        self.upright = upright
        self.threshold = threshold
        self.n_octaves = n_octaves
        self.n_octave_layers = n_octave_layers

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Find keypoints and describe them.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            `descriptors` uint8, shape (n, 61), n at most `max_keypoints`; 0 where a
            side is less than about 60 pixels.
        """
        check_image(image)
        detector = create_feature(
            "AKAZE",
            descriptor_type=_MLDB_UPRIGHT if self.upright else _MLDB,
            **_scale_space(self),
        )
        most = check_count("max_keypoints", self.max_keypoints)
        height, width = image.shape[:2]
        if min(height, width) < _AKAZE_LEAST:  # one row makes OpenCV 5 break memory
            return nothing(61, np.uint8, width, height)
        found = detect(detector, image, d=61, dtype=np.uint8, most=most)
        if self.upright:  # its descriptors are, its angles are not
            found.keypoints[:, 3] = 0
        return found


class KAZE(Parameters):
    """Keypoints of a nonlinear scale space, with 64 (or 128) numbers each (M-SURF).

    Slower than SIFT, and worth it where edges matter more than blobs. Invariant to
    rotation and scale.

    Parameters
    ----------
    max_keypoints : int
        At most so many are kept, balanced over the picture as for `SIFT`.
    upright : bool
        Give every keypoint the angle 0 and describe it so, as for `SIFT`.
    extended : bool
        Describe by 128 numbers instead of 64.
    threshold : float
        Of the determinant of the Hessian; a lower one finds more.
    n_octaves, n_octave_layers : int
        Of the scale space.

    References
    ----------
    Alcantarilla, Bartoli and Davison, "KAZE features", ECCV 2012.

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    >>> features = KAZE(max_keypoints=20).extract(image)
    >>> features.descriptors.shape[1], str(features.descriptors.dtype)
    (64, 'float32')
    """

    binary = False
    support = 17.0  # diameter that a descriptor sees, in sizes of its keypoint

    def __init__(
        self,
        max_keypoints: int = 1000,
        *,
        upright: bool = False,
        extended: bool = False,
        threshold: float = 0.001,
        n_octaves: int = 4,
        n_octave_layers: int = 4,
    ):
        self.max_keypoints = max_keypoints
        self.upright = upright
        self.extended = extended
        self.threshold = threshold
        self.n_octaves = n_octaves
        self.n_octave_layers = n_octave_layers

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Find keypoints and describe them.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            `descriptors` float32, shape (n, 64) or (n, 128), of length 1, n at most
            `max_keypoints`.
        """
        check_image(image)
        detector = create_feature(
            "KAZE",
            extended=bool(self.extended),
            upright=bool(self.upright),
            **_scale_space(self),
        )
        return detect(
            detector,
            image,
            d=128 if self.extended else 64,
            dtype=np.float32,
            most=check_count("max_keypoints", self.max_keypoints),
        )


def _scale_space(part: AKAZE | KAZE) -> dict[str, Any]:
    """The arguments that OpenCV's two share."""
    return {
        "threshold": check_number("threshold", part.threshold, least=0),
        "nOctaves": check_count("n_octaves", part.n_octaves),
        "nOctaveLayers": check_count("n_octave_layers", part.n_octave_layers),
    }
