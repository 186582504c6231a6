"""Counts of words, by hand."""

import numpy as np
import pytest

from cvret.index.postings import PackedWords, build_postings
from cvret.index.statistics import count_words, imbalance_factor


def segment(*images):
    """A segment of images that are given as lists of words."""
    items = [
        PackedWords(
            np.array(words, np.uint32),
            np.zeros(len(words), np.uint64),
            np.zeros((len(words), 5), np.uint8),
        )
        for words in images
    ]
    made = build_postings(items)
    return {name: a for name, a in made.items() if isinstance(a, np.ndarray)}


def test_words_are_counted_through_segments():
    segments = [segment([0, 0, 2], [2]), segment([4], [], [0, 4, 4, 4])]
    counts = count_words(segments, [None, None], 6)
    assert counts.postings.tolist() == [3, 0, 2, 0, 4, 0]
    assert counts.images.tolist() == [2, 0, 2, 0, 2, 0]
    assert counts.features.tolist() == [3, 1, 1, 0, 4]


def test_removed_images_are_not_counted():
    alive = np.array([False, True, True])
    counts = count_words([segment([0, 0, 2], [2], [0, 1])], [alive], 3)
    assert counts.postings.tolist() == [1, 1, 1]
    assert counts.images.tolist() == [1, 1, 1]
    assert counts.features.tolist() == [1, 2]


def test_nothing_is_counted_in_nothing():
    counts = count_words([], [], 3)
    assert counts.postings.tolist() == counts.images.tolist() == [0, 0, 0]
    assert counts.features.shape == (0,)


@pytest.mark.parametrize(
    ("postings", "expected"),
    [
        ([7, 7, 7, 7], 1),
        ([9, 0, 0, 0], 4),
        ([3, 1, 0, 0], 4 * (9 + 1) / 16),
        ([0, 0], None),
    ],
)
def test_the_imbalance_factor_by_hand(postings, expected):
    assert imbalance_factor(np.array(postings)) == expected
