"""The compiled loop over pairs of vectors, against its plain form."""

import numpy as np
import pytest

from cvret.index.dense_kernels import relative_distances, relative_distances_numpy


def test_relative_distances_by_hand():
    found = np.empty((1, 2), np.float32)
    relative_distances(np.float32([[1, 0]]), np.float32([[1, 0], [0, 3]]), found)
    assert found.tolist() == [[0, 1 / 2 + 3 / 4]]


@pytest.mark.parametrize("d", [1, 7, 64, 333])
def test_the_loop_is_its_plain_form(d):
    rng = np.random.default_rng(d)
    queries, vectors = rng.random((5, d), np.float32), rng.random((9, d), np.float32)
    found, expected = np.empty((2, 5, 9), np.float32)
    relative_distances(queries, vectors, found)
    relative_distances_numpy(queries, vectors, expected)
    assert found == pytest.approx(expected, rel=1e-5)
