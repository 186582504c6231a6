"""Asking for a picture's mirror image too, in pixels of the picture."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cvret.records import Query, Ranking
from cvret.rerank.verification import turned_back

__all__ = ["better_of_both", "mirror_image", "with_mirror"]

Region = tuple[float, float, float, float]


def mirror_image(
    image: NDArray[np.uint8], region: Region | None
) -> tuple[NDArray[np.uint8], Region | None]:
    """Give a picture with left and right exchanged, and its region there."""
    flipped = np.ascontiguousarray(image[:, ::-1])
    if region is None:
        return flipped, None
    x, y, width, height = region
    return flipped, (image.shape[1] - x - width, y, width, height)


def with_mirror(query: Query, mirrored: bool | None) -> Query:
    """Give an encoded query as it is asked for: with or without its mirror image.

    Raises
    ------
    ValueError
        If the mirror image is asked for, and was not encoded.
    """
    if mirrored and query.mirror is None:
        raise ValueError(
            "mirrored=True needs the mirror image; encode the query with mirrored=True"
        )
    return replace(query, mirror=None) if mirrored is False else query


def better_of_both(first: Ranking, mirrored: Ranking, query: Query) -> Ranking:
    """Give each image the better of its scores for a query and for its mirror image."""
    scores = dict(zip(first.ids, first.scores.tolist(), strict=True))
    verifications = dict(first.verifications)
    for id_, score in zip(mirrored.ids, mirrored.scores.tolist(), strict=True):
        if score > scores.get(id_, -1.0):
            scores[id_] = score
            verifications.pop(id_, None)
            if id_ in mirrored.verifications:
                verifications[id_] = turned_back(mirrored.verifications[id_], query)
    ids = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return Ranking(tuple(ids), np.array([scores[id_] for id_ in ids]), verifications)
