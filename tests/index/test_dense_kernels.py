"""The compiled loop over pairs of vectors, against its plain form."""

import numpy as np
import pytest

from cvret.index.dense_kernels import relative_distances, relative_distances_numpy


def test_relative_distances_by_hand():
    found = np.empty((1, 2), np.float32)
    relative_distances(np.float32([[1, 0]]), np.float32([[1, 0], [0, 3]]), False, found)
    assert found.tolist() == [[0, 1 / 2 + 3 / 4]]


@pytest.mark.parametrize("d", [1, 7, 64, 333])
def test_the_loop_is_its_plain_form(d):
    rng = np.random.default_rng(d)
    queries, vectors = rng.random((5, d), np.float32), rng.random((9, d), np.float32)
    found, expected = np.empty((2, 5, 9), np.float32)
    relative_distances(queries, vectors, False, found)
    relative_distances_numpy(queries, vectors, False, expected)
    assert found == pytest.approx(expected, rel=1e-5)


def test_of_the_same_vectors_half_of_the_pairs_will_do():
    vectors = np.random.default_rng(1).random((7, 5), np.float32)
    found, expected = np.full((2, 7, 7), np.nan, np.float32)
    relative_distances(vectors, vectors, True, found)
    relative_distances_numpy(vectors, vectors, True, expected)
    assert found == pytest.approx(expected, rel=1e-5)
