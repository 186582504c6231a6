"""Re-ranking by neighbors: graphs small enough to see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cvret
from cvret.records import Query, Ranking
from cvret.rerank.neighbors import augment, diffuse, k_reciprocal


def chain(n: int) -> np.ndarray:
    """Each is like the next one only; the query, at the end, like the first."""
    found = np.eye(n)
    for i in range(n - 1):
        found[i, i + 1] = found[i + 1, i] = 0.8
    return found


def test_diffusion_reaches_along_a_chain():
    scores = diffuse(chain(6), k=3, alpha=0.9, gamma=1)
    assert (np.diff(scores) < 0).all()
    assert scores[-1] > 0


def test_diffusion_equals_the_closed_form():
    rng = np.random.default_rng(0)
    vectors = rng.random((8, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    affinities = vectors @ vectors.T
    np.fill_diagonal(affinities, 1)
    # With as many neighbors as there are, the graph is complete.
    edges = affinities**2
    np.fill_diagonal(edges, 0)
    scale = np.diag(1 / np.sqrt(edges.sum(axis=1)))
    expected = np.linalg.solve(np.eye(8) - 0.8 * scale @ edges @ scale, np.eye(8)[0])
    found = diffuse(affinities, k=7, alpha=0.8, gamma=2)
    assert found == pytest.approx(expected[1:], rel=1e-3)


def test_diffusion_without_spreading_keeps_the_order():
    affinities = np.eye(4)
    affinities[0, 1:] = affinities[1:, 0] = [0.3, 0.9, 0.6]
    scores = diffuse(affinities, k=3, alpha=0.0, gamma=1)
    assert np.argsort(-scores).tolist() == [1, 2, 0]


def test_k_reciprocal_prefers_who_shares_neighbors():
    # The query, two of its kind, and one that is as like the query but of another kind.
    affinities = np.full((6, 6), 0.1)
    affinities[:3, :3] = 0.8
    affinities[3:, 3:] = 0.9
    affinities[0, 3] = affinities[3, 0] = 0.8
    np.fill_diagonal(affinities, 1)
    scores = k_reciprocal(affinities, k1=2, k2=1, own=0.3)
    assert min(scores[0], scores[1]) > scores[2]


def test_augmentation_by_hand():
    # Two pictures as like one another as can be: each becomes their sum, of length 2,
    # and the query's product with it is 0.9 + 0.5.
    affinities = np.array([[1, 0.9, 0.5], [0.9, 1, 1.0], [0.5, 1.0, 1]])
    found = augment(affinities, top=1, alpha=1)
    assert found == pytest.approx([(0.9 + 0.5) / 2] * 2)


@given(seed=st.integers(0, 10**6), n=st.integers(2, 12))
def test_each_gives_finite_scores_of_any_pictures(seed, n):
    rng = np.random.default_rng(seed)
    vectors = np.abs(rng.normal(size=(n, 3))) * rng.integers(0, 2, (n, 1))
    norms = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    affinities = np.clip((vectors / norms) @ (vectors / norms).T, 0, 1)
    np.fill_diagonal(affinities, 1)
    for scores in (
        diffuse(affinities, 5, 0.9, 3),
        k_reciprocal(affinities, 5, 2, 0.3),
        augment(affinities, 5, 3),
    ):
        assert scores.shape == (n - 1,)
        assert np.isfinite(scores).all()
        assert (scores >= -1e-9).all()
    assert k_reciprocal(affinities, 5, 2, 0.3).max() <= 1 + 1e-9
    assert augment(affinities, 5, 3).max() <= 1


class Table:
    """Stands for an index: affinities of the query "" and four pictures."""

    def affinities(self, ids, query):
        order = ["", "a", "b", "c", "d"]
        places = [0, *(order.index(id_) for id_ in ids)]
        return chain(5)[np.ix_(places, places)]


@pytest.mark.parametrize(
    "part", [cvret.Diffusion(3), cvret.KReciprocal(3), cvret.DatabaseAugmentation(3)]
)
def test_the_tail_is_kept_behind(part):
    ranking = Ranking(("c", "b", "a", "d"), np.array([0.9, 0.8, 0.7, 0.6]))
    found = part.rerank(Query({}, 10, 10), ranking, Table())
    assert found.ids[0] == "a"  # the only one that the query is like
    assert found.ids[3] == "d"
    assert (np.diff(found.scores) <= 0).all()
    assert 0 <= found.scores.min() <= found.scores.max() <= 1


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (cvret.Diffusion(depth=0), "depth must be at least 1"),
        (cvret.Diffusion(alpha=1.0), "alpha must lie in"),
        (cvret.KReciprocal(k1=0), "k1 must be at least 1"),
        (cvret.KReciprocal(own=2), "own must lie in"),
        (cvret.DatabaseAugmentation(top=0), "top must be at least 1"),
    ],
)
def test_wrong_parameters_are_refused(part, message):
    ranking = Ranking(("a",), np.array([0.9]))
    with pytest.raises(ValueError, match=message):
        part.rerank(Query({}, 10, 10), ranking, Table())


def test_an_empty_ranking_stays_empty():
    nothing = Ranking((), np.empty(0))
    assert cvret.Diffusion().rerank(Query({}, 10, 10), nothing, Table()).ids == ()


def test_pictures_that_are_the_same_score_the_same():
    same = np.ones((31, 31))
    for scores in (
        diffuse(same, 15, 0.9, 3),
        k_reciprocal(same, 5, 1, 0.3),
        augment(same, 5, 3),
    ):
        assert np.ptp(scores) < 1e-9
