"""What all encoders that give one vector keep to."""

import numpy as np
import pytest
from sklearn.base import clone

import cvret
from cvret.protocols import Descriptor, Learner

SIFT = cvret.SIFT(max_keypoints=60)
ENCODERS = [
    cvret.VLAD(SIFT, n_words=4),
    cvret.VLAD(SIFT, n_words=4, n_vocabularies=2, n_dimensions=1),
    cvret.FisherVector(SIFT, n_components=2, n_dimensions=8),
]


@pytest.fixture(params=ENCODERS, ids=repr)
def encoder(request) -> cvret.VLAD | cvret.FisherVector:
    return clone(request.param)


def test_vectors_have_the_length_one_and_come_again(encoder, chelsea, coffee):
    vectors = encoder.fit_transform([chelsea, coffee])
    assert vectors.dtype == np.float32
    assert vectors.shape == (2, len(encoder.get_feature_names_out()))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1])
    again = clone(encoder).fit([chelsea, coffee])
    assert np.array_equal(again.describe(coffee), vectors[1])
    assert again.transform([]).shape == (0, vectors.shape[1])
    assert isinstance(encoder, Descriptor)
    assert isinstance(encoder, Learner)


def test_what_was_learned_comes_back_from_arrays(encoder, chelsea, coffee):
    encoder.fit([chelsea, coffee])
    learned = encoder.learned()
    again = clone(encoder).restore(learned.arrays, learned.source)
    assert np.array_equal(again.describe(coffee), encoder.describe(coffee))
    assert "of 2 images given to fit" in again.source_["learned on"]


def test_a_picture_without_keypoints_gives_zeros(encoder, chelsea, coffee):
    vector = encoder.fit([chelsea, coffee]).describe(np.zeros((40, 40, 3), np.uint8))
    assert vector.shape == (len(encoder.get_feature_names_out()),)
    assert not vector.any()


def test_before_fit_it_says_what_to_do(encoder, chelsea):
    for ask in (encoder.describe, encoder.transform):
        with pytest.raises(cvret.NotFittedError, match=r"call fit\(images\) first"):
            ask([chelsea])
    assert encoder.learned() is None


def test_bit_strings_are_refused(encoder, chelsea):
    encoder.set_params(extractor=cvret.ORB())
    with pytest.raises(ValueError, match="those of ORB are bit strings; take SIFT"):
        encoder.fit([chelsea])


def test_too_little_to_learn_from_is_told(encoder):
    with pytest.raises(ValueError, match="at least one image, got none"):
        encoder.fit([])
    with pytest.raises(ValueError, match="needs at least that many descriptors, got 0"):
        encoder.fit([np.zeros((40, 40, 3), np.uint8)])


def test_descriptors_of_another_width_are_refused(encoder, chelsea, coffee):
    encoder.fit([chelsea, coffee])
    wrong = cvret.LocalFeatures(np.zeros((1, 4)), np.zeros((1, 7)), 9, 9)
    with pytest.raises(ValueError, match=r"must have shape \(n, 128\) as those that"):
        encoder.encode(wrong)
