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


def true_nearest(vocabulary, descriptors):
    scaled = np.rint(descriptors * vocabulary.scaling_[1])
    distances = ((scaled[:, None] - vocabulary.words_.astype(int)) ** 2).sum(axis=2)
    return np.argsort(distances, axis=1, kind="stable")


def test_flat_words_found_are_the_nearest(descriptors):
    flat = cvret.Vocabulary(n_words=50, levels=1).fit(descriptors)
    expected = true_nearest(flat, descriptors[:300])
    assert np.array_equal(flat.nearest_words(descriptors[:300], 4), expected[:, :4])


def test_with_all_cells_probed_the_nearest_words_of_a_tree_are_found(descriptors):
    tree = cvret.Vocabulary(n_words=64, levels=3, probes=64).fit(descriptors)
    assert [len(cells) for cells in tree.cells_] == [4, 16]
    assert tree.n_words_ == 64
    expected = true_nearest(tree, descriptors[:300])
    assert np.array_equal(tree.nearest_words(descriptors[:300], 4), expected[:, :4])


def test_more_probes_find_more_of_the_nearest_words(descriptors):
    tree = cvret.Vocabulary(n_words=256, levels=4).fit(descriptors)
    true = true_nearest(tree, descriptors)[:, 0]
    found = [
        (tree.nearest_words(descriptors, probes=probes)[:, 0] == true).mean()
        for probes in (1, (2, 2, 2), (2, 4, 8))
    ]
    assert 0.3 < found[0] < found[1] < found[2]
    default = tree.nearest_words(descriptors)
    assert np.array_equal(default, tree.nearest_words(descriptors, probes=3))


@pytest.mark.parametrize("levels", [1, 2, 3, 5])
def test_all_words_can_be_asked_for_whatever_is_probed(levels, descriptors):
    vocabulary = cvret.Vocabulary(20, levels=levels, probes=1).fit(descriptors)
    found = vocabulary.nearest_words(descriptors[:9], 20)
    assert np.sort(found, axis=1).tolist() == [list(range(20))] * 9


@pytest.mark.parametrize(
    ("probes", "error", "message"),
    [
        (0, ValueError, "probes must be at least 1, got 0"),
        ((3, 3), ValueError, r"each of the 1 levels above the words, got \[3, 3\]"),
        ("3", TypeError, "probes must be a whole number or a sequence of them"),
    ],
)
def test_wrong_probes_are_refused(probes, error, message, vocabulary, descriptors):
    with pytest.raises(error, match=message):
        cvret.Vocabulary(4, probes=probes).fit(descriptors)
    with pytest.raises(error, match=message):
        vocabulary.nearest_words(descriptors, probes=probes)


def test_the_unexplained_share_by_hand():
    # Words 0 and 10, or codes 0 and 255 once spread; of 0, 0, 10, 10 nothing is left.
    points = np.float32([[0], [0], [10], [10]])
    vocabulary = cvret.Vocabulary(2).fit(points)
    assert vocabulary.source_["unexplained"] == 0
    assert vocabulary.unexplained(points) == 0
    # 0 and 2 are 1 from their mean; from their word, 0, they are 0 and 2 away. Codes
    # are whole numbers, so 2 is 51: (0 + 51**2) / (2 * 25.5**2) = 2.
    assert vocabulary.unexplained(np.float32([[0], [2]])) == pytest.approx(2)
    assert vocabulary.unexplained(np.float32([[3], [3]])) is None
    assert vocabulary.unexplained(np.empty((0, 1), np.float32)) is None


def test_one_word_explains_nothing(descriptors):
    alone = cvret.Vocabulary(1).fit(descriptors)
    assert alone.unexplained(descriptors) == pytest.approx(1, abs=1e-3)  # it is rounded


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


@pytest.mark.parametrize(
    ("levels", "names"),
    [
        (1, []),
        (2, ["cells", "starts"]),
        (3, ["cells1", "cells2", "starts1", "starts2"]),
    ],
)
def test_trees_of_any_depth_come_back_from_arrays(levels, names, descriptors):
    learned = cvret.Vocabulary(30, levels=levels).fit(descriptors)
    arrays = learned.to_arrays()
    always = ["medians", "projection", "scaling", "words"]
    assert sorted(arrays) == sorted([*names, *always])
    restored = cvret.Vocabulary().restore(arrays, {})
    assert restored.n_levels_ == levels
    assert restored.fingerprint() == learned.fingerprint()
    for a, b in zip(
        restored.encode(descriptors, 2), learned.encode(descriptors, 2), strict=True
    ):
        assert np.array_equal(a, b)


def test_a_tree_that_lacks_a_level_is_refused(descriptors):
    arrays = cvret.Vocabulary(30, levels=3).fit(descriptors).to_arrays()
    for name in ("cells1", "starts2"):
        fewer = {key: array for key, array in arrays.items() if key != name}
        with pytest.raises(ValueError, match=f"lacks its array '{name}'"):
            cvret.Vocabulary().restore(fewer, {})
    crossed = {**arrays, "starts1": arrays["starts2"]}
    with pytest.raises(ValueError, match="do not belong together"):
        cvret.Vocabulary().restore(crossed, {})


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


@pytest.mark.parametrize("levels", [1, 3])
def test_binary_words_are_found_on_any_number_of_levels(levels, coffee):
    strings = cvret.ORB(max_keypoints=500).extract(coffee).descriptors
    vocabulary = cvret.BinaryVocabulary(32, levels=levels, probes=32).fit(strings)
    bits = np.unpackbits(strings, axis=1)
    distances = (bits[:, None] != vocabulary.words_).sum(axis=2)
    found = vocabulary.nearest_words(strings)[:, 0]
    assert np.array_equal(found, distances.argmin(axis=1))


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


def test_fit_forgets_what_was_learned_before():
    rng = np.random.default_rng(0)
    vocabulary = cvret.Vocabulary(n_words=4).fit(rng.random((40, 8)).astype(np.float32))
    vocabulary.fit(rng.random((40, 16)).astype(np.float32))
    assert vocabulary.words_.shape == (4, 16)
