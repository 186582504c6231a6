"""Re-ranking by a metric of what overlaps, after alignment."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from cvret._checks import check_count, check_number
from cvret._parameters import Parameters
from cvret.images.reading import Picture
from cvret.records import Query, Ranking, Verification
from cvret.rerank.quality import check_metric, look_at, measure
from cvret.rerank.verification import SpatialVerification, apply_transform
from cvret.rerank.warping import Overlap, between_sizes, lay_over, refine

__all__ = ["AlignedQuality", "align"]

_READ = 8  # times the side that is compared: larger files are read smaller


class AlignedQuality(Parameters):
    """Re-rank verified results by a metric of what overlaps, after alignment.

    A metric that compares pixel by pixel says nothing of two pictures that lie
    differently. Here each verified result is laid over the query by its transform,
    which is refined until pixels meet; what does not overlap is left out; and the rest
    is compared. So `Hit.quality` tells a copy, which has a high one however it was
    cropped, turned or scaled, from another photograph of the same thing. Both pictures
    are brought to the sharpness of the softer one first; differences of brightness and
    contrast count.

    A verified result with quality q scores ``(3 + q) / 4``. One that could not be
    measured, for its file is gone, too little overlaps or it lies beyond `depth`,
    scores ``(2 + score) / 4``; what is not verified keeps its score of at most one
    half. So those measured come first, and every verified result ahead of all others.

    Parameters
    ----------
    metric : str or callable
        A name such as "ssim", or a function of the query's pixels, the result's, and
        the mask of what overlaps, arrays of shapes (h, w, 3), (h, w, 3) and (h, w),
        that gives a similarity in [0, 1].
    depth : int
        Results to look at; the file of each verified one is read.
    max_side : int
        Longest side of what is compared, in pixels.
    profile : {"sewar", "textbook"}
        Whose values of a metric by name; see `full_reference`.
    least_overlap : float
        Part of the query that must overlap, or nothing is measured.
    verification : SpatialVerification, optional
        Verifies the first `depth` results where no re-ranker before did.

    References
    ----------
    Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation
    coefficient maximization", PAMI 30(10), 2008 (refinement).

    Examples
    --------
    >>> AlignedQuality("ssim", depth=10)
    AlignedQuality(depth=10)
    """

    def __init__(
        self,
        metric: str | Callable[..., float] = "ssim",
        depth: int = 20,
        *,
        max_side: int = 256,
        profile: str = "sewar",
        least_overlap: float = 0.1,
        verification: SpatialVerification | None = None,
    ):
        self.metric = metric
        self.depth = depth
        self.max_side = max_side
        self.profile = profile
        self.least_overlap = least_overlap
        self.verification = verification

    def rerank(self, query: Query, ranking: Ranking, index: Any) -> Ranking:
        """Give the verified results by their quality, then the rest as it was.

        Parameters
        ----------
        query : Query
            What the ranking answers; of a region of it the region is compared.
        ranking : Ranking
            Its first `depth` results are looked at.
        index : Searched
            Gives the pixels, the metric and, where it must, the correspondences.

        Raises
        ------
        ValueError
            If the query does not know which picture it was made of, or no field that
            was searched has local features.
        UnknownNameError
            If there is no such metric.
        TypeError
            If a metric of the caller's own gives no number.

        Notes
        -----
        Where the query's own file cannot be read any more, a warning is logged, and
        nothing is measured.
        """
        depth = check_count("depth", self.depth)
        max_side = check_count("max_side", self.max_side, least=16)
        least = check_number("least_overlap", self.least_overlap, least=0, most=1)
        check_metric(self.metric, self.profile, index)
        judge = self.verification or SpatialVerification()
        if not isinstance(judge, SpatialVerification):
            raise TypeError(
                f"verification must be a SpatialVerification, got {judge!r}"
            )

        def quality(overlap: Overlap) -> float:
            pair = overlap.reference, overlap.picture
            return measure(self.metric, self.profile, index, *pair, overlap.mask)

        if any(id_ not in ranking.verifications for id_ in ranking.ids[:depth]):
            judge = SpatialVerification(**{**judge.get_params(), "depth": depth})
            ranking = judge.rerank(query, ranking, index)
        found = dict(ranking.verifications)
        sure = [id_ for id_ in ranking.ids[:depth] if found[id_].verified]
        asked = look_at(query, index, _READ * max_side) if sure else None
        for id_ in sure:
            picture = asked and look_at(id_, index, _READ * max_side)
            if asked and picture:
                found[id_] = align(
                    query, found[id_], asked, picture, quality, max_side, least
                )[0]
        return _by_quality(replace(ranking, verifications=found), sure)


def align(
    query: Query,
    found: Verification,
    asked: Picture,
    picture: Picture,
    quality: Callable[[Overlap], float],
    max_side: int = 256,
    least_overlap: float = 0.0,
) -> tuple[Verification, Overlap]:
    """Lay a verified result over the query, and measure what overlaps.

    Parameters
    ----------
    query : Query
        Its region, if any, is what is compared.
    found : Verification
        With a transform.
    asked, picture : Picture
        Pixels of both, perhaps smaller than those that the transform is about.
    quality : callable
        Gives a similarity in [0, 1], or NaN, for an `Overlap`.
    max_side : int
        Longest side of what is compared, in pixels.
    least_overlap : float
        Part of the query that must overlap, or nothing is measured.

    Returns
    -------
    Verification, Overlap
        The first with the quality, the overlap, and the refined transform and box; the
        second in pixels of `asked` and `picture`.
    """
    from_asked = _whole(asked)
    to_picture = np.linalg.inv(_whole(picture))
    region = query.region
    if region is not None:
        across = asked.pixels.shape[1] / asked.width
        down = asked.pixels.shape[0] / asked.height
        x, y, width, height = region
        region = x * across, y * down, width * across, height * down
    pair = asked.pixels, picture.pixels
    transform = to_picture @ found.transform @ from_asked
    overlap = lay_over(*pair, transform, region=region, max_side=max_side)
    share = overlap.share
    if share == 0 or share < least_overlap:
        return replace(found, quality=None, overlap=share), overlap
    overlap, value = refine(*pair, overlap, quality, region=region)
    if np.isnan(value):
        return replace(found, quality=None, overlap=overlap.share), overlap
    refined = np.linalg.inv(to_picture) @ overlap.transform @ np.linalg.inv(from_asked)
    refined = refined / refined[2, 2]
    return replace(
        found,
        transform=refined,
        box=apply_transform(refined, query.corners()),
        quality=value,
        overlap=overlap.share,
    ), overlap


def _whole(picture: Picture) -> Any:
    """From the pixels at hand to those of the whole picture."""
    height, width = picture.pixels.shape[:2]
    return between_sizes((width, height), (picture.width, picture.height))


def _by_quality(ranking: Ranking, looked_at: list[str]) -> Ranking:
    """Rank measured results by quality, then the verified, then the others."""
    scores = ranking.scores.copy()
    found = ranking.verifications
    sure = np.array([id_ in found and found[id_].verified for id_ in ranking.ids], bool)
    if (scores[~sure] > 0.5).any():
        scores[~sure] /= 2
    scores[sure] = (2 + scores[sure]) / 4
    measured = set(looked_at)
    for place, id_ in enumerate(ranking.ids):
        if id_ in measured and found[id_].quality is not None:
            # Above what was not measured, also where nothing is alike.
            scores[place] = (3 + max(found[id_].quality or 0.0, 1e-6)) / 4
    order = sorted(range(len(ranking)), key=lambda i: (-scores[i], ranking.ids[i]))
    return Ranking(tuple(ranking.ids[i] for i in order), scores[order], found)
