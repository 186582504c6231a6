"""The compiled loops over postings equal their plain forms."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.index.kernels import (
    match_features,
    match_features_numpy,
    score_postings,
    score_postings_numpy,
)


def case(seed: int, n_images: int = 30, few_signatures: bool = True):
    """Random postings, with many equal signatures so that ties and bursts occur."""
    rng = np.random.default_rng(seed)
    pool = rng.integers(0, 2**63, 6).astype(np.uint64)
    pool ^= rng.integers(0, 4, 6).astype(np.uint64)
    bounds = np.concatenate([[0], np.sort(rng.integers(0, 400, 9)), [400]])
    images = np.concatenate(
        [
            np.sort(rng.integers(0, n_images, end - start))
            for start, end in zip(bounds[:-1], bounds[1:], strict=True)
        ]
    ).astype(np.uint16)
    stored = rng.choice(pool, 400)
    words = rng.integers(0, 10, (12, 3))
    starts, ends = bounds[words].astype(np.int64), bounds[words + 1].astype(np.int64)
    signatures = rng.choice(pool, (12, 3))
    weights = rng.random(12).astype(np.float32)
    match_weights = np.exp(-(np.arange(65) ** 2) / 256).astype(np.float32)
    return starts, ends, signatures, weights, match_weights, images, stored


@given(seed=st.integers(0, 10**6), threshold=st.sampled_from([0, 10, 30, 64]))
@settings(max_examples=40, deadline=None)
def test_both_forms_give_the_same_scores(seed, threshold):
    starts, ends, signatures, weights, match_weights, images, stored = case(seed)
    fast, plain = np.zeros((2, 30), np.float32)
    arguments = (starts, ends, signatures, weights, match_weights, threshold)
    score_postings(*arguments, images, stored, fast)
    score_postings_numpy(*arguments, images, stored, plain)
    assert np.allclose(fast, plain, rtol=1e-6, atol=0)


@given(
    seed=st.integers(0, 10**6),
    threshold=st.sampled_from([0, 10, 30, 64]),
    n_candidates=st.sampled_from([1, 2, 30]),  # looks up, or reads through
)
@settings(max_examples=40, deadline=None)
def test_both_forms_find_the_same_matches(seed, threshold, n_candidates):
    starts, ends, signatures, _, _, images, stored = case(seed)
    candidates = np.arange(30)[:n_candidates].astype(np.int64)
    arguments = (candidates, 30, starts, ends, signatures, threshold, images, stored)
    for fast, plain in zip(
        match_features(*arguments), match_features_numpy(*arguments), strict=True
    ):
        assert np.array_equal(fast, plain)


def test_a_repeated_pattern_counts_once_and_the_best_match_counts():
    # One feature; the word's postings are image 0 three times and image 1 once.
    images = np.array([0, 0, 0, 1], np.uint16)
    stored = np.array([0b1, 0b0, 0b11, 0b111], np.uint64)
    match_weights = np.zeros(65, np.float32)
    match_weights[:4] = [1.0, 0.5, 0.25, 0.125]
    scores = np.zeros(2, np.float32)
    score_postings(
        np.array([[0]]),
        np.array([[4]]),
        np.array([[0]], np.uint64),
        np.ones(1, np.float32),
        match_weights,
        3,
        images,
        stored,
        scores,
    )
    assert scores.tolist() == [1.0, 0.125]
