"""Why an image is a result."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cvret.images.drawing import draw_matches
from cvret.records import Correspondences, Explanation, Query, Verification
from cvret.rerank.verification import SpatialVerification

__all__ = ["explain_hit", "judge"]


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
    """Put together scores and what they count, words, geometry and the drawing."""
    boxes = []
    if query.region is not None:
        boxes.append((0, query.corners()))
    if found is not None and found.box is not None:
        boxes.append((1, found.box))
    pairs = np.empty((0, 4), np.float32) if found is None else found.pairs
    return Explanation(
        name,
        id_,
        dict(scores),
        () if matches is None else word_shares(matches),
        found,
        draw_matches(image, result, pairs, boxes),
        dict(shares),
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
