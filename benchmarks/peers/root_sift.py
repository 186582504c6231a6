"""RootSIFT by OpenCV, for the peers that bring no features of their own."""

from typing import Any

import cv2
import numpy as np
from task import SIFT_KEYPOINTS

FEATURES = f"RootSIFT by OpenCV, the strongest {SIFT_KEYPOINTS:,}"

cv2.setNumThreads(1)
_sift = cv2.SIFT.create(SIFT_KEYPOINTS)


def describe(path: str) -> tuple[Any, Any]:
    """Give keypoints, and descriptors as float32 of shape (n_keypoints, 128)."""
    return describe_pixels(cv2.imread(path, cv2.IMREAD_GRAYSCALE))


def describe_pixels(gray: Any) -> tuple[Any, Any]:
    """Do the same for a gray picture, an array of uint8."""
    keypoints, found = _sift.detectAndCompute(gray, None)
    if found is None:
        return (), np.zeros((0, 128), np.float32)
    sums = np.maximum(found.sum(axis=1, keepdims=True), 1e-9)
    return keypoints, np.sqrt(found / sums)
