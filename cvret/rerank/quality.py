"""Re-ranking by a full-reference metric of whole pictures."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret._parameters import Parameters
from cvret.errors import ImageError
from cvret.images.reading import stretch
from cvret.records import Query, Ranking

__all__ = ["MetricReranking", "check_metric"]

_logger = logging.getLogger(__name__)
_logger.addHandler(logging.NullHandler())

_LEAST = 1e-6  # score of what is measured, so that the rest has room below


class MetricReranking(Parameters):
    """Re-rank the first results by a full-reference metric of whole pictures.

    Query and result are resized to a square and compared pixel by pixel, so this is
    for pictures that show the same thing in the same place: copies that were not
    cropped or turned, frames of a video, cut-outs of the sky. Elsewhere align first,
    with `AlignedQuality`.

    The score is the metric's value as a similarity in [0, 1]. What cannot be measured,
    for its file is gone or the metric is not defined, comes behind, in its order; then
    the tail beyond `depth`. Their scores are scaled to below the lowest of the others.

    Parameters
    ----------
    metric : str or callable
        A name such as "ssim", or a function of the query's pixels and the result's,
        both arrays of uint8 of shape (side, side, 3), that gives a similarity in
        [0, 1].
    depth : int
        Results to look at; the file of each is read.
    side : int
        Of the square, in pixels.
    profile : {"sewar", "textbook"}
        Whose values of a metric by name; see `full_reference`.

    Examples
    --------
    >>> MetricReranking("vifp", depth=20)
    MetricReranking(metric='vifp', depth=20)
    """

    needs_keypoints = False

    def __init__(
        self,
        metric: str | Callable[..., float] = "ssim",
        depth: int = 50,
        *,
        side: int = 64,
        profile: str = "sewar",
    ):
        self.metric = metric
        self.depth = depth
        self.side = side
        self.profile = profile

    def rerank(self, query: Query, ranking: Ranking, index: Any) -> Ranking:
        """Give the first `depth` results by the metric, then the rest.

        Parameters
        ----------
        query : Query
            What the ranking answers; of a region of it the region is compared.
        ranking : Ranking
            Its first `depth` results are looked at.
        index : Searched
            Gives the pixels, and the metric.

        Raises
        ------
        ValueError
            If the query does not know which picture it was made of.
        ImageError
            If the query's picture cannot be read any more.
        UnknownNameError
            If there is no such metric.
        """
        depth, side = check_count("depth", self.depth), check_count("side", self.side)
        check_metric(self.metric)
        if not len(ranking):
            return ranking
        asked = index.picture_of(query)
        pixels = asked.pixels
        if query.region is not None:
            x, y, width, height = query.region
            right, bottom = int(np.ceil(x + width)), int(np.ceil(y + height))
            pixels = pixels[int(y) : bottom, int(x) : right]
        reference = stretch(pixels, side, side)
        values = np.full(len(ranking), np.nan)
        for place, id_ in enumerate(ranking.ids[:depth]):
            try:
                found = index.picture_of(id_, max_side=4 * side).pixels
            except ImageError as error:
                _logger.warning("not measured: %s", error)
                continue
            values[place] = self._measure(reference, stretch(found, side, side), index)
        return _by_value(ranking, values)

    def _measure(
        self, reference: NDArray[np.uint8], picture: NDArray[np.uint8], index: Any
    ) -> float:
        if isinstance(self.metric, str):
            measured = index.measure(
                self.metric, reference, picture, profile=self.profile
            )
        else:
            measured = self.metric(reference, picture)
        return float(np.clip(measured, 0, 1))


def check_metric(metric: Any) -> None:
    """Raise TypeError unless a metric is a name or can be called."""
    if isinstance(metric, type) or not (isinstance(metric, str) or callable(metric)):
        raise TypeError(
            "metric must be a name such as 'ssim', or a function of two pictures that "
            f"gives a similarity, got {metric!r}"
        )


def _by_value(ranking: Ranking, values: NDArray[np.float64]) -> Ranking:
    """Rank what has a value by it, and the others below, in the order they have."""
    measured = ~np.isnan(values)
    scores = np.maximum(np.nan_to_num(values), _LEAST)
    rest = ranking.scores[~measured]
    if len(rest):
        room = float(scores[measured].min(initial=1.0)) / 2
        scores[~measured] = rest * (room / max(room, float(rest.max())))
    order = sorted(range(len(ranking)), key=lambda i: (-scores[i], ranking.ids[i]))
    return Ranking(
        tuple(ranking.ids[i] for i in order), scores[order], ranking.verifications
    )
