"""Patches of an image, each described by any whole-image descriptor."""

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_part
from cvret._parameters import Parameters
from cvret.protocols import Descriptor
from cvret.records import LocalFeatures

__all__ = ["Patches"]


class Patches(Parameters):
    """Local features from a whole-image descriptor, on a grid of patches.

    With it, color histograms and texture descriptors become visual words exactly as
    keypoints do: ``BagOfWords(Patches(HSVHistogram(), size=48, step=24))``.

    Parameters
    ----------
    descriptor : Descriptor
        Applied to each patch. Where its metric is "hellinger" the square root of its
        vectors is taken, so that the Euclidean distance of K-means means the same.
    size : int
        Side of a patch, in pixels. A picture that is smaller is one patch.
    step : int
        Between two patches, in pixels.

    References
    ----------
    Fei-Fei and Perona, "A Bayesian hierarchical model for learning natural scene
    categories", CVPR 2005 (words on a grid).

    Examples
    --------
    >>> from cvret.features.color import HSVHistogram
    >>> image = np.zeros((96, 120, 3), np.uint8)
    >>> patches = Patches(HSVHistogram(bins=(8, 3, 3)), size=48, step=24)
    >>> features = patches.extract(image)
    >>> features.keypoints[:2].tolist()
    [[24.0, 24.0, 48.0, 0.0], [48.0, 24.0, 48.0, 0.0]]
    >>> features.descriptors.shape  # 3 rows of 4 patches
    (12, 72)
    """

    binary = False

    def __init__(self, descriptor: Descriptor, size: int = 48, step: int = 24):
        self.descriptor = descriptor
        self.size = size
        self.step = step

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Describe each patch of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            Keypoints are the centers of the patches, row by row, their size that of
            the patch, their angle 0; `descriptors` float32, shape (n, d).
        """
        check_image(image)
        check_part("descriptor", self.descriptor, "describe", "HSVHistogram()")
        size, step = check_count("size", self.size), check_count("step", self.step)
        height, width = image.shape[:2]
        corners = [
            (x, y)
            for y in range(0, max(1, height - size + 1), step)
            for x in range(0, max(1, width - size + 1), step)
        ]
        patches = (
            np.ascontiguousarray(image[y : y + size, x : x + size]) for x, y in corners
        )
        vectors = np.stack([self.descriptor.describe(patch) for patch in patches])
        if self.descriptor.metric == "hellinger":
            vectors = np.sqrt(vectors)
        half = np.minimum([width, height], size) / 2
        keypoints = np.zeros((len(corners), 4), np.float32)
        keypoints[:, :2] = np.array(corners) + half
        keypoints[:, 2] = size
        return LocalFeatures(keypoints, vectors.astype(np.float32), width, height)
