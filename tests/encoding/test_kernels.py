"""The compiled search for words equals its NumPy form, and brute force."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.encoding.kernels import (
    search_words,
    search_words_numpy,
    signatures,
    signatures_numpy,
)


def norms(centers):
    return (centers.astype(np.int32) ** 2).sum(axis=1).astype(np.int32)


def a_tree(rng, n_cells, words_a_cell, d, top):
    cells = rng.integers(0, top, (n_cells, d)).astype(np.int16)
    words = rng.integers(0, top, (n_cells * words_a_cell, d)).astype(np.int16)
    starts = (np.arange(n_cells + 1) * words_a_cell).astype(np.int32)
    return cells, norms(cells), words, norms(words), starts


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
    tree = a_tree(rng, 5, 4, d, top)
    codes = rng.integers(0, top, (40, d)).astype(np.int16)
    fast = search_words(codes, *tree, probes, n_nearest)
    plain = search_words_numpy(codes, *tree, probes, n_nearest)
    assert np.array_equal(fast, plain)


def test_with_all_cells_probed_the_nearest_words_are_found():
    rng = np.random.default_rng(1)
    tree = a_tree(rng, 6, 7, 16, 200)
    codes = rng.integers(0, 200, (100, 16)).astype(np.int16)
    distances = ((codes[:, None].astype(int) - tree[2]) ** 2).sum(axis=2)
    expected = np.argsort(distances, axis=1, kind="stable")[:, :3]
    assert np.array_equal(search_words(codes, *tree, 6, 3), expected)


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
