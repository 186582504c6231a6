"""Bags of visual words."""

from hashlib import blake2b

import numpy as np
import pytest
from sklearn.base import clone

import cvret


def test_transform_counts_the_words_of_each_image(chelsea, coffee):
    bag = cvret.BagOfWords(cvret.SIFT(max_keypoints=300), n_words=50)
    counts = bag.fit_transform([chelsea, coffee])
    assert counts.shape == (2, 50)
    assert counts.sum(axis=1).tolist() == [300, 300]
    words = bag.encode(bag.extractor.extract(chelsea)).words
    assert np.array_equal(counts.toarray()[0], np.bincount(words, minlength=50))
    assert len(bag.get_feature_names_out()) == 50


def test_transform_of_nothing_has_no_rows():
    bag = cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k")
    assert bag.transform([]).shape == (0, bag.vocabulary_.n_words_)


def test_a_query_has_several_words_a_feature(chelsea):
    bag = cvret.BagOfWords(cvret.SIFT(100), vocabulary="rootsift-16k", assignments=3)
    features = bag.extractor.extract(chelsea)
    query, stored = bag.encode_query(features), bag.encode(features)
    assert query.words.shape == (100, 3)
    assert stored.words.shape == (100,)
    assert np.array_equal(query.words[:, 0], stored.words)


def test_one_assignment_keeps_two_dimensions_in_a_query(chelsea):
    bag = cvret.BagOfWords(cvret.SIFT(50), vocabulary="rootsift-16k", assignments=1)
    query = bag.encode_query(bag.extractor.extract(chelsea))
    assert query.words.shape == query.signatures.shape == (50, 1)


def test_match_weights_fall_and_end_at_the_threshold():
    weights = cvret.BagOfWords(cvret.SIFT(), threshold=24, sigma=16).match_weights()
    assert weights[0] == 1
    assert weights[16] == pytest.approx(np.exp(-1))
    assert weights[24] > 0 == weights[25]
    assert (np.diff(weights) <= 0).all()


def test_a_threshold_of_64_is_plain_tf_idf():
    weights = cvret.BagOfWords(cvret.SIFT(), threshold=64).match_weights()
    assert (weights == 1).all()


def test_without_a_vocabulary_it_says_what_to_do(chelsea):
    with pytest.raises(cvret.NotFittedError, match="call fit"):
        cvret.BagOfWords(cvret.SIFT()).transform([chelsea])


def test_one_path_instead_of_a_list_is_refused():
    with pytest.raises(TypeError, match="put it in a list"):
        cvret.BagOfWords(cvret.SIFT()).fit("a.jpg")


def test_a_clone_keeps_a_vocabulary_that_was_given(coffee):
    vocabulary = cvret.Vocabulary(9).fit(cvret.SIFT().extract(coffee).descriptors)
    bag = clone(cvret.BagOfWords(cvret.SIFT(), vocabulary=vocabulary))
    assert bag.transform([coffee]).shape == (1, 9)
    assert not hasattr(clone(cvret.BagOfWords(cvret.SIFT())), "vocabulary_")


def test_fitting_on_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one image, got none"):
        cvret.BagOfWords(cvret.SIFT()).fit([])


def test_orb_learns_a_binary_vocabulary(coffee):
    bag = cvret.BagOfWords(cvret.ORB(), n_words=64).fit([coffee])
    assert isinstance(bag.vocabulary_, cvret.BinaryVocabulary)
    assert "1 images" in bag.vocabulary_.source_["learned on"]


def test_levels_and_probes_reach_the_vocabulary(coffee):
    bag = cvret.BagOfWords(cvret.SIFT(400), n_words=27, levels=3, probes=(1, 2))
    vocabulary = bag.fit([coffee]).vocabulary_
    assert vocabulary.n_levels_ == 3
    assert vocabulary.probes == (1, 2)


def test_probes_hold_also_for_a_vocabulary_that_was_given(coffee):
    features = cvret.SIFT().extract(coffee)
    given = cvret.Vocabulary(100, probes=1).fit(features.descriptors)
    for probes in (1, 10):
        bag = cvret.BagOfWords(cvret.SIFT(), vocabulary=given, probes=probes)
        expected = given.nearest_words(features.descriptors, probes=probes)
        assert np.array_equal(bag.encode(features).words, expected[:, 0])
    few = given.nearest_words(features.descriptors)
    assert not np.array_equal(few, expected)


def test_a_vocabulary_learned_from_files_keeps_their_sketch(photos):
    files = [photos / "photos" / name for name in ("coffee.png", "chelsea.png")]
    bag = cvret.BagOfWords(cvret.SIFT(50), n_words=10)
    expected = sorted(
        blake2b(f.read_bytes(), digest_size=16).hexdigest() for f in files
    )
    sketch = bag.fit(files).vocabulary_.source_["sketch"]
    assert sketch == [each[:16] for each in expected]
    bag.fit([files[0], cvret.read_image(files[1])])
    assert "sketch" not in bag.vocabulary_.source_
