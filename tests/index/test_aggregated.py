"""The inverted index of aggregated features."""

import numpy as np
import pytest

from cvret.index.aggregated import AggregatedIndex, PackedAggregates, layout_of
from cvret.index.postings import build_postings
from cvret.records import AggregatedWords
from cvret.storage.writing import Pieces


def segment_of(*images):
    """The arrays of a segment; an image is a dict of words and residuals."""
    dtype = np.uint64 if isinstance(next(iter(images[0].values())), int) else np.int8
    width = 1 if dtype is np.uint64 else 2
    items = [
        PackedAggregates(
            np.array(sorted(image), np.uint32),
            np.array([image[w] for w in sorted(image)], dtype).reshape(-1, width),
        )
        for image in images
    ]
    return {
        name: np.concatenate(list(array.pieces)) if isinstance(array, Pieces) else array
        for name, array in build_postings(items, layout_of(dtype is np.uint64)).items()
    }


def query_of(image, further=()):
    """The same as a query, whose words in `further` are no feature's nearest."""
    words = np.array(sorted(image), np.uint32)
    residuals = np.array([[image[w]] for w in sorted(image)], np.uint64)
    return AggregatedWords(words, residuals, ~np.isin(words, further))


FIRST = {3: 0b0000, 5: 0b1111, 9: 0b0101}
SECOND = {3: 0b0001, 7: 0b0000}


def test_scores_by_hand():
    index = AggregatedIndex([segment_of(FIRST, SECOND)], 3.0, 0.0, 4)
    # Word 3 is shared, one sign of four differs: (1 - 2/4)**3, over the roots of 3
    # and 2 words.
    expected = [1, 0.125 / np.sqrt(3 * 2)]
    assert index.score(query_of(FIRST)) == pytest.approx(expected)
    assert index.score(query_of(FIRST))[0] == 1


def test_signs_that_agree_no_better_than_chance_count_nothing():
    index = AggregatedIndex([segment_of({3: 0b0011})], 3.0, 0.0, 4)
    assert index.score(query_of({3: 0b0000})).tolist() == [0]
    assert index.score(query_of({3: 0b1100})).tolist() == [0]


def test_only_cosines_above_the_threshold_count():
    for threshold, expected in ((0.4, 0.5), (0.5, 0)):
        index = AggregatedIndex([segment_of({3: 0b0001})], 1.0, threshold, 4)
        assert index.score(query_of({3: 0}))[0] == expected


def test_whole_numbers_are_compared_by_their_cosine():
    index = AggregatedIndex([segment_of({3: [3, 4]}, {3: [0, 9]})], 2.0, 0.0, None)
    query = AggregatedWords(
        np.uint32([3]), np.array([[30, 40]], np.int8), np.array([True])
    )
    assert index.score(query) == pytest.approx([1, 0.8**2])


def test_further_words_of_a_query_leave_the_picture_itself_at_one():
    index = AggregatedIndex([segment_of(FIRST, SECOND)], 3.0, 0.0, 4)
    scores = index.score(query_of({**FIRST, 7: 0b0000}, further=[7]))
    # Image 2 has word 7 with equal signs; the query's own words are still three.
    assert scores == pytest.approx([1, (0.125 + 1) / np.sqrt(3 * 2)])
    assert scores[0] == 1


def test_scores_do_not_leave_one():
    index = AggregatedIndex([segment_of({1: 0, 2: 0, 3: 0, 4: 0})], 3.0, 0.0, 4)
    query = query_of({1: 0, 2: 0, 3: 0, 4: 0}, further=[2, 3, 4])
    assert index.score(query).tolist() == [1]


def test_rare_words_weigh_more_with_idf():
    segment = segment_of({1: 0, 2: 0}, {1: 0}, {2: 0}, {2: 0})
    index = AggregatedIndex([segment], 3.0, 0.0, 4, idf=True)
    scores = index.score(query_of({1: 0, 2: 0}))
    rare, common = np.log(1 + 4 / 3) ** 2, np.log(1 + 4 / 4) ** 2
    shares = np.array([rare, common]) / (rare + common)
    assert scores == pytest.approx([1, *(shares[[0, 1, 1]] * np.sqrt(2))])
    assert scores[0] == 1


@pytest.mark.parametrize("idf", [False, True])
def test_removed_images_are_as_if_never_there(idf):
    alive = np.array([True, False])
    left = [np.array([1, 1, 0, 1], np.uint32)]  # words 3, 5, 7, 9 without the second
    index = AggregatedIndex(
        [segment_of(FIRST, SECOND)], 3.0, 0.0, 4, idf, [alive], left
    )
    alone = AggregatedIndex([segment_of(FIRST)], 3.0, 0.0, 4, idf)
    query = query_of({3: 0b0001, 9: 0b0101})
    assert index.n_images == alone.n_images == 1
    assert index.score(query).tolist() == [*alone.score(query), 0]


def test_segments_add_up():
    whole = AggregatedIndex([segment_of(FIRST, SECOND)], 3.0, 0.0, 4, idf=True)
    parts = [segment_of(FIRST), segment_of(SECOND)]
    index = AggregatedIndex(parts, 3.0, 0.0, 4, idf=True)
    query = query_of(SECOND)
    assert index.score(query).tolist() == whole.score(query).tolist()
    stored = index.stored(1)
    assert stored.words.tolist() == [3, 7]
    assert stored.residuals.ravel().tolist() == [1, 0]
    assert stored.nearest.all()
    assert index.n_postings == 5


def test_nothing_is_like_nothing():
    empty = {3: 0}
    index = AggregatedIndex([segment_of(FIRST, {})], 3.0, 0.0, 4)
    nothing = AggregatedWords(
        np.empty(0, np.uint32), np.empty((0, 1), np.uint64), np.empty(0, bool)
    )
    assert index.score(nothing).tolist() == [0, 0]
    assert index.score(query_of(empty))[1] == 0
    assert len(index.stored(1).words) == 0


def test_residuals_of_another_width_are_refused():
    index = AggregatedIndex([segment_of(FIRST)], 3.0, 0.0, 4)
    query = AggregatedWords(
        np.uint32([3]), np.zeros((1, 2), np.uint64), np.array([True])
    )
    with pytest.raises(ValueError, match="must have 1 columns as the indexed ones"):
        index.score(query)
