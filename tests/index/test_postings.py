"""Features as postings."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cvret.index.postings import (
    PackedWords,
    build_postings,
    df_without,
    merge_postings,
    pack_words,
)
from cvret.records import VisualWords
from cvret.storage.writing import Pieces


def image_of(words, width=100, height=50) -> PackedWords:
    n = len(words)
    keypoints = np.zeros((n, 4), np.float32)
    keypoints[:, 0] = np.arange(n)
    keypoints[:, 2] = 4
    found = VisualWords(
        np.array(words, np.uint32),
        np.arange(n, dtype=np.uint64),
        keypoints,
        width,
        height,
    )
    return pack_words(found)


def whole(array):
    """An array, put together if it comes in pieces."""
    if not isinstance(array, Pieces):
        return array
    empty = np.empty((0, *array.shape[1:]), array.dtype)
    return np.concatenate([empty, *array.pieces])


def built(items):
    """What is stored, put together."""
    return {name: whole(array) for name, array in build_postings(items).items()}


def test_postings_by_hand():
    arrays = built([image_of([7, 2, 7]), image_of([]), image_of([7])])
    assert arrays["words"].tolist() == [2, 7]
    assert arrays["starts"].tolist() == [0, 1, 4]
    assert arrays["df"].tolist() == [1, 2]
    assert arrays["images"].tolist() == [0, 0, 0, 2]
    assert arrays["signatures"].tolist() == [1, 0, 2, 0]
    assert arrays["norms"].tolist() == [np.float32(np.sqrt(5)), 0, 1]


def test_no_features_at_all():
    arrays = built([image_of([]), image_of([])])
    assert len(arrays["words"]) == len(arrays["images"]) == len(arrays["df"]) == 0
    assert arrays["starts"].tolist() == [0]
    assert arrays["norms"].tolist() == [0, 0]


def test_dtypes_are_those_of_the_format():
    arrays = built([image_of([1, 2])])
    assert {name: array.dtype.str.lstrip("<|") for name, array in arrays.items()} == {
        "words": "u4",
        "starts": "u4",
        "df": "u4",
        "images": "u2",
        "signatures": "u8",
        "geometry": "u1",
        "norms": "f4",
    }


images = st.lists(st.lists(st.integers(0, 6), max_size=6), max_size=6)


def plain(arrays):
    return {name: whole(array).tolist() for name, array in arrays.items()}


@given(segments=st.lists(images, min_size=1, max_size=4), seed=st.integers(0, 99))
def test_merged_postings_are_those_built_from_what_is_kept(segments, seed):
    rng = np.random.default_rng(seed)
    kept = [np.flatnonzero(rng.random(len(items)) < 0.7) for items in segments]
    parts = [built([image_of(words) for words in items]) for items in segments]
    left = [
        image_of(items[row])
        for items, rows in zip(segments, kept, strict=True)
        for row in rows
    ]
    assert plain(merge_postings(parts, kept)) == plain(built(left))


def test_merging_in_many_pieces_gives_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    items = [image_of(rng.integers(0, 50, 80)) for _ in range(30)]
    segments = [built(items[:10]), built(items[10:])]
    kept = [np.arange(10), np.arange(20)]
    monkeypatch.setattr("cvret.index.postings._AT_ONCE", 100)
    assert plain(merge_postings(segments, kept)) == plain(built(items))


@given(items=images, seed=st.integers(0, 99))
def test_document_frequencies_without_some_images(items, seed):
    gone = np.random.default_rng(seed).random(len(items)) < 0.5
    arrays = built([image_of(words) for words in items])
    left = df_without(arrays, gone)
    for word, df in zip(arrays["words"], left, strict=True):
        there = [word in words for words, g in zip(items, gone, strict=True) if not g]
        assert df == sum(there)


def test_words_of_a_large_vocabulary_are_sorted_too():
    arrays = built([image_of([2**32 - 1, 5]), image_of([5])])
    assert arrays["words"].tolist() == [5, 2**32 - 1]
    assert arrays["images"].tolist() == [0, 1, 0]
