"""How a search is asked for: checked once, answered for one query or many."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cvret.collection.mirroring import better_of_both
from cvret.collection.searching import rank
from cvret.collection.state import State
from cvret.protocols import Reranker
from cvret.records import Query, Ranking

__all__ = ["Asking"]


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

    def answer(self, query: Query, n_jobs: int) -> Ranking:
        """Rank and re-rank, in up to `n_jobs` threads (-1 for all cores)."""
        ranking = self._ranked(query, n_jobs)
        if query.mirror is not None:
            other = self._ranked(query.mirror, n_jobs)
            ranking = better_of_both(ranking, other, query)
        good = np.flatnonzero(ranking.scores >= self.min_score).tolist()
        if self.verified_only:
            good = [place for place in good if ranking[place].verified]
        return ranking.take(good[: self.k])

    def _ranked(self, query: Query, n_jobs: int) -> Ranking:
        depths = [int(getattr(part, "depth", 0) or 0) for part in self.rerank]
        depth = max(self.k, *depths, 0)
        query = replace(query, weights=self.weights)
        ranking = rank(self.state, query, self.weights, depth, n_jobs, exact=self.exact)
        for part in self.rerank:
            ranking = part.rerank(query, ranking, self.index)
        return ranking
