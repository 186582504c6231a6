"""Vocabularies: learning, finding words, signatures, and the one that ships."""

import subprocess
import sys

import numpy as np
import pytest

import cvret
from cvret.encoding.vocabulary import SHIPPED, shipped_vocabulary


@pytest.fixture(scope="module")
def descriptors(chelsea, coffee):
    sift = cvret.SIFT()
    return np.concatenate([sift.extract(i).descriptors for i in (chelsea, coffee)])


@pytest.fixture(scope="module")
def vocabulary(descriptors):
    return cvret.Vocabulary(n_words=256, random_state=1).fit(descriptors)


def test_words_found_are_nearly_always_the_nearest(vocabulary, descriptors):
    scaled = np.rint(descriptors * vocabulary.scaling_[1])
    distances = ((scaled[:, None] - vocabulary.words_.astype(int)) ** 2).sum(axis=2)
    found = vocabulary.nearest_words(descriptors)[:, 0]
    assert (found == distances.argmin(axis=1)).mean() > 0.9
    assert (
        distances[np.arange(len(found)), found].mean()
        < 1.02 * distances.min(axis=1).mean()
    )


def test_medians_split_each_bit_of_a_words_signatures_in_half(descriptors):
    vocabulary = cvret.Vocabulary(n_words=4).fit(descriptors)
    words, signatures = vocabulary.encode(descriptors)
    for word in range(4):
        of_word = signatures[words == word]
        if len(of_word) < 50:
            continue
        bits = np.unpackbits(of_word.view(np.uint8)).reshape(-1, 64)
        assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.05


def test_near_descriptors_have_near_signatures(vocabulary, descriptors):
    rng = np.random.default_rng(0)
    noisy = descriptors + rng.normal(0, 0.005, descriptors.shape).astype(np.float32)
    words, signatures = vocabulary.encode(descriptors)
    other_words, others = vocabulary.encode(noisy)
    same = (words == other_words)[:, 0]
    bits = np.bitwise_count(signatures ^ others)[same, 0]
    assert same.mean() > 0.7
    assert np.median(bits) < 10
    shuffled = np.bitwise_count(signatures[:-1] ^ signatures[1:])
    assert np.median(shuffled) > 25


def test_the_nearest_of_several_words_is_the_one_alone(vocabulary, descriptors):
    one, one_signature = vocabulary.encode(descriptors)
    three, signatures = vocabulary.encode(descriptors, 3)
    assert np.array_equal(one[:, 0], three[:, 0])
    assert np.array_equal(one_signature[:, 0], signatures[:, 0])
    assert all(len(set(row)) == 3 for row in three.tolist())


def test_learning_twice_gives_the_same(descriptors, vocabulary):
    again = cvret.Vocabulary(n_words=256, random_state=1).fit(descriptors)
    assert again.fingerprint() == vocabulary.fingerprint()
    other = cvret.Vocabulary(n_words=256, random_state=2).fit(descriptors)
    assert other.fingerprint() != vocabulary.fingerprint()


def test_threads_of_blas_change_nothing(tmp_path, descriptors, vocabulary):
    np.save(tmp_path / "d.npy", descriptors)
    code = (
        "import numpy as np, cvret, sys; d = np.load(sys.argv[1]); "
        "print(cvret.Vocabulary(n_words=256, random_state=1).fit(d).fingerprint())"
    )
    for threads in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "d.npy")],
            capture_output=True,
            text=True,
            check=True,
            env={"OPENBLAS_NUM_THREADS": threads, "PATH": "/usr/bin:/bin"},
        )
        assert done.stdout.strip() == vocabulary.fingerprint()


def test_what_was_learned_comes_back_from_arrays(vocabulary, descriptors):
    restored = cvret.Vocabulary().restore(vocabulary.to_arrays(), {"from": "a test"})
    for a, b in zip(
        restored.encode(descriptors, 2), vocabulary.encode(descriptors, 2), strict=True
    ):
        assert np.array_equal(a, b)
    assert restored.source_ == {"from": "a test"}


def test_arrays_that_do_not_belong_together_are_refused(vocabulary):
    arrays = vocabulary.to_arrays()
    with pytest.raises(ValueError, match="lacks its array 'medians'"):
        cvret.Vocabulary().restore(
            {k: v for k, v in arrays.items() if k != "medians"}, {}
        )
    with pytest.raises(ValueError, match="do not belong together"):
        cvret.Vocabulary().restore({**arrays, "words": arrays["words"][:-1]}, {})


def test_binary_words_are_majorities_found_by_hamming_distance(coffee):
    strings = cvret.ORB(max_keypoints=800).extract(coffee).descriptors
    vocabulary = cvret.BinaryVocabulary(n_words=32).fit(strings)
    assert set(np.unique(vocabulary.words_)) <= {0, 1}
    bits = np.unpackbits(strings, axis=1)
    distances = (bits[:, None] != vocabulary.words_).sum(axis=2)
    found = vocabulary.nearest_words(strings)[:, 0]
    best = distances[np.arange(len(found)), found]
    assert (best == distances.min(axis=1)).mean() > 0.8
    signatures = vocabulary.encode(strings)[1]
    # Signatures are 64 of the bits: their distance grows with the whole distance.
    whole = (bits[:-1] != bits[1:]).sum(axis=1)
    part = np.bitwise_count(signatures[:-1, 0] ^ signatures[1:, 0])
    assert np.corrcoef(whole, part)[0, 1] > 0.8


def test_too_few_descriptors_are_told_with_the_way_out():
    with pytest.raises(
        ValueError, match="n_words=16384 needs at least that many descriptors, got 3; s"
    ):
        cvret.Vocabulary().fit(np.zeros((3, 4), np.float32))


def test_an_unfitted_vocabulary_says_so():
    with pytest.raises(cvret.NotFittedError, match="this Vocabulary has learned no wo"):
        cvret.Vocabulary().encode(np.zeros((1, 4), np.float32))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros(4, np.float32), "must have shape"),
        (np.zeros((2, 5), np.float32), "must have 128 columns .* got 5"),
        (np.full((2, 128), np.nan, np.float32), "must be finite"),
    ],
)
def test_wrong_descriptors_are_refused(vocabulary, bad, message):
    with pytest.raises(ValueError, match=message):
        vocabulary.encode(bad)


def test_floats_are_refused_by_a_binary_vocabulary():
    with pytest.raises(ValueError, match="must be bit strings of dtype uint8"):
        cvret.BinaryVocabulary(2).fit(np.zeros((4, 32), np.float32))


def test_no_descriptors_have_no_words(vocabulary):
    words, signatures = vocabulary.encode(np.empty((0, 128), np.float32), 3)
    assert words.shape == signatures.shape == (0, 3)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_vocabulary_says_where_it_came_from(name):
    vocabulary = shipped_vocabulary(name)
    assert 15_000 < vocabulary.n_words_ <= 16_384
    assert "gnome-backgrounds" in vocabulary.source_["packages"]


def test_shipped_vocabularies_never_change():
    # An index on disk names its vocabulary: a new one gets a new name.
    assert shipped_vocabulary("rootsift-16k").fingerprint() == "154f2e33db78c5f1"


def test_an_unknown_vocabulary_is_refused_with_the_known_ones():
    with pytest.raises(cvret.UnknownNameError, match="there are rootsift-16k"):
        shipped_vocabulary("surf-1m")
