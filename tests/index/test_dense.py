"""Similarities of vectors, against scikit-learn's and scipy's distances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import distance

from cvret.index.dense import METRICS, DenseIndex

P = np.float32([0.5, 0.5, 0.0, 0.0])
Q = np.float32([0.25, 0.25, 0.5, 0.0])


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("cosine", 1 - distance.cosine(P, Q)),
        ("hellinger", 2 * np.sqrt(0.125)),
        ("intersection", 0.5),
        # ((0.25**2 / 0.75) * 2 + 0.5) / 2
        ("chi2", 1 / (1 + (2 * 0.0625 / 0.75 + 0.5) / 2)),
        ("l1", 1 / (1 + distance.cityblock(P, Q))),
        ("l2", 1 / (1 + distance.euclidean(P, Q))),
    ],
)
def test_similarities_by_hand(metric, expected):
    index = DenseIndex([{"vectors": np.stack([P, Q])}], metric)
    scores = index.score(P)
    assert scores[0] == pytest.approx(1)
    assert scores[1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("metric", METRICS)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 20), cut=st.integers(0, 20))
def test_laws_of_similarities(metric, seed, n, cut):
    vectors = np.random.default_rng(seed).random((n, 8)).astype(np.float32)
    whole = DenseIndex([{"vectors": vectors}], metric)
    parts = DenseIndex([{"vectors": vectors[:cut]}, {"vectors": vectors[cut:]}], metric)
    scores = whole.score(vectors[0])
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores[0] == pytest.approx(1, abs=1e-6)
    assert np.allclose(scores, parts.score(vectors[0]))


@pytest.mark.parametrize("metric", METRICS)
def test_a_vector_of_zeros_is_no_error(metric):
    vectors = np.zeros((2, 3), np.float32)
    assert np.isfinite(
        DenseIndex([{"vectors": vectors}], metric).score(vectors[0])
    ).all()


def test_vectors_of_another_length_are_refused():
    index = DenseIndex([{"vectors": np.zeros((1, 3), np.float32)}], "l2")
    with pytest.raises(ValueError, match="must have 3 elements .* got 4"):
        index.score(np.zeros(4, np.float32))


def test_an_unknown_metric_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="metric must be one of chi2, cosine"):
        DenseIndex([], "euclid")
