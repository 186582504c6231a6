"""Merging features of one image: by hand, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cvret
from cvret.encoding.aggregation import merge_features
from cvret.records import VisualWords


def found(*rows) -> VisualWords:
    """Rows of (word, signature, size)."""
    keypoints = np.zeros((len(rows), 4), np.float32)
    keypoints[:, 0] = np.arange(len(rows))
    keypoints[:, 2] = [size for _, _, size in rows]
    return VisualWords(
        np.array([word for word, _, _ in rows], np.uint32),
        np.array([signature for _, signature, _ in rows], np.uint64),
        keypoints,
        100,
        100,
    )


def test_most_of_those_that_join_decide_each_bit():
    # The largest, 0b111, is joined by 0b110 and 0b010; of 2**63 + 1 none is close.
    merged = merge_features(
        found((5, 0b110, 2), (5, 0b111, 9), (5, 0b010, 1), (5, 2**63 + 1, 8)), 2
    )
    assert merged.signatures.tolist() == [0b110, 2**63 + 1]
    assert merged.keypoints[:, 0].tolist() == [1, 3]


def test_where_votes_are_even_the_larger_feature_decides():
    merged = merge_features(found((5, 0b01, 2), (5, 0b11, 9)), 64)
    assert merged.signatures.tolist() == [0b11]


def test_features_of_other_words_are_left_alone():
    rows = found((5, 1, 2), (6, 1, 9), (7, 1, 9))
    assert merge_features(rows, 64).words.tolist() == [5, 6, 7]


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 15), st.integers(1, 9)), max_size=12
    ),
    within=st.integers(0, 4),
)
@settings(deadline=None)
def test_laws_of_merging(rows, within):
    before = found(*rows)
    merged = merge_features(before, within)
    assert set(merged.words) == set(before.words)
    assert len(merge_features(before, 64)) == len(set(before.words))
    assert len(merged) <= len(before)
    if within == 0:
        pairs = zip(before.words.tolist(), before.signatures.tolist(), strict=True)
        assert len(merged) == len(set(pairs))


def test_an_index_is_smaller_and_still_finds(tmp_path, photos):
    sizes = {}
    for within in (None, 8, 64):
        words = cvret.BagOfWords(
            cvret.SIFT(), vocabulary="rootsift-16k", merge_within=within
        )
        index = cvret.Index.create(tmp_path / f"{within}", fields={"words": words})
        index.add(photos)
        sizes[within] = index.info()["fields"]["words"]["features"]
        hit = index.search(photos / "photos/coffee.png", rerank=[])[0]
        assert hit.id == "photos/coffee.png"
        assert hit.score > 0.8
    assert sizes[64] < sizes[8] < sizes[None]


def test_a_wrong_distance_is_refused(chelsea):
    bag = cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k", merge_within=-1)
    features = bag.extractor.extract(chelsea)
    with pytest.raises(ValueError, match="merge_within must be at least 0"):
        bag.encode_stored(features)
