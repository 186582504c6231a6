"""Why an image is a result."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cvret.aligning import difference_map, overlap_quality
from cvret.images.drawing import draw_difference, draw_matches
from cvret.images.reading import Picture
from cvret.records import Correspondences, Explanation, Query, Verification
from cvret.rerank import warping
from cvret.rerank.alignment import align
from cvret.rerank.verification import SpatialVerification

__all__ = ["explain_hit", "judge"]

_DRAWN_SIDE = 420  # of what is laid over each other to be drawn


def explain_hit(
    name: str,
    id_: str,
    query: Query,
    scores: Mapping[str, float],
    shares: Mapping[str, float],
    matches: Correspondences | None,
    found: Verification | None,
    image: NDArray[np.uint8],
    result: NDArray[np.uint8],
) -> Explanation:
    """Put together scores and what they count, words, geometry and the drawings."""
    boxes = []
    if query.region is not None:
        boxes.append((0, query.corners()))
    if found is not None and found.box is not None:
        boxes.append((1, found.box))
    pairs = np.empty((0, 4), np.float32) if found is None else found.pairs
    lay_over = None
    if found is not None and found.verified:
        lay_over = partial(_differing, query, found, image, result)
    return Explanation(
        name,
        id_,
        dict(scores),
        () if matches is None else word_shares(matches),
        found,
        draw_matches(image, result, pairs, boxes),
        dict(shares),
        lay_over,
    )


def _differing(
    query: Query,
    found: Verification,
    image: NDArray[np.uint8],
    result: NDArray[np.uint8],
) -> tuple[Verification, NDArray[np.uint8] | None]:
    """Lay the result over the query, measure it, and draw where they differ."""
    first = Picture(image, image.shape[1], image.shape[0])
    second = Picture(result, result.shape[1], result.shape[0])
    aligned, _ = align(query, found, first, second, overlap_quality)
    if aligned.quality is None or aligned.transform is None:
        return aligned, None
    overlap = warping.lay_over(
        image, result, aligned.transform, region=query.region, max_side=_DRAWN_SIDE
    )
    return aligned, draw_difference(
        overlap.reference, overlap.picture, overlap.mask, difference_map(overlap)
    )


def judge(query: Query, matches: Correspondences) -> Verification:
    """Verify one result as a search that looks at the first hundred does."""
    verification = SpatialVerification()
    return verification.verify(query, matches, verification.depth)


def word_shares(matches: Correspondences) -> tuple[tuple[int, int, float], ...]:
    """Give each shared word, its number of matches and its share of their score."""
    values = matches.weights.astype(np.float64) * matches.similarities
    total = values.sum()
    if not len(matches) or total <= 0:
        return ()
    words, which, counts = np.unique(
        matches.words, return_inverse=True, return_counts=True
    )
    shares = np.bincount(which, values) / total
    order = np.lexsort((words, -shares))
    return tuple((int(words[i]), int(counts[i]), float(shares[i])) for i in order)
