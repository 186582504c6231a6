"""The compiled loops over postings equal their plain forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.index import kernels
from cvret.index.kernels import (
    count_runs,
    count_runs_numpy,
    counting_order,
    counting_order_numpy,
    dot_codes,
    dot_codes_numpy,
    match_features,
    match_features_numpy,
    score_postings,
    score_postings_numpy,
    score_words,
    score_words_numpy,
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


@given(
    seed=st.integers(0, 10**6),
    threshold=st.sampled_from([0, 10, 30, 64]),
    assignments=st.sampled_from([1, 3]),
)
@settings(max_examples=60, deadline=None)
def test_both_forms_give_the_same_scores(seed, threshold, assignments):
    starts, ends, signatures, weights, match_weights, images, stored = case(seed)
    some = (part[:, :assignments] for part in (starts, ends, signatures))
    fast, plain = np.zeros((2, 30), np.float32)
    arguments = (*some, weights, match_weights, threshold)
    score_postings(*arguments, images, stored, fast)
    score_postings_numpy(*arguments, images, stored, plain)
    assert np.array_equal(fast, plain)


def test_lists_longer_than_a_chunk_are_scored_whole():
    rng = np.random.default_rng(0)
    n = 3 * kernels._CHUNK + 17
    images = np.sort(rng.integers(0, 5000, n)).astype(np.uint16)
    stored = rng.integers(0, 8, n).astype(np.uint64)
    bounds = np.array([[0], [n]]), np.array([[n], [n]])  # the second word is absent
    weights = np.array([0.5, 2], np.float32)
    match_weights = np.linspace(1, 0.1, 65).astype(np.float32)
    fast, plain = np.zeros((2, 65536), np.float32)
    query = (*bounds, np.zeros((2, 1), np.uint64), weights, match_weights, 2)
    score_postings(*query, images, stored, fast)
    score_postings_numpy(*query, images, stored, plain)
    assert np.array_equal(fast, plain)


@given(seed=st.integers(0, 10**6))
@settings(deadline=None)
def test_both_forms_count_a_word_once_an_image(seed):
    starts, ends, _, weights, _, images, _ = case(seed)
    fast, plain = np.zeros((2, 30), np.float32)
    arguments = (starts[:, 0], ends[:, 0], weights, images)
    score_words(*arguments, fast)
    score_words_numpy(*arguments, plain)
    assert np.array_equal(fast, plain)


@given(st.lists(st.integers(0, 9), max_size=40))
def test_both_forms_sort_alike(keys):
    keys = np.array(keys, np.uint32)
    assert np.array_equal(counting_order(keys, 10), counting_order_numpy(keys, 10))


@given(words=st.lists(st.lists(st.integers(0, 5), max_size=8), max_size=6))
def test_both_forms_count_runs_alike(words):
    rows = np.array([row for rows in words for row in sorted(rows)], np.uint16)
    starts = np.cumsum([0, *map(len, [rows for rows in words if rows])])
    for fast, plain in zip(
        count_runs(starts, rows, 6), count_runs_numpy(starts, rows, 6), strict=True
    ):
        assert fast.tolist() == plain.tolist()


@given(seed=st.integers(0, 10**6), n=st.integers(0, 9), d=st.integers(1, 300))
@settings(deadline=None)
def test_both_forms_multiply_alike(seed, n, d):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 256, (n, d)).astype(np.uint8)
    scales = (rng.random((n, 4)) - [0.5, 0, 0, 0]).astype(np.float32)
    query = rng.integers(-20000, 20000, d).astype(np.int16)
    arguments = (codes, scales, query, 0.7, 0.01, 0.02, 3.0)
    for fast, plain in zip(
        dot_codes(*arguments), dot_codes_numpy(*arguments), strict=True
    ):
        assert fast == pytest.approx(plain, rel=1e-12)


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
