"""How a search is asked for: checked once, answered for one query or many."""

from dataclasses import dataclass
from typing import Any

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
    """

    index: Any
    state: State
    k: int
    weights: dict[str, float]
    rerank: tuple[Reranker, ...]
    min_score: float
    exact: bool

    def answer(self, query: Query, n_jobs: int) -> Ranking:
        """Rank and re-rank, in up to `n_jobs` threads (-1 for all cores)."""
        depths = [int(getattr(part, "depth", 0)) for part in self.rerank]
        depth = max(self.k, *depths, 0)
        ranking = rank(self.state, query, self.weights, depth, n_jobs, exact=self.exact)
        for part in self.rerank:
            ranking = part.rerank(query, ranking, self.index)
        return ranking[: min(self.k, int((ranking.scores >= self.min_score).sum()))]
