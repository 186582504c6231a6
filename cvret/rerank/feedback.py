"""Relevance feedback: what a person marked right and wrong moves the query."""

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_number
from cvret._parameters import Parameters
from cvret.records import Query, Ranking

__all__ = ["Rocchio"]

Marked = str | PathLike[str] | NDArray[np.uint8]


class Rocchio(Parameters):
    """Search again with the query moved towards right results and away from wrong ones.

    The new query is ``alpha`` times the query, plus ``beta`` times the mean of the
    relevant pictures, minus ``gamma`` times the mean of the others. It is asked by the
    similarities to each: for the metrics "cosine" and "hellinger" and for visual words,
    whose similarities are inner products, that is the moved vector itself; for
    distances it is the same sum of similarities. A picture scores that sum over
    ``alpha + beta``, and 0 where it is below. For another round hand over all marks so
    far: the query is always moved from where it began.

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
            If a picture is marked both ways, a weight is below 0, or none is above.
        ImageError
            If a marked picture is neither in the index nor readable.
        """
        alpha = check_number("alpha", self.alpha, least=0)
        beta = check_number("beta", self.beta, least=0)
        gamma = check_number("gamma", self.gamma, least=0)
        good = _marks("relevant", self.relevant)
        bad = _marks("nonrelevant", self.nonrelevant)
        if twice := _names(good) & _names(bad):
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
        return Ranking(found.ids, found.scores, ranking.verifications)


def _marks(name: str, marked: Any) -> list[Any]:
    """Check that marks are several pictures, and give them."""
    if isinstance(marked, str | PathLike) or not isinstance(marked, Sequence):
        raise TypeError(
            f"{name} must be a list of ids or pictures, got {type(marked).__name__}; "
            "put it in a list"
        )
    return list(marked)


def _names(marked: Sequence[Marked]) -> set[str]:
    return {str(picture) for picture in marked if not isinstance(picture, np.ndarray)}


def _query_of(picture: Marked, query: Query, index: Any) -> Query:
    by = query.weights or tuple(query.parts)
    if not isinstance(picture, np.ndarray):
        id_ = index.id_of(picture)
        if id_ in index:
            found: Query = index.query_of(id_, by=by)
            return found
    encoded: Query = index.encode(picture, by=by, mirrored=False)
    return encoded
