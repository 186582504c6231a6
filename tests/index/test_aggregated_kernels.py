"""The compiled loops over aggregated postings equal their plain forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.index.aggregated_kernels import (
    score_residuals,
    score_residuals_numpy,
    score_signs,
    score_signs_numpy,
)


def case(seed: int, n_images: int = 30):
    """Random lists of images, each image once in a list, and weights of five words."""
    rng = np.random.default_rng(seed)
    lists = [rng.permutation(n_images)[: rng.integers(0, n_images)] for _ in range(5)]
    ends = np.cumsum([len(some) for some in lists])
    starts = ends - [len(some) for some in lists]
    images = np.concatenate([np.sort(some) for some in lists]).astype(np.uint16)
    return rng, starts, ends, rng.random(5).astype(np.float32), images


@given(seed=st.integers(0, 10**6), width=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_both_forms_compare_signs_alike(seed, width):
    rng, starts, ends, weights, images = case(seed)
    signs = rng.integers(0, 2**63, (5, width)).astype(np.uint64)
    stored = rng.integers(0, 2**63, (len(images), width)).astype(np.uint64)
    selectivity = rng.random(64 * width + 1).astype(np.float32)
    fast, plain = np.zeros((2, 30), np.float32)
    arguments = (starts, ends, signs, weights, selectivity, images, stored)
    score_signs(*arguments, fast)
    score_signs_numpy(*arguments, plain)
    assert np.array_equal(fast, plain)


@given(seed=st.integers(0, 10**6), d=st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_both_forms_compare_residuals_alike(seed, d):
    rng, starts, ends, weights, images = case(seed)
    residuals = rng.integers(-127, 128, (5, d)).astype(np.int8)
    stored = rng.integers(-127, 128, (len(images), d)).astype(np.int8)
    stored[::3] = residuals[0]
    fast, plain = np.zeros((2, 30), np.float32)
    arguments = (starts, ends, residuals, weights, 3.0, 0.0, images, stored)
    score_residuals(*arguments, fast)
    score_residuals_numpy(*arguments, plain)
    assert fast == pytest.approx(plain, rel=1e-6)


@pytest.mark.parametrize("score", [score_signs, score_signs_numpy])
def test_signs_by_hand(score):
    # The query's word is in images 1 and 3; 2 signs differ there, and 64.
    stored = np.array([[0b11, 0], [0, 2**64 - 1]], np.uint64)
    selectivity = np.linspace(1, 0, 129, dtype=np.float32)
    scores = np.zeros(5, np.float32)
    score(
        np.array([0]),
        np.array([2]),
        np.zeros((1, 2), np.uint64),
        np.float32([2]),
        selectivity,
        np.uint16([1, 3]),
        stored,
        scores,
    )
    assert scores.tolist() == [0, 2 * (1 - 2 / 128), 0, 2 * (1 - 64 / 128), 0]


@pytest.mark.parametrize("score", [score_residuals, score_residuals_numpy])
def test_residuals_by_hand(score):
    # Cosines with (3, 4): 1 of a multiple, 0.8 of (0, 9), and one below 0.
    stored = np.array([[30, 40], [0, 9], [-3, -4]], np.int8)
    scores = np.zeros(4, np.float32)
    score(
        np.array([0]),
        np.array([3]),
        np.array([[3, 4]], np.int8),
        np.float32([1]),
        2.0,
        0.0,
        np.uint16([0, 1, 2]),
        stored,
        scores,
    )
    assert scores[0] == 1
    assert scores.tolist() == pytest.approx([1, 0.64, 0, 0])
