"""Re-ranking by a full-reference metric of whole pictures."""

import logging
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret._parameters import Parameters
from cvret.errors import ImageError
from cvret.images.reading import Picture, stretch
from cvret.records import Query, Ranking

__all__ = ["MetricReranking", "check_metric", "look_at", "measure"]

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
        UnknownNameError
            If there is no such metric.
        TypeError
            If a metric of the caller's own gives no number.

        Notes
        -----
        Where the query's own file cannot be read any more, a warning is logged, and the
        ranking stays as it is.
        """
        depth, side = check_count("depth", self.depth), check_count("side", self.side)
        check_metric(self.metric, self.profile, index)
        asked = look_at(query, index) if len(ranking) else None
        if asked is None:
            return ranking
        pixels = asked.pixels
        if query.region is not None:
            x, y, width, height = query.region
            right, bottom = int(np.ceil(x + width)), int(np.ceil(y + height))
            pixels = pixels[int(y) : bottom, int(x) : right]
        reference = stretch(pixels, side, side)
        values = np.full(len(ranking), np.nan)
        for place, id_ in enumerate(ranking.ids[:depth]):
            found = look_at(id_, index, max_side=4 * side)
            if found is not None:
                pair = reference, stretch(found.pixels, side, side)
                values[place] = measure(self.metric, self.profile, index, *pair)
        return _by_value(ranking, values)


def check_metric(metric: Any, profile: str, index: Any) -> None:
    """Raise unless a metric can be called, or is a name that the index knows.

    So a wrong name is told also where there is nothing to measure.
    """
    if isinstance(metric, type) or not (isinstance(metric, str) or callable(metric)):
        raise TypeError(
            "metric must be a name such as 'ssim', or a function of two pictures that "
            f"gives a similarity, got {metric!r}"
        )
    if isinstance(metric, str):
        black = np.zeros((16, 16, 3), np.uint8)
        index.measure(metric, black, black, profile=profile)


def look_at(
    picture: Query | str, index: Any, max_side: int | None = None
) -> Picture | None:
    """Give the pixels of a query or an image; None, and a warning, if they are gone."""
    try:
        found: Picture = index.picture_of(picture, max_side=max_side)
    except ImageError as error:
        _logger.warning("not measured: %s", error)
        return None
    return found


def measure(
    metric: str | Callable[..., float],
    profile: str,
    index: Any,
    *pictures: NDArray[Any],
) -> float:
    """Compare two pictures, perhaps under a mask; gives a number in [0, 1], or NaN."""
    if isinstance(metric, str):
        value = index.measure(metric, *pictures, profile=profile)
    else:
        value = metric(*pictures)
    if not isinstance(value, Real):
        raise TypeError(
            f"metric must give a number in [0, 1], or NaN, got {value!r} of {metric!r}"
        )
    return float(np.clip(float(value), 0, 1))


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
