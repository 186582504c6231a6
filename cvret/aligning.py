"""Two pictures laid over each other, then compared: metrics that mean something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image
from cvret._opencv import cv2
from cvret.features.keypoints import SIFT
from cvret.images.drawing import draw_difference
from cvret.images.reading import ImageOrPath, Picture, read_image, shrink, stretch
from cvret.metrics.definitions import check_metrics, check_profile
from cvret.metrics.full_reference import full_reference, quality_map
from cvret.metrics.similarity import similarity
from cvret.metrics.summary import number_to_json
from cvret.records import Correspondences, LocalFeatures, Query, Verification
from cvret.rerank.alignment import align
from cvret.rerank.verification import SpatialVerification, turned_back
from cvret.rerank.warping import Overlap, between_sizes

__all__ = ["Alignment", "compare_aligned", "difference_map", "overlap_quality"]

_MATCHED_SIDE = 1024  # longest side on which keypoints are found, in pixels
_KEYPOINTS = 1000
_RATIO = 0.8  # Lowe's: the nearest descriptor must be so much nearer than the next
_FALSE_ALARMS_AMONG = 100  # pictures, as if this had been one of so many


@dataclass(frozen=True, eq=False)
class Alignment:
    """Two pictures compared as they are, and after alignment.

    Attributes
    ----------
    verified : bool
        Whether geometry found that both show the same thing; otherwise nothing is
        aligned, and what belongs to that is None or empty.
    mirrored : bool
        Whether the second is aligned as the mirror image of the first.
    inliers : int
        Matches that agree with one transform.
    transform : array of float64, shape (3, 3), or None
        From pixels of the first picture to pixels of the second, refined.
    overlap : float
        Part of the first picture that the second covers, in [0, 1].
    raw : mapping of str to float
        Value of each metric for the whole pictures, the second resized to the first.
    aligned : mapping of str to float
        Value of each metric for what overlaps after alignment.
    reference, picture : array of uint8, shape (h, w, 3), or None
        What was compared: the first picture, and the second laid over it.
    mask : array of bool, shape (h, w), or None
        Where they overlap.
    difference : array of float64, shape (h, w), or None
        Where they differ: 1 - local structural similarity, in [0, 1]; NaN where they
        do not overlap, and near its edge.
    """

    verified: bool
    mirrored: bool
    inliers: int
    transform: NDArray[np.float64] | None
    overlap: float
    raw: Mapping[str, float]
    aligned: Mapping[str, float]
    reference: NDArray[np.uint8] | None = None
    picture: NDArray[np.uint8] | None = None
    mask: NDArray[np.bool_] | None = None
    difference: NDArray[np.float64] | None = None

    def save(self, path: str | PathLike[str]) -> None:
        """Write both pictures and where they differ, side by side, to `path`.

        Raises
        ------
        ValueError
            If nothing was aligned.
        """
        from PIL import Image

        if self.reference is None or self.picture is None or self.difference is None:
            raise ValueError(
                "nothing was aligned, so there is no difference to draw: geometry "
                "found nothing that both pictures show"
            )
        Image.fromarray(
            draw_difference(self.reference, self.picture, self.mask, self.difference)
        ).save(path)

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON; pictures are left out.

        Infinite values are the texts ``"inf"`` and ``"-inf"``, undefined ones None.
        """
        return {
            "verified": self.verified,
            "mirrored": self.mirrored,
            "inliers": self.inliers,
            "transform": None if self.transform is None else self.transform.tolist(),
            "overlap": self.overlap,
            "raw": {name: number_to_json(v) for name, v in self.raw.items()},
            "aligned": {name: number_to_json(v) for name, v in self.aligned.items()},
        }

    def __str__(self) -> str:
        if self.verified:
            turned = ", mirrored" if self.mirrored else ""
            head = (
                f"aligned{turned}: {self.inliers} inliers, {self.overlap:.0%} overlap"
            )
            columns = {"as they are": self.raw, "aligned": self.aligned}
        else:
            head = f"not aligned: too little agrees ({self.inliers} inliers)"
            columns = {"as they are": self.raw}
        titles = "".join(f"  {title:>12}" for title in columns)
        lines = [head, f"  {'metric':<10}{titles}"]
        for name in self.raw:
            values = "".join(f"  {_shown(each[name]):>12}" for each in columns.values())
            lines.append(f"  {name:<10}{values}")
        return "\n".join(lines)


def compare_aligned(
    a: ImageOrPath,
    b: ImageOrPath,
    metrics: str | Sequence[str] | None = "ssim",
    *,
    profile: str = "sewar",
    max_side: int = 256,
    mirrored: bool = True,
) -> Alignment:
    """Compare two pictures by full-reference metrics, as they are and after alignment.

    SIFT keypoints are matched and verified; `b` is laid over `a` by the transform that
    they agree on, which is refined until pixels meet; and what overlaps is compared.

    Parameters
    ----------
    a, b : path, or array of uint8, shape (height, width, 3)
        RGB; `a` is the reference.
    metrics : str or sequence of str, optional
        Names; None for all.
    profile : {"sewar", "textbook"}
        Whose values; see `full_reference`.
    max_side : int
        Longest side of what is compared, in pixels; also of the whole pictures.
    mirrored : bool
        Whether the mirror image of `a` is tried too, and the better of both taken.

    Returns
    -------
    Alignment
        Values before and after, the transform, and where they differ.

    Raises
    ------
    ImageError
        If a file is no readable picture.
    UnknownNameError
        If there is no such metric.

    See Also
    --------
    AlignedQuality : does it for the results of a search.

    Examples
    --------
    A picture and a part of it, turned:

    >>> from pathlib import Path
    >>> import skimage
    >>> coffee = read_image(Path(skimage.__file__).parent / "data" / "coffee.png")
    >>> part = np.ascontiguousarray(np.rot90(coffee[100:, 150:]))
    >>> found = compare_aligned(coffee, part)
    >>> found.raw["ssim"] < 0.3, found.aligned["ssim"] > 0.95, round(found.overlap, 1)
    (True, True, 0.6)
    """
    names = check_metrics(metrics)
    check_profile(profile)
    check_count("max_side", max_side, least=16)
    first, second = (_picture(name, value) for name, value in (("a", a), ("b", b)))
    query, found, flipped = _verified(first.pixels, second.pixels, mirrored)
    reference = shrink(first.pixels, max_side)
    overlap = None
    if found.verified:
        found, overlap = align(query, found, first, second, overlap_quality, max_side)
        reference = overlap.reference
    height, width = reference.shape[:2]
    raw = full_reference(
        stretch(first.pixels, height, width),
        stretch(second.pixels, height, width),
        names,
        profile=profile,
    )
    if overlap is None or not overlap.mask.any():
        return Alignment(
            False, False, found.inliers, None, 0.0, raw, dict.fromkeys(names, np.nan)
        )
    aligned = full_reference(
        overlap.reference, overlap.picture, names, profile=profile, mask=overlap.mask
    )
    return Alignment(
        True,
        flipped,
        found.inliers,
        found.transform,
        overlap.share,
        raw,
        aligned,
        overlap.reference,
        overlap.picture,
        overlap.mask,
        difference_map(overlap),
    )


def overlap_quality(overlap: Overlap) -> float:
    """Give the structural similarity of what overlaps, in [0, 1], or NaN."""
    return similarity("ssim", overlap.reference, overlap.picture, overlap.mask)


def difference_map(overlap: Overlap) -> NDArray[np.float64]:
    """Give where two pictures differ: 1 - local structural similarity, in [0, 1].

    NaN where they do not overlap, and where a window would not lie within the overlap.
    """
    local = quality_map(overlap.reference, overlap.picture, "ssim", mask=overlap.mask)
    return np.clip(1 - local, 0, 1)


def _shown(value: float) -> str:
    return "undefined" if np.isnan(value) else f"{value:.4f}"


def _picture(name: str, value: Any) -> Picture:
    if isinstance(value, np.ndarray):
        check_image(value)
    elif isinstance(value, str | PathLike):
        value = read_image(value)
    else:
        raise TypeError(
            f"{name} must be a path or an RGB array, got {type(value).__name__}"
        )
    return Picture(value, value.shape[1], value.shape[0])


def _verified(
    a: NDArray[np.uint8], b: NDArray[np.uint8], mirrored: bool
) -> tuple[Query, Verification, bool]:
    """Match and verify two pictures, in pixels of both; and tell if mirrored."""
    query = Query({}, a.shape[1], a.shape[0])
    there = _features(b)
    found = _judged(query, _features(a), there)
    if not mirrored:
        return query, found, False
    turned = _judged(query, _features(np.ascontiguousarray(a[:, ::-1])), there)
    if turned.verified and turned.log_false_alarms < found.log_false_alarms:
        return query, turned_back(turned, query), True
    return query, found, False


def _features(image: NDArray[np.uint8]) -> LocalFeatures:
    """Find keypoints on a smaller picture, and give them in pixels of the whole."""
    small = shrink(image, _MATCHED_SIDE)
    found = SIFT(_KEYPOINTS).extract(small)
    height, width = image.shape[:2]
    onto = between_sizes((small.shape[1], small.shape[0]), (width, height))
    keypoints = found.keypoints.copy()
    keypoints[:, :2] = keypoints[:, :2] * np.diag(onto)[:2] + onto[:2, 2]
    keypoints[:, 2] *= np.sqrt(onto[0, 0] * onto[1, 1])
    return LocalFeatures(keypoints, found.descriptors, width, height)


def _judged(query: Query, here: LocalFeatures, there: LocalFeatures) -> Verification:
    """Match each keypoint with its nearest, if that is clear, and verify."""
    near: Sequence[Any] = ()
    if len(here) and len(there) > 1:
        matcher = cv2.BFMatcher(cv2.NORM_L2)
        near = matcher.knnMatch(here.descriptors, there.descriptors, k=2)
    rows = np.array(
        [
            (first.queryIdx, first.trainIdx)
            for first, second in near
            if first.distance < _RATIO * second.distance
        ],
        np.int64,
    ).reshape(-1, 2)
    n = len(rows)
    matches = Correspondences(
        rows[:, 0].astype(np.int32),
        np.zeros(n, np.uint32),
        here.keypoints[rows[:, 0]],
        there.keypoints[rows[:, 1]],
        rows[:, 1],
        np.ones(n, np.float32),
        np.full(n, 1 / max(n, 1)),
        there.width,
        there.height,
    )
    return SpatialVerification().verify(query, matches, _FALSE_ALARMS_AMONG)
