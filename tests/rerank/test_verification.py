"""Geometry: known transforms are found, absurd ones refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.records import Correspondences, Query, Ranking
from cvret.rerank.kernels import (
    agreeing,
    agreeing_numpy,
    best_similarity,
    best_similarity_numpy,
)
from cvret.rerank.verification import SpatialVerification, apply_transform, verify

WIDTH, HEIGHT = 640, 480


def similarity(scale, degrees, tx, ty) -> np.ndarray:
    turn = np.deg2rad(degrees)
    a, b = scale * np.cos(turn), scale * np.sin(turn)
    return np.array([[a, -b, tx], [b, a, ty], [0, 0, 1]])


def matches_of(transform, n_true, n_false, rng, noise=0.5) -> Correspondences:
    """Keypoints moved by a transform, then false ones at random."""
    n = n_true + n_false
    source = np.empty((n, 4), np.float32)
    source[:, 0], source[:, 1] = rng.uniform(0, WIDTH, n), rng.uniform(0, HEIGHT, n)
    source[:, 2], source[:, 3] = rng.uniform(3, 30, n), rng.uniform(0, 360, n)
    target = np.empty_like(source)
    target[:, :2] = apply_transform(transform, source[:, :2])
    target[:, :2] += rng.normal(0, noise, (n, 2))
    scale = np.sqrt(np.abs(np.linalg.det(transform[:2, :2])))
    turn = np.rad2deg(np.arctan2(transform[1, 0], transform[0, 0]))
    target[:, 2] = source[:, 2] * scale
    target[:, 3] = (source[:, 3] + turn) % 360
    false = slice(n_true, n)
    target[false, 0] = rng.uniform(0, WIDTH, n_false)
    target[false, 1] = rng.uniform(0, HEIGHT, n_false)
    target[false, 2] = rng.uniform(3, 30, n_false)
    target[false, 3] = rng.uniform(0, 360, n_false)
    return Correspondences(
        features=np.arange(n, dtype=np.int32),
        words=np.zeros(n, np.uint32),
        source=source,
        target=target,
        targets=np.arange(n),
        similarities=np.ones(n, np.float32),
        weights=np.full(n, 1 / max(n, 1)),
        width=WIDTH,
        height=HEIGHT,
    )


QUERY = Query({}, WIDTH, HEIGHT)


@pytest.mark.parametrize("n_true", [100, 40, 20])
def test_a_similarity_is_found_among_false_matches(n_true):
    rng = np.random.default_rng(n_true)
    true = similarity(0.6, 25, 150, 40)
    found = verify(QUERY, matches_of(true, n_true, 200 - n_true, rng))
    assert found.inliers >= 0.95 * n_true
    corners = QUERY.corners()
    errors = found.box - apply_transform(true, corners)
    assert np.abs(errors).max() < 8


def test_an_affine_view_is_fitted_better_than_by_a_similarity():
    rng = np.random.default_rng(0)
    tilted = similarity(1, 10, 60, 20) @ np.diag([0.6, 1.0, 1.0])
    matches = matches_of(tilted, 150, 0, rng)
    affine = verify(QUERY, matches, "affine")
    plain = verify(QUERY, matches, "similarity")
    assert affine.inliers == 150 > plain.inliers
    assert affine.transform == pytest.approx(tilted, abs=1)


def test_a_homography_is_fitted_on_request():
    rng = np.random.default_rng(0)
    seen = np.array([[0.9, 0.05, 30], [-0.04, 0.8, 40], [2e-4, 1e-4, 1.0]])
    found = verify(QUERY, matches_of(seen, 120, 30, rng), "homography")
    affine = verify(QUERY, matches_of(seen, 120, 30, np.random.default_rng(0)))
    assert found.inliers >= 115 > affine.inliers
    assert found.transform / found.transform[2, 2] == pytest.approx(
        seen, abs=1, rel=0.1
    )


def test_random_matches_have_few_inliers():
    counts = [
        verify(QUERY, matches_of(np.eye(3), 0, 60, np.random.default_rng(seed))).inliers
        for seed in range(200)
    ]
    assert np.mean(np.array(counts) >= 7) < 0.01


def test_a_mirrored_picture_is_no_match():
    rng = np.random.default_rng(0)
    mirror = np.array([[-1.0, 0, WIDTH], [0, 1, 0], [0, 0, 1]])
    assert verify(QUERY, matches_of(mirror, 100, 0, rng)).inliers < 15


@pytest.mark.parametrize("scale", [100.0, 0.01])
def test_a_wild_scale_is_no_match(scale):
    rng = np.random.default_rng(0)
    matches = matches_of(similarity(scale, 0, 0, 0), 50, 0, rng)
    assert verify(QUERY, matches).inliers == 0


def test_points_on_a_line_are_no_error():
    rng = np.random.default_rng(0)
    matches = matches_of(similarity(1, 0, 5, 5), 30, 0, rng, noise=0)
    matches.source[:, 1] = 100
    matches.target[:, 1] = 105
    assert verify(QUERY, matches).inliers == 30


def test_a_feature_counts_once_on_either_side():
    rng = np.random.default_rng(0)
    matches = matches_of(similarity(1, 0, 0, 0), 10, 0, rng, noise=0)
    many_to_one = Correspondences(
        **{
            **vars(matches),
            "targets": np.zeros(10, np.int64),
            "source": np.repeat(matches.source[:1], 10, axis=0),
            "target": np.repeat(matches.target[:1], 10, axis=0),
        }
    )
    assert verify(QUERY, many_to_one).inliers == 1


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_matches_verify_nothing(n):
    found = verify(QUERY, matches_of(np.eye(3), n, 0, np.random.default_rng(0)))
    assert found.inliers == 0
    assert found.transform is None
    assert found.box is None


@given(seed=st.integers(0, 10**6), n=st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_both_forms_of_the_kernel_agree(seed, n):
    rng = np.random.default_rng(seed)
    matches = matches_of(similarity(1.3, 70, 10, -20), n // 2, n - n // 2, rng)
    arguments = (matches.source, matches.target, 12.8, 12.8, 16.0)
    fast, plain = best_similarity(*arguments), best_similarity_numpy(*arguments)
    assert fast[0] == plain[0]
    assert fast[1:] == pytest.approx(plain[1:], rel=1e-9, abs=1e-9)


class Table:
    """Stands for an index: matches by id."""

    def __init__(self, matches):
        self.matches = matches

    def correspondences(self, query, ids):
        return iter([self.matches[id_] for id_ in ids])


def test_verified_results_come_first_and_the_tail_is_kept():
    rng = np.random.default_rng(0)
    wrong = matches_of(np.eye(3), 0, 20, rng)
    right = matches_of(similarity(1, 5, 0, 0), 50, 0, rng)
    ranking = Ranking(("a", "b", "c", "d"), np.array([0.9, 0.8, 0.7, 0.6]))
    table = Table({"a": wrong, "b": right, "c": wrong})
    result = SpatialVerification(depth=3).rerank(QUERY, ranking, table)
    assert result.ids == ("b", "a", "c", "d")
    assert result.scores[0] == pytest.approx(1.0)
    assert result.scores[1:].tolist() == [0.45, 0.35, 0.3]
    assert result[0].inliers == 50
    assert result[3].inliers is None
    assert (np.diff(result.scores) <= 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 0}, "depth must be at least 1, got 0"),
        ({"min_inliers": 0}, "min_inliers must be at least 1"),
        ({"model": "rigid"}, "model must be one of similarity, affine, homography"),
        ({"tolerance": 0}, r"tolerance must lie in \[1e-06, 1\], got 0"),
    ],
)
def test_wrong_parameters_are_refused(arguments, message):
    ranking = Ranking(("a",), np.array([0.9]))
    matches = matches_of(np.eye(3), 5, 0, np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        SpatialVerification(**arguments).rerank(QUERY, ranking, Table({"a": matches}))


@given(seed=st.integers(0, 10**6), n=st.integers(0, 40))
@settings(deadline=None)
def test_both_forms_find_the_same_inliers_one_to_one(seed, n):
    rng = np.random.default_rng(seed)
    transform = similarity(rng.uniform(0.3, 3), rng.uniform(0, 360), 50, -20)
    transform[2, :2] = rng.uniform(-1e-4, 1e-4, 2)  # a homography
    matches = matches_of(transform, n, n // 2, rng, noise=4)
    features = rng.integers(0, 12, len(matches)).astype(np.int32)
    targets = rng.integers(0, 12, len(matches)) * 10**9
    arguments = (transform, matches.source, matches.target, features, targets, 20, 12)
    fast, plain = agreeing(*arguments), agreeing_numpy(*arguments)
    assert fast.tolist() == plain.tolist()
    assert len(set(features[fast])) == len(set(targets[fast])) == len(fast)


def test_very_many_matches_take_no_square_of_time():
    rng = np.random.default_rng(0)
    true = similarity(0.8, 10, 5, 5)
    matches = matches_of(true, 60_000, 40_000, rng)
    found = verify(QUERY, matches)
    assert found.inliers > 55_000
