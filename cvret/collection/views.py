"""Pixels that fields compute on, and where they lie in the whole picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.images.reading import shrink
from cvret.protocols import VectorLearner
from cvret.records import LocalFeatures

__all__ = ["View"]


@dataclass(frozen=True, eq=False)
class View:
    """Pixels to compute on, and where they lie in the whole picture.

    Attributes
    ----------
    pixels : array of uint8, shape (h, w, 3)
        A picture or a region of it, perhaps made smaller.
    x, y : float
        Of its corner in the picture, in the picture's pixels.
    scale_x, scale_y : float
        Pixels of the picture for one of these.
    width, height : int
        Of the picture.
    """

    pixels: NDArray[np.uint8]
    x: float
    y: float
    scale_x: float
    scale_y: float
    width: int
    height: int

    @classmethod
    def of(cls, pixels: NDArray[np.uint8], width: int, height: int) -> "View":
        """A whole picture of `width` x `height` that may have been made smaller."""
        h, w = pixels.shape[:2]
        return cls(pixels, 0, 0, width / w, height / h, width, height)

    @classmethod
    def of_region(
        cls,
        image: NDArray[np.uint8],
        region: tuple[float, float, float, float],
        max_side: int,
    ) -> "View":
        """A region (x, y, width, height) of a picture, then made smaller."""
        height, width = image.shape[:2]
        x, y, w, h = region
        left, top = int(x), int(y)
        right, bottom = int(np.ceil(x + w)), int(np.ceil(y + h))
        cut = image[top:bottom, left:right]
        pixels = np.ascontiguousarray(shrink(cut, max_side))
        scale_x = cut.shape[1] / pixels.shape[1]
        scale_y = cut.shape[0] / pixels.shape[0]
        return cls(pixels, left, top, scale_x, scale_y, width, height)

    def place(self, features: LocalFeatures) -> LocalFeatures:
        """Give features of these pixels the coordinates of the whole picture."""
        size = np.sqrt(self.scale_x * self.scale_y)
        factors = np.array([self.scale_x, self.scale_y, size, 1], np.float32)
        moved = features.keypoints * factors
        moved[:, :2] += np.array([self.x, self.y], np.float32)
        return LocalFeatures(moved, features.descriptors, self.width, self.height)

    def features(self, part: Any) -> LocalFeatures:
        """Extract what a part encodes, in pixels of the whole picture."""
        return self.place(part.extractor.extract(self.pixels))

    def sample(self, part: Any) -> Any:
        """Compute what a part learns from: a vector, or local features."""
        if isinstance(part, VectorLearner):
            return part.sample(self.pixels)
        return self.features(part)
