"""How a search is asked for: checked once, answered for one query or many."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cvret._checks import check_count
from cvret.collection.mirroring import better_of_both
from cvret.collection.searching import rank
from cvret.collection.state import State
from cvret.protocols import Reranker
from cvret.records import Query, Ranking

__all__ = ["Asking", "check_rerankers"]


@dataclass(frozen=True, eq=False)
class Asking:
    """A search without its query, on one generation of an index.

    Attributes
    ----------
    index : Index
        Reads that generation, whatever a writer commits meanwhile; for re-rankers.
    state : State
        The generation.
    k : int
        How many results.
    weights : dict of str to float
        Of the fields.
    rerank : tuple of Reranker
        Applied in the order written.
    min_score : float
        Results below are left out.
    exact : bool
        Whether graphs are not asked.
    verified_only : bool
        Whether results that geometry did not verify are left out.
    mirrored : bool
        Whether a picture's mirror image is asked for too.
    without : str, optional
        An image that is no result.
    """

    index: Any
    state: State
    k: int
    weights: dict[str, float]
    rerank: tuple[Reranker, ...]
    min_score: float
    exact: bool
    verified_only: bool
    mirrored: bool
    without: str | None = None

    def answer(self, query: Query, n_jobs: int) -> Ranking:
        """Rank and re-rank, in up to `n_jobs` threads (-1 for all cores)."""
        ranking = self._ranked(query, n_jobs)
        if query.mirror is not None:
            other = self._ranked(query.mirror, n_jobs)
            ranking = better_of_both(ranking, other, query)
        good = np.flatnonzero(ranking.scores >= self.min_score).tolist()
        if self.verified_only:
            if len(ranking) and not ranking.verifications:
                raise ValueError(
                    "verified_only needs a re-ranker that verifies, such as "
                    "SpatialVerification(); put it into rerank, or leave rerank out"
                )
            good = [place for place in good if ranking[place].verified]
        return ranking.take(good[: self.k])

    def _ranked(self, query: Query, n_jobs: int) -> Ranking:
        depth = max([self.k, *map(_depth_of, self.rerank)])
        depth += self.without is not None
        # What was not asked for shall not be looked at, nor the mirror image twice.
        asked = [name for name in self.weights if name in query.parts]
        parts = {name: query.parts[name] for name in asked}
        query = replace(query, parts=parts, weights=self.weights, mirror=None)
        ranking = rank(self.state, query, self.weights, depth, n_jobs, exact=self.exact)
        ranking = self._others(ranking)
        for part in self.rerank:
            ranking = part.rerank(query, ranking, self.index)
            query = ranking.query or query
        return self._others(ranking)

    def _others(self, ranking: Ranking) -> Ranking:
        """Leave out what is no result."""
        if self.without not in ranking.ids:
            return ranking
        places = [p for p, id_ in enumerate(ranking.ids) if id_ != self.without]
        return ranking.take(places)


def check_rerankers(rerank: Any) -> tuple[Reranker, ...]:
    """Raise TypeError unless these are re-rankers; gives them.

    Raises
    ------
    ValueError
        If one has no depth to look at.
    """
    if not isinstance(rerank, Sequence) or isinstance(rerank, str):
        raise TypeError(
            f"rerank must be a list of re-rankers, got {type(rerank).__name__}; "
            "put it in a list"
        )
    for part in rerank:
        if isinstance(part, type) or not isinstance(part, Reranker):
            raise TypeError(
                "rerank must hold re-rankers such as SpatialVerification(), got "
                f"{part!r}"
            )
        _depth_of(part)
    return tuple(rerank)


def _depth_of(part: Reranker) -> int:
    """Give how many results a re-ranker looks at, if it says so."""
    depth = getattr(part, "depth", None)
    return 0 if depth is None else check_count("depth", depth)
