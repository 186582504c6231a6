"""Re-ranking by how the first results are alike among themselves.

Each class asks the index for the affinities of the query and its first results; what it
does with them is a function of that matrix alone.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_number
from cvret._parameters import Parameters
from cvret.records import Query, Ranking

__all__ = [
    "DatabaseAugmentation",
    "Diffusion",
    "KReciprocal",
    "augment",
    "diffuse",
    "k_reciprocal",
]

Doubles = NDArray[np.float64]


def diffuse(affinities: Doubles, k: int, alpha: float, gamma: float) -> Doubles:
    """Spread the query's score over the graph of nearest neighbors.

    Parameters
    ----------
    affinities : array of float64, shape (n, n)
        In [0, 1], symmetric; the query stands first.
    k : int
        Neighbors of each; an edge joins two that are among each other's.
    alpha : float
        How far it spreads, from 0 (not at all) to below 1.
    gamma : float
        Affinities are raised to this power, so that near ones count more.

    Returns
    -------
    array of float64, shape (n - 1,)
        Of the others than the query; at least 0.

    References
    ----------
    Zhou et al., "Ranking on data manifolds", NIPS 2003. Iscen et al., "Efficient
    diffusion on region manifolds", CVPR 2017, whose graph this is.

    Examples
    --------
    The query is like the first alone; but that is like the second, not the third.

    >>> affinities = np.array(
    ...     [[1, 0.9, 0.1, 0.1], [0.9, 1, 0.8, 0], [0.1, 0.8, 1, 0], [0.1, 0, 0, 1]]
    ... )
    >>> scores = diffuse(affinities, k=2, alpha=0.9, gamma=1.0)
    >>> bool(scores[1] > scores[2])
    True
    """
    from scipy.sparse import csr_array, eye_array
    from scipy.sparse.linalg import cg

    n = len(affinities)
    among = affinities.copy()
    np.fill_diagonal(among, 0)
    near = _nearest(among, k)
    # What is near to the query alone is on the graph too, or nothing would reach it.
    mutual = near & near.T
    mutual[0], mutual[:, 0] = near[0], near[0]
    edges = np.where(mutual, among**gamma, 0)
    degrees = edges.sum(axis=1)
    scale = np.divide(1, np.sqrt(degrees), out=np.zeros(n), where=degrees > 0)
    spread = csr_array(scale[:, None] * edges * scale)
    start = np.zeros(n)
    start[0] = 1
    scores, _ = cg(eye_array(n) - alpha * spread, start, rtol=1e-8, maxiter=200)
    # Those that nothing reaches keep their order behind the others.
    reached = np.maximum(scores[1:], 0)
    tiny = 1e-6 * float(reached.max(initial=1.0))
    found: Doubles = reached + tiny * affinities[0, 1:]
    return found


def k_reciprocal(affinities: Doubles, k1: int, k2: int, own: float) -> Doubles:
    """Compare the query's reciprocal neighbors with those of each other picture.

    Parameters
    ----------
    affinities : array of float64, shape (n, n)
        In [0, 1], symmetric; the query stands first.
    k1 : int
        Neighbors that are looked at for reciprocity.
    k2 : int
        Nearest neighbors whose sets are averaged (local query expansion).
    own : float
        Weight of the affinity itself, from 0 to 1; the rest is the Jaccard similarity.

    Returns
    -------
    array of float64, shape (n - 1,)
        Of the others than the query, in [0, 1].

    References
    ----------
    Zhong, Zheng, Cao and Li, "Re-ranking person re-identification with k-reciprocal
    encoding", CVPR 2017.
    """
    whole = affinities + np.eye(len(affinities))  # each is the nearest to itself
    # i and j are reciprocal where each is among the nearest of the other.
    mutual = _nearest(whole, k1 + 1)
    mutual &= mutual.T
    half = _nearest(whole, max(1, round(k1 / 2)) + 1)
    half &= half.T
    # Of each neighbor take in its own ones, if most of them are neighbors already.
    shared = half.astype(float) @ mutual.T
    trusted = mutual & (shared > 2 / 3 * half.sum(axis=1)[:, None]).T
    expanded = mutual | (trusted.astype(float) @ half > 0)
    sets = np.where(expanded, np.exp(affinities - 1), 0)
    sets /= sets.sum(axis=1, keepdims=True)
    if k2 > 1:
        nearest = _nearest(whole, k2).astype(float)
        sets = nearest @ sets / nearest.sum(axis=1, keepdims=True)
    common = np.minimum(sets[0], sets[1:]).sum(axis=1)
    jaccard = common / np.maximum(2 - common, 1e-12)  # each set sums to 1
    mixed: Doubles = own * affinities[0, 1:] + (1 - own) * np.clip(jaccard, 0, 1)
    return mixed


def _nearest(affinities: Doubles, k: int) -> NDArray[np.bool_]:
    """Tell which are among the `k` nearest of each row, with all that tie for it.

    None that shares nothing is near.
    """
    n = affinities.shape[1]
    if k >= n:
        return affinities > 0
    least = np.partition(affinities, n - k, axis=1)[:, n - k]
    near: NDArray[np.bool_] = (affinities >= least[:, None]) & (affinities > 0)
    return near


def augment(affinities: Doubles, top: int, alpha: float) -> Doubles:
    """Compare the query with the mean of each picture and its neighbors.

    Parameters
    ----------
    affinities : array of float64, shape (n, n)
        Inner products in [0, 1]; the query stands first.
    top : int
        Neighbors of each picture that are averaged with it.
    alpha : float
        A neighbor weighs its affinity to this power.

    Returns
    -------
    array of float64, shape (n - 1,)
        Similarities to the query, in [0, 1].

    References
    ----------
    Turcot and Lowe, "Better matching with fewer features", ICCV Workshops 2009.
    Arandjelović and Zisserman, "Three things everyone should know to improve object
    retrieval", CVPR 2012.
    """
    among = affinities[1:, 1:]
    near = _nearest(among + np.eye(len(among)), top + 1)
    weights = np.where(near, among**alpha, 0)
    norms = np.sqrt(np.einsum("ij,jk,ik->i", weights, among, weights, optimize=True))
    scores = weights @ affinities[0, 1:] / np.maximum(norms, 1e-12)
    clipped: Doubles = np.clip(scores, 0, 1)
    return clipped


class _ByNeighbors(Parameters):
    """The first results in a new order; the tail that was not looked at is kept."""

    depth: int
    needs_keypoints = False

    def _check(self) -> Callable[[Doubles], Doubles]:
        raise NotImplementedError(f"{type(self).__name__} compares nothing")

    def rerank(self, query: Query, ranking: Ranking, index: Any) -> Ranking:
        """Give the first `depth` results in their new order, then the tail.

        Parameters
        ----------
        query : Query
            What the ranking answers.
        ranking : Ranking
            Its first `depth` results are compared with one another.
        index : Index
            Gives the affinities.
        """
        depth, function = check_count("depth", self.depth), self._check()
        ids = ranking.ids[:depth]
        if not ids:
            return ranking
        found = function(index.affinities(ids, query))
        # Between the best of the tail and 1, so that the tail stays behind.
        tail = ranking.scores[depth:]
        least = float(tail[0]) if len(tail) else 0.0
        best = max(float(found.max(initial=0.0)), 1.0)
        scores = np.minimum(least + (1 - least) * found / best, 1)
        scores = np.concatenate([scores, tail])
        order = sorted(
            range(len(ranking)), key=lambda place: (-scores[place], ranking.ids[place])
        )
        ids = tuple(ranking.ids[place] for place in order)
        return Ranking(ids, scores[order], ranking.verifications)


class Diffusion(_ByNeighbors):
    """Re-rank the first results by diffusion on the graph of their neighbors.

    A result gains from others that are like it and like the query: pictures of a
    category or an object are reached through one another.

    Parameters
    ----------
    depth : int
        Results on the graph. Of visual words each costs a search.
    k : int
        Neighbors of each.
    alpha : float
        How far scores spread, from 0 to below 1.
    gamma : float
        Affinities are raised to this power.

    References
    ----------
    Iscen et al., "Efficient diffusion on region manifolds: recovering small objects
    with compact CNN representations", CVPR 2017.

    Examples
    --------
    >>> Diffusion(depth=500)
    Diffusion(depth=500)
    """

    def __init__(
        self, depth: int = 1000, *, k: int = 15, alpha: float = 0.9, gamma: float = 3.0
    ):
        self.depth = depth
        self.k = k
        self.alpha = alpha
        self.gamma = gamma

    def _check(self) -> Callable[[Doubles], Doubles]:
        k = check_count("k", self.k)
        alpha = check_number("alpha", self.alpha, least=0, most=0.9999)
        gamma = check_number("gamma", self.gamma, least=0)
        return lambda affinities: diffuse(affinities, k, alpha, gamma)


class KReciprocal(_ByNeighbors):
    """Re-rank the first results by the neighbors that they share with the query.

    Parameters
    ----------
    depth : int
        Results that are compared. Of visual words each costs a search.
    k1, k2 : int
        Neighbors for reciprocity, and for the average of sets.
    own : float
        Weight of the similarity itself, from 0 to 1.

    References
    ----------
    Zhong, Zheng, Cao and Li, "Re-ranking person re-identification with k-reciprocal
    encoding", CVPR 2017.

    Examples
    --------
    >>> KReciprocal(depth=100, k1=10)
    KReciprocal(depth=100, k1=10)
    """

    def __init__(
        self, depth: int = 200, *, k1: int = 20, k2: int = 6, own: float = 0.3
    ):
        self.depth = depth
        self.k1 = k1
        self.k2 = k2
        self.own = own

    def _check(self) -> Callable[[Doubles], Doubles]:
        k1, k2 = check_count("k1", self.k1), check_count("k2", self.k2)
        own = check_number("own", self.own, least=0, most=1)
        return lambda affinities: k_reciprocal(affinities, k1, k2, own)


class DatabaseAugmentation(_ByNeighbors):
    """Re-rank the first results, each averaged with its nearest neighbors.

    What is averaged are results of this search, so that nothing stored changes, and
    what is added or removed counts at once.

    Parameters
    ----------
    depth : int
        Results that are compared, and among which neighbors are looked for. Of visual
        words each costs a search.
    top : int
        Neighbors that are averaged with each.
    alpha : float
        A neighbor weighs its similarity to this power.

    References
    ----------
    Arandjelović and Zisserman, "Three things everyone should know to improve object
    retrieval", CVPR 2012. Gordo, Almazán, Revaud and Larlus, "End-to-end learning of
    deep visual representations for image retrieval", International Journal of Computer
    Vision 124(2), 2017 (weights).

    Examples
    --------
    >>> DatabaseAugmentation(top=5)
    DatabaseAugmentation(top=5)
    """

    def __init__(self, depth: int = 1000, *, top: int = 10, alpha: float = 3.0):
        self.depth = depth
        self.top = top
        self.alpha = alpha

    def _check(self) -> Callable[[Doubles], Doubles]:
        top = check_count("top", self.top)
        alpha = check_number("alpha", self.alpha, least=0)
        return lambda affinities: augment(affinities, top, alpha)
