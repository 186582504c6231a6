"""Relevance feedback: what a person marked right and wrong moves the query."""

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_number
from cvret._parameters import Parameters
from cvret.errors import ImageError
from cvret.records import Query, Ranking

__all__ = ["Rocchio"]

Marked = str | PathLike[str] | NDArray[np.uint8]


class Rocchio(Parameters):
    """Search again with the query moved towards right results and away from wrong ones.

    The new query is ``alpha`` times the query, plus ``beta`` times the mean of the
    relevant pictures, minus ``gamma`` times the mean of the others. For the metrics
    "cosine" and "hellinger" these are vectors of length 1, and the moved vector asks.
    For visual words and for other metrics a picture scores the same sum of its
    similarities to each, which is what moving would give if they were inner products.
    A picture scores that over ``alpha + beta``, and 0 where it is below. For another
    round hand over all marks so far: the query is always moved from where it began.

    Parameters
    ----------
    relevant, nonrelevant : sequence of str, path or array of uint8
        Ids of the index, or pictures from elsewhere.
    alpha, beta, gamma : float
        Weights of the query, of the relevant pictures and of the others, at least 0.

    References
    ----------
    Rocchio, "Relevance feedback in information retrieval", in: The SMART Retrieval
    System, 1971. The weights are those of Manning, Raghavan and Schütze, "Introduction
    to Information Retrieval", 2008, chapter 9.

    Examples
    --------
    >>> Rocchio(relevant=["beach/1.jpg"], nonrelevant=["bus/7.jpg"], gamma=0.3)
    Rocchio(relevant=['beach/1.jpg'], nonrelevant=['bus/7.jpg'], gamma=0.3)
    """

    def __init__(
        self,
        relevant: Sequence[Marked] = (),
        nonrelevant: Sequence[Marked] = (),
        alpha: float = 1.0,
        beta: float = 0.75,
        gamma: float = 0.15,
    ):
        self.relevant = relevant
        self.nonrelevant = nonrelevant
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma

    def rerank(self, query: Query, ranking: Ranking, index: Any) -> Ranking:
        """Rank the whole collection by the moved query, as deep as `ranking`.

        Parameters
        ----------
        query : Query
            What the ranking answers.
        ranking : Ranking
            Only its length matters, and what geometry found for it.
        index : Index
            Is searched again.

        Raises
        ------
        ValueError
            If a picture is marked both ways, or is neither in the index nor readable;
            if a weight is below 0, or none is above.
        """
        alpha = check_number("alpha", self.alpha, least=0)
        beta = check_number("beta", self.beta, least=0)
        gamma = check_number("gamma", self.gamma, least=0)
        good = _marks("relevant", self.relevant, index)
        bad = _marks("nonrelevant", self.nonrelevant, index)
        if twice := _ids(good) & _ids(bad):
            raise ValueError(
                f"{min(twice)!r} is marked both relevant and nonrelevant; mark it once"
            )
        if not good and not bad:
            return ranking
        if alpha == 0 and (beta == 0 or not good):
            raise ValueError(
                "alpha, or beta with relevant pictures, must be above 0: nothing is "
                "left to search for"
            )
        others = [
            (weight / len(marked), _query_of(picture, query, index))
            for weight, marked in ((beta, good), (-gamma, bad))
            for picture in marked
        ]
        moved = query.mixed(alpha, others)
        found = index.search(
            moved, max(len(ranking), 1), by=query.weights or None, rerank=[]
        )
        seen = {
            id_: ranking.verifications[id_]
            for id_ in found.ids
            if id_ in ranking.verifications
        }
        return Ranking(found.ids, found.scores, seen, moved)


def _marks(name: str, marked: Any, index: Any) -> list[Marked]:
    """Check that marks are several pictures, and give each once, by its id."""
    if isinstance(marked, str | PathLike) or not isinstance(marked, Sequence):
        raise TypeError(
            f"{name} must be a list of ids or pictures, got {type(marked).__name__}; "
            "put it in a list"
        )
    found: dict[Any, Marked] = {}
    for number, picture in enumerate(marked):
        if isinstance(picture, np.ndarray):
            found[number] = picture
        elif isinstance(picture, str | PathLike):
            id_ = index.id_of(picture)
            found[id_] = id_
        else:
            raise TypeError(
                f"{name} must hold ids, paths or RGB arrays, got {picture!r}"
            )
    return list(found.values())


def _ids(marked: Sequence[Marked]) -> set[str]:
    return {picture for picture in marked if isinstance(picture, str)}


def _query_of(picture: Marked, query: Query, index: Any) -> Query:
    by = query.weights or tuple(query.parts)
    if isinstance(picture, str) and picture in index:
        found: Query = index.query_of(picture, by=by)
        return found
    try:
        encoded: Query = index.encode(picture, by=by, mirrored=False)
    except ImageError as error:
        raise ValueError(
            f"{picture!r} is marked, and is neither an image of the index nor a "
            f"readable file: {error}"
        ) from error
    return encoded
