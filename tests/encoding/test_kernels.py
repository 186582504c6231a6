"""The compiled search for words equals its NumPy form, and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.encoding.kernels import (
    Level,
    nearest_children,
    nearest_children_numpy,
    search_words,
    signatures,
    signatures_numpy,
)


def a_level(rng, sizes, d, top):
    """Random children, `sizes[i]` of them below node `i`."""
    centers = rng.integers(0, top, (sum(sizes), d)).astype(np.int16)
    norms = (centers.astype(np.int32) ** 2).sum(axis=1).astype(np.int32)
    return Level(centers, norms, np.cumsum([0, *sizes]).astype(np.int32))


@given(
    seed=st.integers(0, 10**6),
    d=st.sampled_from([3, 30, 128, 200]),
    top=st.sampled_from([2, 4, 90]),  # few values make many equal distances
    probes=st.integers(1, 5),
    n_nearest=st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_both_forms_agree_even_where_distances_are_equal(
    seed, d, top, probes, n_nearest
):
    rng = np.random.default_rng(seed)
    level = a_level(rng, [4, 600, 1, 2, 9], d, top)
    codes = rng.integers(0, top, (40, d)).astype(np.int16)
    parents = np.array([rng.permutation(6)[:probes] for _ in codes], np.uint32)
    fast = nearest_children(codes, parents, *level, n_nearest)
    plain = nearest_children_numpy(codes, parents, *level, n_nearest)
    assert np.array_equal(fast, plain)


@pytest.mark.parametrize("form", [nearest_children, nearest_children_numpy])
def test_only_the_children_of_the_parents_are_found(form):
    # Node 0 has 10 and 20, node 1 has 30, node 2 has 40 and 50.
    centers = np.array([[10], [20], [30], [40], [50]], np.int16)
    norms = np.array([100, 400, 900, 1600, 2500], np.int32)
    starts = np.array([0, 2, 3, 5], np.int32)
    codes = np.array([[34], [35], [11]], np.int16)
    parents = np.array([[0, 2], [1, 2], [2, 1]], np.uint32)
    found = form(codes, parents, centers, norms, starts, 2)
    assert found.tolist() == [[3, 1], [2, 3], [2, 3]]


@pytest.mark.parametrize("form", [nearest_children, nearest_children_numpy])
def test_where_children_are_too_few_none_fills_the_row_and_has_no_children(form):
    centers = np.array([[10], [20]], np.int16)
    norms = np.array([100, 400], np.int32)
    starts = np.array([0, 1, 2], np.int32)
    codes = np.array([[14], [19]], np.int16)
    parents = np.array([[0, 2], [1, 0]], np.uint32)  # 2 is none
    found = form(codes, parents, centers, norms, starts, 3)
    assert found.tolist() == [[0, 2, 2], [1, 0, 2]]


def test_with_all_cells_kept_the_nearest_words_are_found():
    rng = np.random.default_rng(1)
    tree = [a_level(rng, sizes, 16, 200) for sizes in ([3], [2, 1, 3], [7] * 6)]
    codes = rng.integers(0, 200, (100, 16)).astype(np.int16)
    words = tree[-1].centers.astype(int)
    distances = ((codes[:, None].astype(int) - words) ** 2).sum(axis=2)
    expected = np.argsort(distances, axis=1, kind="stable")[:, :3]
    assert np.array_equal(search_words(codes, tree, [3, 6, 3]), expected)


def test_a_search_goes_down_through_the_cells_it_keeps():
    # Cells 0 and 100; words 0 and 45 in the first, 60 and 100 in the second.
    def level(values, starts):
        centers = np.array(values, np.int16)[:, None]
        norms = (centers[:, 0].astype(np.int32)) ** 2
        return Level(centers, norms, np.array(starts, np.int32))

    tree = [level([0, 100], [0, 2]), level([0, 45, 60, 100], [0, 2, 4])]
    codes = np.array([[51]], np.int16)  # nearest to 45, but nearer to cell 100
    assert search_words(codes, tree, [1, 1]).tolist() == [[2]]
    assert search_words(codes, tree, [2, 1]).tolist() == [[1]]


@given(seed=st.integers(0, 10**6), d=st.sampled_from([5, 128]))
@settings(max_examples=20, deadline=None)
def test_both_forms_of_signatures_agree(seed, d):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 200, (30, d)).astype(np.int16)
    projection = rng.integers(-127, 128, (64, d)).astype(np.int16)
    thresholds = rng.integers(-(10**4), 10**4, (9, 64)).astype(np.int32)
    words = rng.integers(0, 9, (30, 2)).astype(np.uint32)
    fast = signatures(codes, words, projection, thresholds)
    assert np.array_equal(fast, signatures_numpy(codes, words, projection, thresholds))


def test_a_bit_says_that_its_projection_is_above_the_threshold():
    codes = np.array([[3]], np.int16)
    projection = np.arange(64, dtype=np.int16)[:, None]  # 0, 3, 6, ... 189
    thresholds = np.full((1, 64), 100, np.int32)
    found = signatures(codes, np.zeros((1, 1), np.uint32), projection, thresholds)
    expected = sum(1 << bit for bit in range(64) if 3 * bit > 100)
    assert int(found[0, 0]) == expected
