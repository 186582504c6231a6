"""The inverted index: scores by hand, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.index.inverted import InvertedIndex
from cvret.index.postings import build_postings, df_without, pack_words
from cvret.records import VisualWords
from cvret.storage.writing import Pieces

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


def built(items):
    arrays = build_postings([pack_words(item) for item in items])
    return {name: whole(array) for name, array in arrays.items()}


def whole(array):
    """An array, put together if it comes in pieces."""
    if not isinstance(array, Pieces):
        return array
    empty = np.empty((0, *array.shape[1:]), array.dtype)
    return np.concatenate([empty, *array.pieces])


def index_of(*segments) -> InvertedIndex:
    return InvertedIndex([built(items) for items in segments], WEIGHTS)


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


# Removed images, skipped words, plain words


@given(seed=st.integers(0, 10**6))
@settings(deadline=None)
def test_without_the_removed_it_is_an_index_of_the_rest(seed):
    rng = np.random.default_rng(seed)
    items = [
        words_of([(int(w), int(rng.integers(0, 4))) for w in rng.integers(0, 8, 6)])
        for _ in range(10)
    ]
    there = rng.random(10) < 0.7
    whole = built(items)
    index = InvertedIndex([whole], WEIGHTS, [there], [df_without(whole, ~there)])
    fresh = index_of([item for item, stays in zip(items, there, strict=True) if stays])
    query = query_of([(int(w), 0) for w in rng.integers(0, 8, 5)])
    assert index.n_images == fresh.n_images
    assert index.score(query)[there].tolist() == fresh.score(query).tolist()
    assert index.score(query)[~there].tolist() == [0.0] * int((~there).sum())


def test_what_is_stored_of_an_image_comes_back_as_a_query():
    first = words_of([(5, 1), (2, 2), (5, 3)])
    index = index_of([words_of([(2, 9)]), first], [words_of([(7, 7)])])
    found = index.stored(1, (640, 480))
    assert found.words.tolist() == [[2], [5], [5]]
    assert found.signatures.tolist() == [[2], [1], [3]]
    assert found.keypoints[:, 0] == pytest.approx([10, 0, 20], abs=0.2)
    assert index.stored(2, (10, 10)).words.tolist() == [[7]]
    assert index.score(found)[1] == 1


def test_common_words_may_be_skipped_up_to_a_share_of_the_weight():
    # Word 1 is in all four images, words 2 to 5 in one each.
    items = [words_of([(1, 0), (2 + n, 0)]) for n in range(4)]
    segments = [built(items)]
    query = query_of([(1, 0), (2, 0)])
    whole = InvertedIndex(segments, WEIGHTS)
    share = whole.feature_weights(query)[0]
    assert share < 0.5
    less = InvertedIndex(segments, WEIGHTS, skipped_energy=float(share) + 1e-6)
    assert (whole.score(query) > 0).tolist() == [True] * 4
    assert (less.score(query) > 0).tolist() == [True, False, False, False]
    assert less.score(query)[0] == whole.score(query)[0] == 1
    more = InvertedIndex(segments, WEIGHTS, skipped_energy=float(share) - 1e-6)
    assert more.score(query).tolist() == whole.score(query).tolist()


def test_where_sharing_a_word_is_all_signatures_are_not_looked_at():
    items = [words_of([(1, 0), (2, 77), (1, 5)]), words_of([(1, 2**63)])]
    query = query_of([(1, 9), (2, 9), (1, 9)])
    index = InvertedIndex([built(items)], np.ones(65, np.float32))
    scores = index.score(query)
    assert scores[0] == 1
    first, second, third = index.feature_weights(query)
    assert scores[1] == pytest.approx(first + third, rel=1e-6)


def test_a_floor_leaves_out_what_scores_less():
    items = [words_of([(n, 0), (9, 0)]) for n in range(5)]
    index = index_of(items)
    prepared = index.prepare(query_of([(3, 0), (9, 0)]))
    rows, scores = index.score_segment(prepared, 0)
    assert rows.tolist() == [0, 1, 2, 3, 4]
    best, least = index.score_segment(prepared, 0, floor=1.0)
    assert (best.tolist(), least.tolist()) == ([3], [1.0])
    assert index.score_segment(prepared, 0, floor=scores[0])[0].tolist() == [*range(5)]
