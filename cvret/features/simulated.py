"""Views of a picture from aside, simulated, for features that stand more tilt."""

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number
from cvret._opencv import cv2
from cvret._parameters import Parameters
from cvret.protocols import Extractor
from cvret.records import LocalFeatures

__all__ = ["SimulatedViews"]

_BLUR = 0.8  # of the antialiasing filter, in sqrt(tilt**2 - 1) pixels
_LONGEST = 32_766  # pixels of a side that OpenCV warps
_LARGEST = 16  # times the picture's pixels, which a turned view may have


class SimulatedViews(Parameters):
    """Features of a picture and of simulated views of it from aside (as in ASIFT).

    A plane seen from aside is compressed along one direction, by the tilt. The views
    are the picture compressed so, along directions all around; features found in
    them are given where they lie in the picture.

    It pays where planes (facades, covers, paintings) are seen from very different
    directions. Of three photographs and views of them compressed by 2, 3 and 4, with
    at most 2,000 features each, the distinct matches that agreed with the true map
    were 398, 60 and 16 for `SIFT` alone and 1,372, 712 and 488 with simulated views;
    412, 62 and 20 for `ORB` alone, and 1,204, 591 and 356 with them. It took 11 times
    as long as `SIFT` alone, and 19 times as long as `ORB`, where warping is most of it
    (``benchmarks/views.py``).

    Parameters
    ----------
    extractor : Extractor
        Applied to the picture and to each view. Where it has `max_keypoints`, its own
        gives way to the share of each view.
    max_keypoints : int
        In all. The picture itself and each tilt have equal shares, a tilt's is divided
        among its views, and what a view leaves goes to the less tilted ones, the
        picture last.
    tilts : tuple of float
        Above 1; 2 is a plane seen at 60 degrees from its normal.
    rotation_step : float
        Degrees between two directions, for tilt 1; a tilt of t has
        ``180 * t / rotation_step`` of them.

    Notes
    -----
    A view is turned back to the orientation of the picture, so that upright features
    stay upright; the paper leaves it turned. The map from view to picture is then a
    stretch without rotation, and the nearest similarity keeps the angle of a keypoint;
    its size grows by the square root of the tilt, which keeps its area. Keypoints whose
    descriptor sees what is not in the picture are dropped. Views of pictures some 30
    times as long as wide, or wider than OpenCV warps, are left out where they would
    take 16 times the picture's memory.

    References
    ----------
    Yu and Morel, "ASIFT: an algorithm for fully affine invariant comparison", Image
    Processing On Line 1, 2011.

    Examples
    --------
    >>> from cvret.features.keypoints import SIFT
    >>> image = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    >>> views = SimulatedViews(SIFT(), max_keypoints=60, tilts=(2.0,))
    >>> views.extract(image).descriptors.shape[1]
    128
    """

    def __init__(
        self,
        extractor: Extractor,
        max_keypoints: int = 2000,
        *,
        tilts: tuple[float, ...] = (2.0, 4.0),
        rotation_step: float = 72.0,
    ):
        self.extractor = extractor
        self.max_keypoints = max_keypoints
        self.tilts = tilts
        self.rotation_step = rotation_step

    @property
    def binary(self) -> bool:
        """Whether the descriptors of the extractor are bit strings."""
        return self.extractor.binary

    @property
    def support(self) -> float:
        """Diameter that a descriptor sees, in sizes of its keypoint."""
        return float(getattr(self.extractor, "support", 1.0))

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Find features in the picture and in its views.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            In pixels of the picture, its own features first; `descriptors` as the
            extractor gives them, n at most `max_keypoints`.
        """
        check_image(image)
        left = check_count("max_keypoints", self.max_keypoints)
        views = self._views()
        found: list[LocalFeatures] = []
        for place in range(len(views) - 1, -1, -1):
            tilt, direction, weight = views[place]
            total = sum(view[2] for view in views[: place + 1])
            share = int(left * weight / total + 1e-9)  # down, but for rounding errors
            features = self._features(image, tilt, direction, share)
            if features is not None:
                found.append(features)
                left -= len(features)
        found.reverse()
        height, width = image.shape[:2]
        return LocalFeatures(
            np.concatenate([features.keypoints for features in found]),
            np.concatenate([features.descriptors for features in found]),
            width,
            height,
        )

    def _views(self) -> list[tuple[float, float, float]]:
        """Tilt, direction in degrees and weight of each view, the picture first."""
        step = check_number("rotation_step", self.rotation_step, least=1, most=180)
        views = [(1.0, 0.0, 1.0)]
        if not isinstance(self.tilts, Sequence):
            raise TypeError(f"tilts must be a sequence of numbers, got {self.tilts!r}")
        for tilt in sorted(self.tilts):
            tilt = check_number("tilts", tilt, least=1.001, most=100)
            n = max(1, round(180 * tilt / step))
            views += [(tilt, 180 * place / n, 1 / n) for place in range(n)]
        return views

    def _features(
        self, image: NDArray[np.uint8], tilt: float, direction: float, most: int
    ) -> LocalFeatures | None:
        """At most so many features of one view, in pixels of the picture."""
        if tilt == 1:
            return self._extract_at_most(image, most)
        seen = tilted_view(image, tilt, direction) if most else None
        if seen is None:
            return None
        view, back = seen
        features = self._extract_at_most(view, most)
        height, width = image.shape[:2]
        keypoints = features.keypoints.copy()
        keypoints[:, :2] = keypoints[:, :2] @ back[:, :2].T + back[:, 2]
        reach = self.support / 2 * keypoints[:, 2:3]
        # How far a circle of the view reaches in the picture, along x and y.
        reach = reach * np.linalg.norm(back[:, :2], axis=1)
        inside = (keypoints[:, :2] >= reach) & (
            keypoints[:, :2] <= np.array([width - 1, height - 1]) - reach
        )
        keypoints[:, 2] *= np.sqrt(tilt)
        kept = inside.all(axis=1)
        return LocalFeatures(
            keypoints[kept].astype(np.float32),
            features.descriptors[kept],
            width,
            height,
        )

    def _extract_at_most(self, image: NDArray[np.uint8], most: int) -> LocalFeatures:
        extractor: Any = self.extractor
        if hasattr(extractor, "max_keypoints"):
            extractor = copy(extractor)
            extractor.max_keypoints = most
        features: LocalFeatures = extractor.extract(image)
        if len(features) <= most:
            return features
        return features.take(np.linspace(0, len(features) - 1, most).astype(np.intp))


def tilted_view(
    image: NDArray[np.uint8], tilt: float, direction: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]] | None:
    """Compress a picture along a direction.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.
    tilt : float
        By how much, above 1.
    direction : float
        Degrees clockwise from the x axis.

    Returns
    -------
    view : array of uint8, shape (h, w, 3)
        What lies outside of the picture repeats its border.
    back : array of float64, shape (2, 3)
        From pixels of the view to pixels of the picture.

    None where the view would be too large.

    Examples
    --------
    >>> view, back = tilted_view(np.zeros((60, 80, 3), np.uint8), 2.0, 0.0)
    >>> view.shape, back.tolist()
    ((60, 41, 3), [[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    """
    height, width = image.shape[:2]
    angle = np.deg2rad(direction)
    across = np.array([np.cos(angle), np.sin(angle)])
    turn = np.array([across, [-across[1], across[0]]])
    compress = np.eye(2) + (1 / tilt - 1) * np.outer(across, across)
    turned, turned_size = _onto_canvas(turn, width, height)
    forth, size = _onto_canvas(compress, width, height)
    if max(*turned_size, *size, width, height) > _LONGEST:
        return None
    if turned_size[0] * turned_size[1] > _LARGEST * max(width * height, 1024):
        return None
    sigma = _BLUR * np.sqrt(tilt**2 - 1)
    taps = 2 * int(np.ceil(4 * sigma)) + 1
    canvas = _warp(image, turned, turned_size)
    canvas = cv2.GaussianBlur(canvas, (taps, 1), sigma, borderType=cv2.BORDER_REPLICATE)
    view = _warp(canvas, (forth @ np.linalg.inv(turned)), size)
    return view, np.linalg.inv(forth)[:2].astype(np.float64)


def _onto_canvas(
    linear: NDArray[np.float64], width: int, height: int
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The transform, moved so that all is seen, shape (3, 3); and width and height."""
    corners = np.array(
        [[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]]
    )
    moved = corners @ linear.T
    low = moved.min(axis=0)
    w, h = np.ceil(np.round(moved.max(axis=0) - low, 6)).astype(int) + 1
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = linear, -low
    return matrix, (int(w), int(h))


def _warp(
    image: NDArray[np.uint8], matrix: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.uint8]:
    warped: NDArray[np.uint8] = cv2.warpAffine(
        image,
        matrix[:2],
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return warped
