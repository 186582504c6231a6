"""Similarities of vectors, against scikit-learn's and scipy's distances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import distance
from scipy.stats import wasserstein_distance

from cvret.index.dense import METRICS, DenseIndex, similarities
from cvret.index.quantizing import QUANTIZED, bounds_of, quantize

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
        # 0.25 / 1.75 twice, and 0.5 / 1.5.
        ("relative-l1", 1 / (1 + 2 / 7 + 1 / 3)),
        ("l2", 1 / (1 + distance.euclidean(P, Q))),
        ("correlation", 1 - distance.correlation(P, Q)),
        # 0.25 / (0.5 + 0.375 - 0.25)
        ("tanimoto", 0.4),
        # A quarter moves by 1 bin and a quarter by 2 more: 0.25 + 0.5, of 3 bins.
        ("emd", 1 - wasserstein_distance([0, 1, 2, 3], [0, 1, 2, 3], P, Q) / 3),
    ],
)
def test_similarities_by_hand(metric, expected):
    index = DenseIndex([{"vectors": np.stack([P, Q])}], metric)
    scores = index.score(P)
    assert scores[0] == pytest.approx(1)
    assert scores[1] == pytest.approx(expected, rel=1e-6)


def test_hamming_is_the_share_of_equal_bits():
    vectors = np.float32([[1, 0, 1, 1], [1, 1, 1, 0], [0, 1, 0, 0]])
    scores = DenseIndex([{"vectors": vectors}], "hamming").score(vectors[0])
    assert scores.tolist() == [1, 0.5, 0]


def test_palettes_by_hand():
    # One color against two, of which one is 6 away of 1.2 * 30: alike by 5/6. So
    # d**2 = 1 + (1/4 + 1/4) - 2 * 5/6 * 1/2 = 2/3.
    one = [50, 0, 0, 1, 0, 0, 0, 0]
    two = [50, 6, 0, 0.5, 90, 0, 0, 0.5]
    far = [0, 0, 0, 1, 0, 0, 0, 0]
    vectors = np.float32([one, two, far])
    scores = DenseIndex([{"vectors": vectors}], "palette").score(vectors[0])
    assert scores == pytest.approx([1, 1 - 1 / 3, 0])
    turned = np.float32(two[4:] + two[:4])
    assert DenseIndex([{"vectors": vectors}], "palette").score(turned)[1] == 1


def test_palettes_of_no_whole_rows_are_refused():
    index = DenseIndex([{"vectors": np.zeros((1, 6), np.float32)}], "palette")
    with pytest.raises(ValueError, match="a multiple of 4 elements, got 6"):
        index.score(np.zeros(6, np.float32))


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
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12))
def test_affinities_are_the_scores_of_each_query(metric, seed, n):
    vectors = np.random.default_rng(seed).random((n, 8)).astype(np.float32)
    vectors[0] = 0
    index = DenseIndex([{"vectors": vectors}], metric)
    found = index.affinities(list(vectors), np.arange(n)[::-1])
    expected = [index.score(vector)[::-1] for vector in vectors]
    assert np.allclose(found, expected, atol=1e-6)


def test_affinities_of_palettes_are_the_scores_of_near_and_of_far_colors():
    rng = np.random.default_rng(2)
    colors = rng.random((20, 5, 4)) * (60, 80, 80, 1)  # many farther apart than 30
    colors[..., 3] /= colors[..., 3].sum(axis=1, keepdims=True)
    vectors = colors.reshape(20, 20).astype(np.float32)
    index = DenseIndex([{"vectors": vectors}], "palette")
    found = index.affinities(list(vectors), np.arange(20))
    assert np.allclose(found, [index.score(vector) for vector in vectors], atol=1e-6)
    assert found.std() > 0.05


@pytest.mark.parametrize("metric", METRICS)
def test_a_vector_of_zeros_is_no_error(metric):
    vectors = np.zeros((2, 4), np.float32)
    assert np.isfinite(
        DenseIndex([{"vectors": vectors}], metric).score(vectors[0])
    ).all()


def test_vectors_of_another_length_are_refused():
    index = DenseIndex([{"vectors": np.zeros((1, 3), np.float32)}], "l2")
    with pytest.raises(ValueError, match="must have 3 elements .* got 4"):
        index.score(np.zeros(4, np.float32))


def test_an_unknown_metric_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="metric must be one of chi2, correlation"):
        DenseIndex([], "euclid")


# The best alone, by codes


@pytest.mark.parametrize("metric", QUANTIZED)
@given(seed=st.integers(0, 10**6), spread=st.sampled_from([1e-4, 0.02, 1, 300]))
@settings(deadline=None, max_examples=30)
def test_similarities_lie_within_their_bounds(metric, seed, spread):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(1, 30)), int(rng.integers(1, 90))
    vectors = (rng.random((n, d)) ** 3 * spread).astype(np.float32)
    if metric != "hellinger":
        vectors -= np.float32(spread * rng.random() * 0.5)
    vectors[0] = 0
    query = (vectors[-1] + rng.normal(0, spread / 50, d)).astype(np.float32)
    codes = quantize(vectors, metric)
    index = DenseIndex([{"vectors": vectors}], metric)
    prepared = index.prepare(query)
    low, high = bounds_of(codes, prepared.quantized, metric)
    exact = index.score(query)
    assert (np.clip(low, 0, 1) <= exact + 1e-12).all()
    assert (exact <= np.clip(high, 0, 1) + 1e-12).all()


@pytest.mark.parametrize("metric", QUANTIZED)
def test_bounds_are_narrow(metric):
    vectors = np.random.default_rng(0).dirichlet(np.ones(100) * 0.2, 200)
    vectors = vectors.astype(np.float32)
    index = DenseIndex([{"vectors": vectors}], metric)
    prepared = index.prepare(vectors[0])
    codes = quantize(vectors, metric)
    low, high = bounds_of(codes, prepared.quantized, metric)
    assert (high - low)[1:].max() < 0.03


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("gone", [False, True])
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12))
@settings(deadline=None, max_examples=10)
def test_the_best_are_those_of_comparing_all(metric, gone, seed, n):
    rng = np.random.default_rng(seed)
    vectors = rng.dirichlet(np.ones(20) * 0.3, 300).astype(np.float32)
    vectors[100:120] = vectors[5]  # ties
    there = rng.random(300) < 0.6 if gone else None
    segment = {"vectors": vectors, **quantize(vectors, metric)}
    index = DenseIndex([segment], metric, [there])
    query = vectors[5] if seed % 2 else vectors[:2].mean(axis=0)
    exact = index.score(query)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cvret.index.dense._FEW", 0)
        prepared = index.prepare(query)
        rows, scores = index.score_segment(prepared, 0, n)
        floored, _ = index.score_segment(prepared, 0, n, floor=np.sort(exact)[-3])
    assert scores.tolist() == exact[rows].tolist()
    nth = np.sort(exact)[-n]
    assert set(np.flatnonzero(exact >= max(nth, 1e-300))) <= set(rows)
    assert set(np.flatnonzero(exact >= max(nth, np.sort(exact)[-3]))) <= set(floored)


def test_a_similarity_does_not_depend_on_the_rows_beside_it():
    vectors = np.random.default_rng(0).random((50, 332)).astype(np.float32)
    for metric in METRICS:
        whole = DenseIndex([{"vectors": vectors}], metric).score(vectors[3])
        for row in (0, 3, 49):
            alone = DenseIndex([{"vectors": vectors[row : row + 1]}], metric)
            assert alone.score(vectors[3])[0] == whole[row]


@given(seed=st.integers(0, 10**6))
def test_a_vector_and_itself_give_exactly_one(seed):
    vector = np.random.default_rng(seed).normal(size=100).astype(np.float32)
    searched = DenseIndex([{"vectors": vector[None]}], "cosine")
    assert searched.score(vector).tolist() == [1.0]


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_many_with_many_is_to_six_digits_each_with_each(metric):
    rng = np.random.default_rng(4)
    queries, vectors = rng.random((3, 8)), rng.random((9, 8)).astype(np.float32)
    found = similarities(queries, vectors, metric)
    one_by_one = [METRICS[metric](query, vectors.astype(float)) for query in queries]
    assert found == pytest.approx(np.clip(one_by_one, 0, 1), abs=2e-6)
    assert similarities(queries, vectors[:0], metric).shape == (3, 0)
