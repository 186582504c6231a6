"""Aggregated selective match kernels."""

import numpy as np
import pytest
from sklearn.base import clone

import cvret


def features(descriptors) -> cvret.LocalFeatures:
    descriptors = np.array(descriptors, np.float32)
    return cvret.LocalFeatures(
        np.zeros((len(descriptors), 4), np.float32), descriptors, 10, 10
    )


@pytest.fixture(scope="module")
def vocabulary() -> cvret.Vocabulary:
    """Three words, (0, 0), (0, 200) and (255, 255), whose codes are descriptors."""
    points = np.repeat(np.float32([[0, 0], [0, 200], [255, 255]]), 9, axis=0)
    return cvret.Vocabulary(3).fit(points)


def test_residuals_of_a_word_are_summed_before_their_signs_are_taken(vocabulary):
    asmk = cvret.ASMK(cvret.SIFT(), vocabulary=vocabulary)
    zero, other = vocabulary.nearest_words(np.float32([[0, 0], [0, 200]])).ravel()
    # (3, 0) and (1, 5) sum to (4, 5): bits 11. (2, 190) less (0, 200): bits 01.
    found = asmk.encode(features([[3, 0], [2, 190], [1, 5]]))
    signs = dict(zip(found.words.tolist(), found.residuals[:, 0].tolist(), strict=True))
    assert signs == {zero: 0b11, other: 0b01}
    assert found.residuals.dtype == np.uint64
    assert found.nearest.all()
    assert np.all(np.diff(found.words.astype(int)) > 0)


def test_whole_numbers_are_the_sum_up_to_a_factor(vocabulary):
    asmk = cvret.ASMK(cvret.SIFT(), vocabulary=vocabulary, binary=False)
    found = asmk.encode(features([[3, 0], [1, 8]]))
    assert found.residuals.tolist() == [[64, 127]]  # (4, 8), the largest as 127
    # A descriptor that is the word itself has no direction, and is left out.
    assert len(asmk.encode(features([[0, 0]])).words) == 0


def test_further_words_have_the_features_that_name_them(vocabulary):
    asmk = cvret.ASMK(cvret.SIFT(), vocabulary=vocabulary, assignments=2)
    zero, other = vocabulary.nearest_words(np.float32([[0, 0], [0, 200]])).ravel()
    query = asmk.encode_query(features([[3, 0], [1, 5]]))
    assert sorted(query.words.tolist()) == sorted([zero, other])
    place = query.words.tolist().index(other)
    assert query.nearest.tolist() == [word == zero for word in query.words]
    # (3, -200) and (1, -195): the first sign alone is above 0.
    assert query.residuals[place].tolist() == [0b01]
    # Where the word is the nearest of a feature, it is described by that alone.
    both = asmk.encode_query(features([[3, 0], [1, 5], [0, 210]]))
    assert both.nearest.all()
    assert both.residuals[both.words.tolist().index(other)].tolist() == [0b10]


@pytest.mark.parametrize("binary", [True, False])
def test_a_picture_without_keypoints_has_no_words(binary):
    asmk = cvret.ASMK(cvret.SIFT(), vocabulary="rootsift-16k", binary=binary)
    found = asmk.encode_query(cvret.SIFT().extract(np.zeros((40, 40, 3), np.uint8)))
    assert found.words.shape == found.nearest.shape == (0,)
    assert found.residuals.shape == (0, 2 if binary else 128)


def test_bit_strings_are_refused(coffee):
    asmk = cvret.ASMK(cvret.ORB(), n_words=4)
    with pytest.raises(ValueError, match="those of ORB are bit strings; take SIFT"):
        asmk.fit([coffee])


def test_a_fitted_one_is_used_and_a_clone_is_not_fitted(coffee):
    asmk = cvret.ASMK(cvret.SIFT(max_keypoints=100), n_words=10)
    with pytest.raises(cvret.NotFittedError, match=r"ASMK has no vocabulary yet; call"):
        asmk.check_fitted()
    asmk.fit([coffee])
    assert asmk.vocabulary_.n_words_ == 10
    assert not hasattr(clone(asmk), "vocabulary_")
