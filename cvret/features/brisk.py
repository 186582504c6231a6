"""BRISK keypoints, by OpenCV."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number
from cvret._opencv import create_feature
from cvret._parameters import Parameters
from cvret.features.detecting import detect, nothing
from cvret.records import LocalFeatures

__all__ = ["BRISK"]

_LEAST = 16  # pixels of a side below which BRISK finds nothing
_RADII = (0, 2.9, 4.9, 7.4, 10.8)  # of its rings of samples, as in the paper
_SAMPLES = (1, 10, 14, 15, 20)  # on each ring


class BRISK(Parameters):
    """AGAST corners in a scale space, with 512 bits each from a ring of samples.

    Invariant to rotation and scale; slower than ORB, with finer scales.

    Parameters
    ----------
    max_keypoints : int
        At most so many are kept, balanced over the picture as for `SIFT`.
    upright : bool
        Give every keypoint the angle 0 and describe it so, as for `SIFT`.
    threshold : int
        Of the corner score, in grey levels; a lower one finds more.
    n_octaves : int
        Of the scale space; 0 for one scale alone.
    pattern_scale : float
        Stretches the ring of samples.

    References
    ----------
    Leutenegger, Chli and Siegwart, "BRISK: binary robust invariant scalable
    keypoints", ICCV 2011.

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    >>> features = BRISK(max_keypoints=20).extract(image)
    >>> features.descriptors.shape, str(features.descriptors.dtype)
    ((20, 64), 'uint8')
    """

    binary = True

    @property
    def support(self) -> float:
        """Diameter that a descriptor sees, in sizes of its keypoint."""
        return 2.2 * self.pattern_scale

    def __init__(
        self,
        max_keypoints: int = 1000,
        *,
        upright: bool = False,
        threshold: int = 30,
        n_octaves: int = 3,
        pattern_scale: float = 1.0,
    ):
        self.max_keypoints = max_keypoints
        self.upright = upright
        self.threshold = threshold
        self.n_octaves = n_octaves
        self.pattern_scale = pattern_scale

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Find keypoints and describe them.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            `descriptors` uint8, shape (n, 64), n at most `max_keypoints`; 0 where a
            side is less than about 30 pixels.
        """
        check_image(image)
        most = check_count("max_keypoints", self.max_keypoints)
        octaves = check_count("n_octaves", self.n_octaves, least=0)
        threshold = check_number("threshold", self.threshold, least=1, most=255)
        scale = check_number("pattern_scale", self.pattern_scale, least=0.1)
        height, width = image.shape[:2]
        if min(height, width) < _LEAST:  # OpenCV fails on some of these
            return nothing(64, np.uint8, width, height)
        # An octave that shrinks the picture to nothing is an error of OpenCV's.
        octaves = min(octaves, min(height, width).bit_length() - 2)
        detector = make_brisk(int(threshold), octaves, scale, bool(self.upright))
        return detect(detector, image, d=64, dtype=np.uint8, most=most)


@lru_cache(maxsize=16)
def make_brisk(
    threshold: int = 30,
    n_octaves: int = 3,
    pattern_scale: float = 1.0,
    upright: bool = False,
) -> Any:
    """Make OpenCV's detector; its table of samples takes longer than a picture.

    OpenCV always computes the orientation, from the pairs of samples that lie far
    apart. Where no pair counts as far apart, it is 0.
    """
    return create_feature(
        "BRISK",
        threshold,
        n_octaves,
        [radius * 0.85 * pattern_scale for radius in _RADII],
        _SAMPLES,
        5.85 * pattern_scale,
        1e6 if upright else 8.2 * pattern_scale,
    )
