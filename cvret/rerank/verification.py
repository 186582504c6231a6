"""Spatial verification: do the matches agree with one transform?"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count, check_number
from cvret._opencv import cv2
from cvret._parameters import Parameters
from cvret.records import Correspondences, Query, Ranking, Verification, VisualWords
from cvret.rerank.false_alarms import chance_agreements, effective_count, log_tail
from cvret.rerank.kernels import agreeing, best_similarity, scale_at_origin

__all__ = ["SpatialVerification", "verify"]

_MODELS = ("similarity", "affine", "homography")
_SCALE_LIMIT = 16.0  # a larger change of scale is not believed
_STRETCH_LIMIT = 5.0  # nor a stronger stretch in one direction
_ROUNDS = 4  # of fitting to the inliers and finding them again
_FEWEST = {"similarity": 2, "affine": 4, "homography": 6}
_DEFINING = 2  # matches agree with any transform, for it is fitted to them


class SpatialVerification(Parameters):
    """Re-rank the first results by how many matches one transform explains.

    Each correspondence proposes the similarity transform that its scales and angles
    give; the one that most others agree with is refined on its inliers, as an affine
    transform or a homography. How many false alarms a search would give with as many
    inliers tells how sure it is: with at most `false_alarms` a result is verified, and
    scores ``(1 + share) / 2``, `share` being the inliers' part of the query's features,
    where those that crowd in one spot count less. Others score
    ``((1 - p) * score + p) / 2``, `p` being the probability that they show the same
    thing; the tail beyond `depth` half of what it had. So a verified result is ahead
    of all others, and above one half.

    Parameters
    ----------
    depth : int
        Results to look at.
    min_inliers : int
        With fewer, nothing is verified.
    model : {"affine", "similarity", "homography"}
        What is fitted in the end.
    tolerance : float
        How far off an inlier may be, as a share of the longest side of either picture.
    false_alarms : float
        Verified results in a search, at most, where there is nothing to be found, as
        far as matches are independent of each other.

    References
    ----------
    Philbin, Chum, Isard, Sivic and Zisserman, "Object retrieval with large
    vocabularies and fast spatial matching", CVPR 2007. Moisan and Stival, "A
    probabilistic criterion to detect rigid point matches between two images",
    International Journal of Computer Vision 57(3), 2004 (false alarms).

    Examples
    --------
    >>> SpatialVerification(depth=200)
    SpatialVerification(depth=200)
    """

    def __init__(
        self,
        depth: int = 100,
        *,
        min_inliers: int = 4,
        model: str = "affine",
        tolerance: float = 0.02,
        false_alarms: float = 1e-3,
    ):
        self.depth = depth
        self.min_inliers = min_inliers
        self.model = model
        self.tolerance = tolerance
        self.false_alarms = false_alarms

    def rerank(self, query: Query, ranking: Ranking, index: Any) -> Ranking:
        """Give the ranking with verified results first, best first.

        Parameters
        ----------
        query : Query
            What the ranking answers.
        ranking : Ranking
            At least its first `depth` results are looked at.
        index : Searched
            Gives the correspondences.

        Raises
        ------
        ValueError
            If no field that was searched has local features.
        """
        depth = check_count("depth", self.depth)
        looked_at = ranking.ids[:depth]
        verifications = dict(ranking.verifications)
        scores = ranking.scores / 2
        matches = index.correspondences(query, looked_at)
        for place, (id_, found) in enumerate(zip(looked_at, matches, strict=True)):
            result = self.verify(query, found, len(looked_at))
            verifications[id_] = result
            if result.verified:
                scores[place] = (1 + result.share) / 2
            else:
                p = result.probability
                scores[place] = min(0.5, (1 - p) * scores[place] + p / 2)
        order = sorted(range(len(ranking)), key=lambda i: (-scores[i], ranking.ids[i]))
        return Ranking(
            tuple(ranking.ids[i] for i in order), scores[order], verifications
        )

    def verify(
        self, query: Query, matches: Correspondences, n_images: int
    ) -> Verification:
        """Judge one of `n_images` that are looked at by its matches with the query."""
        least = check_count("min_inliers", self.min_inliers)
        allowed = check_number("false_alarms", self.false_alarms, least=1e-300)
        found = verify(query, matches, self.model, self.tolerance, n_images)
        sure = found.log_false_alarms <= np.log10(allowed)
        return replace(found, verified=bool(sure and found.inliers >= least))


def verify(
    query: Query,
    matches: Correspondences,
    model: str = "affine",
    tolerance: float = 0.02,
    n_images: int = 1,
) -> Verification:
    """Fit one transform to the matches of two pictures, and count what agrees.

    Parameters
    ----------
    query : Query
        The picture on the source side.
    matches : Correspondences
        With one indexed image.
    model : {"affine", "similarity", "homography"}
        What is fitted in the end.
    tolerance : float
        As a share of the longest side of either picture.
    n_images : int
        Images that are tried, for the expected number of false alarms.

    Returns
    -------
    Verification
        0 inliers and no transform where nothing agrees.
    """
    check_choice("model", model, _MODELS)
    check_number("tolerance", tolerance, least=1e-6, most=1)
    x, y, width, height = query.region or (0, 0, query.width, query.height)
    near = tolerance * max(width, height)
    far = tolerance * max(matches.width, matches.height)
    count, a, b, tx, ty = best_similarity(
        matches.source, matches.target, near, far, _SCALE_LIMIT
    )
    if count < _FEWEST["similarity"]:
        return Verification(0, None, None, np.empty((0, 4), np.float32), 0.0)
    transform = np.array([[a, -b, tx], [b, a, ty], [0, 0, 1]])
    inliers = _agreeing(matches, transform, near, far)
    for _ in range(_ROUNDS):
        refined = _fit(matches, inliers, model, query.corners())
        if refined is None:
            break
        agreeing = _agreeing(matches, refined, near, far)
        if len(agreeing) < len(inliers):
            break
        same = np.array_equal(agreeing, inliers)
        transform, inliers = refined, agreeing
        if same:
            break
    pairs = np.hstack([matches.source[inliers, :2], matches.target[inliers, :2]])
    box = apply_transform(transform, query.corners())
    tried = float(np.log10(len(matches) * n_images))
    if len(inliers) <= _DEFINING:
        return Verification(len(inliers), transform, box, pairs, 0.0, tried)
    there = np.ascontiguousarray(pairs[:, 2:])
    asked = _count(pairs, width, height, x, y)
    found = _count(there, matches.width, matches.height, 0, 0)
    whole = _count(_all_points(query, matches), width, height, x, y)
    chance = _log_chance(matches, transform, near, far, min(asked, found))
    return Verification(
        len(inliers), transform, box, pairs, min(1.0, asked / whole), chance + tried
    )


def _count(
    points: NDArray[np.float32], width: float, height: float, x: float, y: float
) -> float:
    """Count points by spots, with arguments of one type, for each compiles anew."""
    size = float(width), float(height), float(x), float(y)
    return float(effective_count(points, *size))


def _all_points(query: Query, matches: Correspondences) -> NDArray[np.float32]:
    """Where the query has features: those that could have been inliers."""
    for part in query.parts.values():
        if isinstance(part, VisualWords):
            return part.keypoints
    return matches.source


def _log_chance(
    matches: Correspondences,
    transform: NDArray[np.float64],
    near: float,
    far: float,
    effective: float,
) -> float:
    """Log10 of how probable it is that chance agrees as much with one transform."""
    limit = min(far, near * float(scale_at_origin(transform)))
    area = matches.width * matches.height
    expected = chance_agreements(
        transform,
        matches.source,
        matches.target,
        matches.features,
        matches.targets,
        limit,
        min(1.0, np.pi * limit * limit / area),
    )
    return log_tail(effective - _DEFINING, expected)


def turned_back(found: Verification, query: Query) -> Verification:
    """Give what geometry says of the mirror image in the pixels of the query."""
    flip = np.array([[-1.0, 0, query.width - 1], [0, 1, 0], [0, 0, 1]])
    pairs = found.pairs.copy()
    pairs[:, 0] = query.width - 1 - pairs[:, 0]
    transform = None if found.transform is None else found.transform @ flip
    box = None if found.box is None else found.box[[1, 0, 3, 2]]
    return replace(found, transform=transform, box=box, pairs=pairs)


def apply_transform(
    transform: NDArray[np.float64], points: NDArray[Any]
) -> NDArray[np.float64]:
    """Map points of shape (n, 2) by a homogeneous transform of shape (3, 3)."""
    mapped = points.astype(np.float64) @ transform[:, :2].T + transform[:, 2]
    result: NDArray[np.float64] = mapped[:, :2] / mapped[:, 2:]
    return result


def _agreeing(
    matches: Correspondences, transform: NDArray[np.float64], near: float, far: float
) -> NDArray[np.intp]:
    """Rows of the inliers, ascending, each feature on either side at most once."""
    rows: NDArray[np.intp] = agreeing(
        transform,
        matches.source,
        matches.target,
        matches.features,
        matches.targets,
        near,
        far,
    )
    return rows


def _fit(
    matches: Correspondences,
    rows: NDArray[np.intp],
    model: str,
    corners: NDArray[np.float64],
) -> NDArray[np.float64] | None:
    """Fit the model to the inliers by least squares, or None where it is absurd."""
    if model == "similarity" or len(rows) < _FEWEST[model]:
        return None
    source = matches.source[rows, :2].astype(np.float64)
    target = matches.target[rows, :2].astype(np.float64)
    if model == "homography":
        fitted, _ = cv2.findHomography(source, target, 0)
        if fitted is None or not np.isfinite(fitted).all():
            return None
        transform: NDArray[np.float64] = fitted
    else:
        center = source.mean(axis=0)
        design = np.hstack([source - center, np.ones((len(source), 1))])
        solution, _, rank, _ = np.linalg.lstsq(design, target, rcond=1e-6)
        if rank < 3:
            return None
        transform = np.eye(3)
        transform[:2, :2] = solution[:2].T
        transform[:2, 2] = solution[2] - transform[:2, :2] @ center
    return transform if _is_believable(transform, source, corners) else None


def _is_believable(
    transform: NDArray[np.float64],
    points: NDArray[np.float64],
    corners: NDArray[np.float64],
) -> bool:
    """No mirror, no collapse, no wild scale or stretch, at the center of the points.

    Nor may the horizon of a homography cross the query.
    """
    x, y = points.mean(axis=0)
    w = transform[2, 0] * x + transform[2, 1] * y + transform[2, 2]
    at_corners = corners @ transform[2, :2] + transform[2, 2]
    if abs(w) < 1e-9 or (at_corners * w <= 0).any():
        return False
    mapped = apply_transform(transform, np.array([[x, y]]))[0]
    jacobian = (transform[:2, :2] - np.outer(mapped, transform[2, :2])) / w
    if np.linalg.det(jacobian) <= 0:
        return False
    large, small = np.linalg.svd(jacobian, compute_uv=False)
    return bool(
        large <= _STRETCH_LIMIT * small
        and large <= _SCALE_LIMIT
        and small >= 1 / _SCALE_LIMIT
    )
