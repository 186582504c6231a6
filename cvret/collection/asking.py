"""How a search is asked for: checked once, answered for one query or many."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cvret.collection.searching import rank
from cvret.collection.state import State
from cvret.protocols import Reranker
from cvret.records import Query, Ranking, Verification

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
            ranking = either(ranking, turned_back(other, query))
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


def either(first: Ranking, second: Ranking) -> Ranking:
    """Give each image the better of its scores in two rankings, and put it in order."""
    scores = dict(zip(first.ids, first.scores.tolist(), strict=True))
    verifications = dict(first.verifications)
    for id_, score in zip(second.ids, second.scores.tolist(), strict=True):
        if score > scores.get(id_, -1.0):
            scores[id_] = score
            verifications.pop(id_, None)
            if id_ in second.verifications:
                verifications[id_] = second.verifications[id_]
    ids = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return Ranking(tuple(ids), np.array([scores[id_] for id_ in ids]), verifications)


def turned_back(ranking: Ranking, query: Query) -> Ranking:
    """Give a ranking for a mirrored query in the pixels of the query itself."""
    flip = np.array([[-1.0, 0, query.width], [0, 1, 0], [0, 0, 1]])

    def turned(found: Verification) -> Verification:
        pairs = found.pairs.copy()
        pairs[:, 0] = query.width - pairs[:, 0]
        transform = None if found.transform is None else found.transform @ flip
        box = None if found.box is None else found.box[[1, 0, 3, 2]]
        return replace(found, transform=transform, box=box, pairs=pairs)

    found = {id_: turned(value) for id_, value in ranking.verifications.items()}
    return Ranking(ranking.ids, ranking.scores, found)
