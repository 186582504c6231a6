"""The inverted index: scores by hand, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.index.inverted import InvertedIndex
from cvret.index.postings import build_postings
from cvret.records import VisualWords

WEIGHTS = np.exp(-(np.arange(65) ** 2) / 256.0).astype(np.float32)
WEIGHTS[25:] = 0


def words_of(rows, width=640, height=480) -> VisualWords:
    """`rows` of (word, signature); keypoints are told apart by their x."""
    n = len(rows)
    keypoints = np.zeros((n, 4), np.float32)
    keypoints[:, 0], keypoints[:, 2] = np.arange(n) * 10, 4
    return VisualWords(
        np.array([word for word, _ in rows], np.uint32),
        np.array([signature for _, signature in rows], np.uint64),
        keypoints,
        width,
        height,
    )


def query_of(rows) -> VisualWords:
    found = words_of(rows)
    return VisualWords(
        found.words[:, None],
        found.signatures[:, None],
        found.keypoints,
        found.width,
        found.height,
    )


def index_of(*segments) -> InvertedIndex:
    return InvertedIndex([build_postings(items) for items in segments], WEIGHTS)


def test_scores_by_hand():
    # Words 1 and 2 are in one image of two each: the same idf, so each feature of
    # the query has one half of the weight.
    index = index_of([words_of([(1, 0), (3, 0)]), words_of([(2, 0b1), (4, 0)])])
    scores = index.score(query_of([(1, 0), (2, 0)]))
    assert scores[0] == pytest.approx(0.5)
    assert scores[1] == pytest.approx(0.5 * np.exp(-1 / 256))


def test_idf_by_hand():
    # Word 1 is in both images, word 2 in one: idf = log(1 + 2/3), log(1 + 2/2).
    index = index_of([words_of([(1, 0), (2, 0)]), words_of([(1, 0)])])
    weights = index.feature_weights(query_of([(1, 0), (2, 0)]))
    first, second = np.log(1 + 2 / 3) ** 2, np.log(2) ** 2
    assert weights == pytest.approx(
        [first / (first + second), second / (first + second)]
    )


def test_a_larger_image_scores_less_for_the_same_match():
    index = index_of(
        [words_of([(1, 0)]), words_of([(1, 0), *((9, 0),) * 1, (8, 0), (7, 0)])]
    )
    scores = index.score(query_of([(1, 0)]))
    assert scores[0] == 1
    assert scores[1] == pytest.approx(np.sqrt(1 / 2))  # |q| = 1, |d| = 2


def test_signatures_too_far_apart_do_not_match():
    index = index_of([words_of([(1, 2**25 - 1)])])
    assert index.score(query_of([(1, 0)])).tolist() == [0]
    assert index.score(query_of([(1, 1)]))[0] > 0  # 24 bits


def test_an_index_of_one_image_works():
    index = index_of([words_of([(1, 5), (1, 6), (2, 7)])])
    assert index.score(query_of([(1, 5), (1, 6), (2, 7)])).tolist() == [1.0]


def test_empty_queries_images_and_segments_score_nothing():
    index = index_of([words_of([]), words_of([(1, 0)])], [words_of([])])
    assert index.score(query_of([])).tolist() == [0, 0, 0]
    assert index.score(query_of([(1, 0)])).tolist() == [0, 1, 0]
    assert index_of().score(query_of([(1, 0)])).shape == (0,)


rows = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 2**64 - 1)), min_size=1, max_size=25
)


@given(images=st.lists(rows, min_size=1, max_size=6), cut=st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_laws_of_scores(images, cut):
    items = [words_of(image) for image in images]
    whole = index_of(items)
    parts = index_of(items[:cut], items[cut:])
    for number, image in enumerate(images):
        scores = whole.score(query_of(image))
        # In [0, 1]; the picture itself exactly 1; segments change nothing at all.
        assert (scores >= 0).all()
        assert (scores <= 1).all()
        assert scores[number] == 1.0
        assert np.array_equal(scores, parts.score(query_of(image)))


def test_matches_are_the_best_of_each_feature():
    index = index_of(
        [words_of([(1, 0b111), (1, 0b1), (2, 0)]), words_of([(2, 0), (5, 0)])]
    )
    query = query_of([(1, 0), (2, 0)])
    rows = np.array([1, 0])
    second, first = index.matches(query, rows, np.array([[640, 480], [640, 480]]))
    assert first.features.tolist() == [0, 1]
    assert first.words.tolist() == [1, 2]
    assert np.rint(first.target[:, 0]).tolist() == [10, 20]
    assert first.similarities == pytest.approx([np.exp(-1 / 256), 1])
    assert second.features.tolist() == [1]
    assert first.weights.sum() == pytest.approx(1)


def test_document_frequencies_sum_over_segments():
    index = index_of([words_of([(1, 0), (1, 0)])], [words_of([(1, 0), (3, 0)])])
    wanted = np.array([1, 2, 3], np.uint32)
    assert index.document_frequencies(wanted).tolist() == [2, 0, 1]
    assert (index.n_images, index.n_postings) == (2, 4)
