"""Codes of bits: ranking, lookup within a radius, and all pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.index import hamming
from cvret.index.dense import DenseIndex
from cvret.index.hamming import HammingIndex, pack_codes, pairs_within
from cvret.index.hamming_kernels import (
    look_up_pairs,
    look_up_pairs_numpy,
    near_pairs,
    near_pairs_numpy,
)

CODES = np.float32([[1, 0, 1, 1, 0], [1, 1, 1, 0, 0], [0, 1, 0, 0, 1], [1, 0, 1, 1, 1]])


def code(pattern: str) -> np.ndarray:
    return np.array([mark == "1" for mark in pattern], np.float32)


def bits(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, (n, d)).astype(np.float32)


def test_a_byte_has_eight_bits_the_first_one_highest():
    packed = pack_codes(np.stack([code("10000001" + "1"), code("00000010" + "0")]))
    assert packed["bits"].tolist() == [[129, 128], [2, 0]]
    assert packed["n_bits"].tolist() == [9]


def test_similarity_is_the_share_of_equal_bits():
    index = HammingIndex([pack_codes(CODES)])
    assert index.score(CODES[0]).tolist() == [1, 3 / 5, 0, 4 / 5]
    assert index.n_images == 4
    assert index.n_dimensions == 5


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 40),
    d=st.sampled_from([1, 7, 8, 63, 64, 65, 130, 256, 961]),
    cut=st.integers(0, 40),
)
def test_it_scores_as_a_dense_index_does(seed, n, d, cut):
    vectors = bits(n, d, seed)
    dense = DenseIndex([{"vectors": vectors}], "hamming")
    parts = [part for part in (vectors[:cut], vectors[cut:]) if len(part)]
    packed = HammingIndex([pack_codes(part) for part in parts])
    query = bits(1, d, seed + 1)[0]
    assert np.array_equal(packed.score(query), dense.score(query))
    rows = np.arange(n)[::-2]
    found = packed.affinities([query, vectors[0]], rows)
    assert np.array_equal(found, dense.affinities([query, vectors[0]], rows))
    assert np.array_equal(packed.stored(n - 1), vectors[n - 1])


def test_the_best_of_a_segment_come_with_all_that_score_the_same():
    codes = np.stack([code(c) for c in ("0111", "1111", "0011", "1110", "1111")])
    index = HammingIndex([pack_codes(codes)])
    rows, scores = index.score_segment(index.prepare(code("1111")), 0, n=3)
    assert rows.tolist() == [0, 1, 3, 4]
    assert scores.tolist() == [0.75, 1, 0.75, 1]
    rows, _ = index.score_segment(index.prepare(code("1111")), 0, n=3, floor=0.8)
    assert rows.tolist() == [1, 4]


def test_removed_images_are_not_found():
    alive = [np.array([False, True, True, False])]
    index = HammingIndex([pack_codes(CODES)], alive)
    assert index.score(CODES[0]).tolist() == [0, 3 / 5, 0, 0]
    rows, distances = index.within(CODES[0], 5)
    assert rows.tolist() == [1, 2]
    assert distances.tolist() == [2, 5]


def test_lookup_gives_the_nearest_first_and_equal_ones_by_row():
    halves = [pack_codes(CODES[:2]), pack_codes(CODES[2:])]
    rows, distances = HammingIndex(halves).within(CODES[3], radius=3)
    assert rows.tolist() == [3, 0, 1, 2][:3]
    assert distances.tolist() == [0, 1, 3]
    rows, _ = HammingIndex(halves).within(CODES[3], radius=0)
    assert rows.tolist() == [3]
    with pytest.raises(ValueError, match="radius must be at least 0, got -1"):
        HammingIndex(halves).within(CODES[3], radius=-1)


def test_codes_of_another_length_are_refused():
    with pytest.raises(ValueError, match="equally long, got \\[5, 9\\] bits"):
        HammingIndex([pack_codes(CODES), pack_codes(bits(2, 9))])
    index = HammingIndex([pack_codes(CODES)])
    with pytest.raises(ValueError, match="must have 5 bits as the indexed ones, got 6"):
        index.score(code("111111"))
    with pytest.raises(IndexError):
        index.stored(4)


def close_codes(n: int, n_words: int, seed: int) -> np.ndarray:
    """Few different codes, each with some bits turned: near pairs and equal ones."""
    rng = np.random.default_rng(seed)
    pool = rng.integers(0, 2**63, (5, n_words)).astype(np.uint64)
    turned = rng.integers(0, 2**8, (n, n_words)).astype(np.uint64)
    return pool[rng.integers(0, 5, n)] ^ turned


@given(
    seed=st.integers(0, 10**6),
    n_words=st.integers(1, 3),
    rows=st.tuples(st.integers(0, 150), st.integers(0, 150)).map(sorted),
    columns=st.tuples(st.integers(0, 150), st.integers(0, 150)).map(sorted),
    radius=st.sampled_from([0, 3, 8, 70]),
)
def test_both_forms_find_the_same_pairs(seed, n_words, rows, columns, radius):
    words = np.ascontiguousarray(close_codes(150, n_words, seed).T)
    found = []
    for form in (near_pairs, near_pairs_numpy):
        firsts, seconds = np.zeros((2, 150 * 150), np.int64)
        distances = np.zeros(150 * 150, np.int32)
        arguments = (words, tuple(rows), tuple(columns), radius)
        n = form(*arguments, firsts, seconds, distances)
        found.append([part[:n].tolist() for part in (firsts, seconds, distances)])
    assert found[0] == found[1]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_pairs_of_many_tiles_are_those_of_all_comparisons(monkeypatch, n_jobs):
    monkeypatch.setattr(hamming, "_TILE", 64)
    codes = close_codes(300, 2, seed=1)
    apart = np.bitwise_count(codes[:, None] ^ codes[None]).sum(axis=2)
    expected = {
        (i, j, int(apart[i, j]))
        for i in range(300)
        for j in range(i + 1, 300)
        if apart[i, j] <= 5
    }
    tiles = list(pairs_within(codes, 5, n_jobs=n_jobs))
    assert len(tiles) > 5
    found = [
        (int(i), int(j), int(bits_apart))
        for tile in tiles
        for i, j, bits_apart in zip(*tile, strict=True)
    ]
    assert len(found) == len(expected)
    assert set(found) == expected


@given(
    seed=st.integers(0, 10**6),
    n_words=st.integers(1, 2),
    radius=st.sampled_from([0, 3, 5, 10, 17]),
)
def test_pairs_looked_up_are_those_of_all_comparisons(seed, n_words, radius):
    words = np.ascontiguousarray(close_codes(200, n_words, seed).T)
    lookup = hamming._Lookup(words, radius)
    firsts, seconds = np.zeros((2, 200 * 200), np.int64)
    distances = np.zeros(200 * 200, np.int32)
    room = (firsts, seconds, distances)
    n = near_pairs_numpy(words, (0, 200), (0, 200), radius, *room)
    expected = [part[:n].tolist() for part in room]
    tables = (lookup._words, lookup._chunks, lookup._order, lookup._starts)
    for form in (look_up_pairs, look_up_pairs_numpy):
        found = form(*tables, lookup._masks, (0, 200), radius, *room)
        assert found == (n, 200)
        order = np.lexsort((seconds[:n], firsts[:n]))
        assert [part[:n][order].tolist() for part in room] == expected


def test_a_lookup_without_room_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(hamming, "_TILE", 4)
    words = np.ascontiguousarray(np.zeros((60, 1), np.uint64).T)
    parts = hamming._Lookup(words, 2).work(10, 50)
    assert len(parts) > 5
    firsts = np.concatenate([part.firsts for part in parts])
    assert np.array_equal(firsts, np.repeat(np.arange(10, 50), np.arange(49, 9, -1)))


def test_both_ways_give_the_same_pairs_of_many_codes(monkeypatch):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2**64, (8000, 1), dtype=np.uint64)
    codes[7000:] = codes[:1000] ^ np.uint64(0b10000100001)
    assert hamming._Lookup(np.ascontiguousarray(codes.T), 7).pays()
    looked_up = [np.concatenate(part) for part in zip(*pairs_within(codes, 7, 1),
                                                      strict=True)]  # fmt: skip
    monkeypatch.setattr(hamming, "_MANY", 10**9)
    compared = [np.concatenate(part) for part in zip(*pairs_within(codes, 7, 1),
                                                     strict=True)]  # fmt: skip
    order = np.lexsort((compared[1], compared[0]))
    assert len(order) >= 1000
    for one, other in zip(looked_up, compared, strict=True):
        assert np.array_equal(one, other[order])


def test_crowded_codes_are_compared_and_not_looked_up():
    codes = np.zeros((1, 5000), np.uint64)
    assert not hamming._Lookup(codes, 10).pays()


def test_all_pairs_of_nothing_and_of_one_are_none():
    assert not list(pairs_within(np.empty((0, 1), np.uint64), 3))
    assert not list(pairs_within(np.zeros((1, 1), np.uint64), 3))


def test_codes_that_are_not_words_are_refused():
    with pytest.raises(ValueError, match="codes must have shape .* dtype uint8; view"):
        pairs_within(np.zeros((3, 8), np.uint8), 3)
    with pytest.raises(ValueError, match="radius must be at least 0"):
        pairs_within(np.zeros((3, 1), np.uint64), -1)
    with pytest.raises(ValueError, match="n_jobs must not be 0"):
        pairs_within(np.zeros((3, 1), np.uint64), 3, n_jobs=0)
