"""Asking for a picture's mirror image too, in pixels of the picture."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cvret.records import Query, Ranking, Verification

__all__ = ["better_of_both", "mirror_image", "turned_back", "with_mirror"]

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


def turned_back(found: Verification, query: Query) -> Verification:
    """Give what geometry says of the mirror image in the pixels of the query."""
    flip = np.array([[-1.0, 0, query.width - 1], [0, 1, 0], [0, 0, 1]])
    pairs = found.pairs.copy()
    pairs[:, 0] = query.width - 1 - pairs[:, 0]
    transform = None if found.transform is None else found.transform @ flip
    box = None if found.box is None else found.box[[1, 0, 3, 2]]
    return replace(found, transform=transform, box=box, pairs=pairs)


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
