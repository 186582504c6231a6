"""How many matches mean something."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammainc

from cvret.records import Correspondences, Query
from cvret.rerank.false_alarms import (
    chance_agreements,
    chance_agreements_numpy,
    effective_count,
    effective_count_numpy,
    log_tail,
)
from cvret.rerank.verification import SpatialVerification


def matches(source, target, side=1000) -> Correspondences:
    """Matches between places of two pictures, of the same size and angle."""
    n = len(source)
    keypoints = np.zeros((2, n, 4), np.float32)
    keypoints[:, :, 2] = 8
    keypoints[0, :, :2], keypoints[1, :, :2] = source, target
    return Correspondences(
        features=np.arange(n, dtype=np.int32),
        words=np.zeros(n, np.uint32),
        source=keypoints[0],
        target=keypoints[1],
        targets=np.arange(n),
        similarities=np.ones(n, np.float32),
        weights=np.full(n, 1 / n),
        width=side,
        height=side,
    )


@given(seed=st.integers(0, 10**6), n=st.integers(0, 80))
def test_both_forms_count_the_same(seed, n):
    rng = np.random.default_rng(seed)
    points = rng.normal(50, 60, (n, 4)).astype(np.float32)
    arguments = (points, 90.0, 120.0, 5.0, -3.0)
    assert effective_count(*arguments) == pytest.approx(
        effective_count_numpy(*arguments)
    )


def test_points_far_apart_count_one_each_and_a_crowd_its_root():
    far = np.float32([[10, 10], [500, 10], [10, 500], [500, 500]])
    crowd = np.float32([[700, 700]] * 9)
    assert effective_count(far, 1000.0, 1000.0, 0.0, 0.0) == 4
    assert effective_count(crowd, 1000.0, 1000.0, 0.0, 0.0) == 3
    assert effective_count(np.vstack([far, crowd]), 1000.0, 1000.0, 0.0, 0.0) == 7


def test_no_points_count_nothing_and_points_outside_are_no_error():
    assert effective_count(np.empty((0, 4), np.float32), 10.0, 10.0, 0.0, 0.0) == 0
    assert effective_count(np.float32([[-5, 3], [99, 99]]), 10.0, 10.0, 0.0, 0.0) == 2


@given(count=st.floats(0.1, 300), expected=st.floats(1e-6, 100))
def test_the_tail_is_the_incomplete_gamma_function(count, expected):
    if count <= expected:
        assert log_tail(count, expected) == 0
        return
    known = gammainc(count, expected)
    if known > 1e-290:
        assert log_tail(count, expected) == pytest.approx(math.log10(known), abs=1e-9)


def test_what_cannot_happen_has_no_chance():
    assert log_tail(3, 0.0) == -math.inf
    assert log_tail(0, 0.0) == 0


def test_shuffled_matches_agree_as_often_as_counted_by_hand():
    # Three targets within reach of one another and one far away. By the identity each
    # of the three sees the two others among the three other matches; the far one none,
    # for which the even spread stands.
    places = np.float32([[0, 0], [1, 0], [0, 1], [500, 500]])
    found = matches(places, places)
    arguments = (np.eye(3), found.source, found.target, found.features, found.targets)
    expected = 3 * 2 / 3 + 0.01
    assert chance_agreements_numpy(*arguments, 5.0, 0.01) == pytest.approx(expected)
    assert chance_agreements(*arguments, 5.0, 0.01) == pytest.approx(expected)


@given(seed=st.integers(0, 10**6), n=st.integers(1, 60))
def test_both_forms_agree(seed, n):
    rng = np.random.default_rng(seed)
    found = matches(rng.uniform(0, 100, (n, 2)), rng.uniform(0, 100, (n, 2)), side=100)
    features = rng.integers(0, 20, n).astype(np.int32)
    targets = rng.integers(0, 20, n)
    transform = np.eye(3) + rng.normal(0, 1e-3, (3, 3))
    arguments = (transform, found.source, found.target, features, targets, 20.0, 0.02)
    assert chance_agreements(*arguments) == pytest.approx(
        chance_agreements_numpy(*arguments), abs=2 / n
    )


def judged(source, target):
    query = Query({}, 1000, 1000)
    return SpatialVerification().verify(query, matches(source, target), n_images=100)


def test_a_small_shared_pattern_is_not_the_same_thing():
    # Thirty matches within a stamp of 30 pixels, in pictures of 1,000; and as many all
    # over the picture.
    rng = np.random.default_rng(0)
    stamp = rng.uniform(0, 30, (30, 2))
    others = rng.uniform(0, 1000, (40, 2)), rng.uniform(0, 1000, (40, 2))
    shared = judged(
        np.vstack([stamp + 100, others[0]]), np.vstack([stamp + 700, others[1]])
    )
    spread = rng.uniform(0, 1000, (30, 2))
    same = judged(np.vstack([spread, others[0]]), np.vstack([spread, others[1]]))
    assert shared.inliers >= 30
    assert same.inliers >= 30
    assert not shared.verified
    assert same.verified
    assert same.probability > 0.999 > shared.probability


def test_chance_verifies_less_often_than_it_says():
    # A thousand pictures with nothing in common, searched a hundred at a time: ten
    # searches, of which each may give 0.001 false alarms.
    rng = np.random.default_rng(1)
    alarms = [
        judged(rng.uniform(0, 1000, (n, 2)), rng.uniform(0, 1000, (n, 2)))
        for n in rng.integers(3, 150, 1000)
    ]
    assert not any(found.verified for found in alarms)
    # At one false alarm a search, ten in all would be allowed.
    assert sum(found.log_false_alarms <= 0 for found in alarms) <= 10


def test_the_probability_runs_from_zero_to_one():
    nothing = judged(np.float32([[1, 1]]), np.float32([[1, 1]]))
    assert nothing.probability == 0
    places = np.random.default_rng(0).uniform(0, 1000, (200, 2))
    assert judged(places, places).probability == 1
    assert judged(places, places).share == 1
