"""K-means on whole numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from cvret.encoding.clustering import (
    highest_code,
    k_means,
    nearest,
    tree_k_means,
)


def corners(n: int) -> np.ndarray:
    """`n` points at each corner of a square, exactly."""
    return np.repeat(np.float32([[0, 0], [0, 90], [90, 0], [90, 90]]), n, axis=0)


def test_corners_become_centers():
    centers, labels = k_means(corners(5), 4, np.random.default_rng(3), 20)
    # Whatever the starts, each point is at a center that is the mean of its points.
    assert len(np.unique(labels)) == len(centers)
    for label in range(len(centers)):
        assert corners(5)[labels == label].mean(axis=0) == pytest.approx(centers[label])


def test_the_error_is_close_to_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    points = rng.integers(0, 200, (2000, 8)).astype(np.float32)
    centers, labels = k_means(points, 32, np.random.default_rng(0), 30)
    ours = ((points - centers[labels]) ** 2).sum()
    theirs = KMeans(32, init="random", n_init=1, random_state=0).fit(points).inertia_
    assert ours < 1.02 * theirs


@pytest.mark.parametrize(("levels", "worse"), [(1, 1.0), (2, 1.1), (3, 1.15), (6, 1.3)])
def test_more_levels_are_about_as_good_as_one(levels, worse):
    rng = np.random.default_rng(0)
    points = rng.integers(0, 100, (4000, 6)).astype(np.float32)
    centers, starts = tree_k_means(points, 64, levels, np.random.default_rng(0), 20)
    flat, _ = k_means(points, 64, np.random.default_rng(0), 20)
    assert len(centers[-1]) == 64 == starts[-1][-1]

    def error(centers):
        return ((points - centers[nearest(points, centers)]) ** 2).sum()

    assert error(centers[-1]) <= worse * error(flat)


def test_a_tree_of_eight_words_on_three_levels_is_binary():
    points = np.float32([[0], [1], [10], [11], [50], [51], [60], [61]])
    centers, starts = tree_k_means(points, 8, 3, np.random.default_rng(0), 20)
    assert [len(level) for level in centers] == [2, 4, 8]
    assert [each.tolist() for each in starts] == [
        [0, 2],
        [0, 2, 4],
        [0, 2, 4, 6, 8],
    ]
    assert centers[0].ravel().tolist() == [6, 56]  # the means 5.5 and 55.5, to even
    assert centers[2].ravel().tolist() == points.ravel().tolist()


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_points_that_coincide_give_fewer_words_not_empty_ones(levels):
    rng = np.random.default_rng(0)
    centers, starts = tree_k_means(corners(50), 16, levels, rng)
    words = sorted(map(tuple, centers[-1].tolist()))
    assert words == [(0, 0), (0, 90), (90, 0), (90, 90)]
    assert all((np.diff(each) > 0).all() for each in starts)
    assert starts[-1][-1] == 4


def test_bits_give_majorities():
    bits = np.float32([[1, 1, 0], [1, 0, 0], [1, 1, 1]])
    centers, _ = k_means(bits, 1, np.random.default_rng(0))
    assert centers.tolist() == [[1, 1, 0]]


@given(st.integers(1, 3000))
def test_the_highest_code_keeps_distances_exact(d):
    top = highest_code(d)
    assert 1 <= top <= 255
    assert d * top * top < 2**23


@given(seed=st.integers(0, 10**6), k=st.integers(1, 20), n=st.integers(20, 60))
@settings(max_examples=30, deadline=None)
def test_every_point_is_with_its_nearest_center(seed, k, n):
    points = np.random.default_rng(seed).integers(0, 9, (n, 3)).astype(np.float32)
    centers, labels = k_means(points, k, np.random.default_rng(seed))
    distances = ((points[:, None] - centers) ** 2).sum(axis=2)
    assert (distances[np.arange(n), labels] == distances.min(axis=1)).all()
    assert (np.bincount(labels) > 0).all()
