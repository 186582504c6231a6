"""Running a feature of OpenCV, and keeping the best keypoints all over a picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._opencv import cv2
from cvret.records import LocalFeatures

__all__ = ["OVERSAMPLED", "balance", "detect", "make_orb", "nothing"]

OVERSAMPLED = 1.5
"""Keypoints found for each one kept, so that `balance` has a choice."""

_GRID = 8  # cells a side
_LEAST_ORB = 16  # with fewer, no level of ORB's pyramid may get a single keypoint


def detect(
    detector: Any,
    image: NDArray[np.uint8],
    *,
    d: int,
    dtype: type,
    most: int,
    upright: bool = False,
    describer: Any = None,
) -> LocalFeatures:
    """Find keypoints, describe them, and keep the best all over the picture.

    Parameters
    ----------
    detector : cv2.Feature2D
        Finds keypoints, and describes them unless there is a `describer`.
    image : array of uint8, shape (height, width, 3)
        RGB.
    d : int
        Length of a descriptor.
    dtype : type
        Of the descriptors.
    most : int
        Keypoints that are kept, chosen by `balance`.
    upright : bool
        Describe all keypoints at the angle 0.
    describer : cv2.Feature2D, optional
        Describes the keypoints in the detector's place.

    Returns
    -------
    LocalFeatures
        At most `most`; angles in [0, 360).
    """
    height, width = image.shape[:2]
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if upright or describer is not None:
        found = detector.detect(grey, None)
        if not len(found):  # which OpenCV cannot always describe
            return nothing(d, dtype, width, height)
        if upright:
            found = _turn_upright(found)
        found, descriptors = (describer or detector).compute(grey, found)
    else:
        found, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None or not len(found):
        return nothing(d, dtype, width, height)
    n = len(found)
    keypoints = np.empty((n, 4), np.float32)
    keypoints[:, :2] = cv2.KeyPoint_convert(found)
    keypoints[:, 2] = np.fromiter((point.size for point in found), np.float32, n)
    keypoints[:, 3] = np.fromiter((point.angle for point in found), np.float32, n) % 360
    keypoints[keypoints[:, 3] >= 360, 3] = 0  # what is just below 0 rounds to 360
    responses = np.fromiter((point.response for point in found), np.float32, n)
    kept = balance(keypoints, responses, width, height, most)
    descriptors = descriptors[kept].astype(dtype, copy=False)
    return LocalFeatures(keypoints[kept], descriptors, width, height)


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


def make_orb(most: int, **settings: Any) -> Any:
    """Make OpenCV's ORB, which finds enough to keep `most`."""
    return cv2.ORB_create(max(round(OVERSAMPLED * most), _LEAST_ORB), **settings)


def nothing(d: int, dtype: type, width: int, height: int) -> LocalFeatures:
    """Give the features of a picture of `width` x `height` that has none."""
    return LocalFeatures(
        np.empty((0, 4), np.float32), np.empty((0, d), dtype), width, height
    )


def _turn_upright(found: Sequence[Any]) -> tuple[Any, ...]:
    """Keypoints at the angle 0; of those that differed by it alone, the first."""
    places: dict[tuple[Any, ...], Any] = {}
    for point in found:
        place = (point.pt, point.size, point.octave)
        if place not in places:
            point.angle = 0.0
            places[place] = point
    return tuple(places.values())
