"""Vectors of locally aggregated descriptors."""

import numpy as np
import pytest

import cvret


def features(descriptors) -> cvret.LocalFeatures:
    descriptors = np.array(descriptors, np.float32)
    return cvret.LocalFeatures(
        np.zeros((len(descriptors), 4), np.float32), descriptors, 10, 10
    )


def with_words(words, **options) -> cvret.VLAD:
    """A VLAD with these words, whose codes are the descriptors themselves."""
    arrays = {
        "words": np.array(words, np.uint8),
        "scaling": np.array([0.0, 1.0]),
        "mean": np.empty(0, np.float32),
        "components": np.empty((0, 0), np.float32),
    }
    return cvret.VLAD(cvret.SIFT(), **options).restore(arrays, {})


# Beside the word (0, 0) are (1, 2) and (3, 0); beside (10, 0) is (10, 4).
THREE = [[1, 2], [3, 0], [10, 4]]
ROOT = np.sqrt


@pytest.mark.parametrize(
    ("normalization", "expected"),
    [
        # Sums (4, 2) and (0, 4), each of length 1, then both together.
        ("intra", np.array([4 / ROOT(20), 2 / ROOT(20), 0, 1]) / ROOT(2)),
        # Their roots: 2, the root of 2, 0, 2, with squares 4 + 2 + 0 + 4.
        ("power", np.array([2, ROOT(2), 0, 2]) / ROOT(10)),
        # (1, 2) / root of 5 and (1, 0) are summed; (0, 4) becomes (0, 1).
        (
            "residual",
            ROOT([1 / ROOT(5) + 1, 2 / ROOT(5), 0, 1]) / ROOT(2 + 3 / ROOT(5)),
        ),
    ],
)
def test_three_descriptors_by_hand(normalization, expected):
    vlad = with_words([[[0, 0], [10, 0]]], normalization=normalization)
    vector = vlad.encode(features(THREE))
    assert vector.dtype == np.float32
    assert vector == pytest.approx(expected, abs=1e-6)


def test_roots_keep_their_sign():
    vlad = with_words([[[4, 0]]], normalization="power")
    assert vlad.encode(features([[0, 4]])) == pytest.approx([-ROOT(0.5), ROOT(0.5)])


def test_vectors_of_several_vocabularies_are_joined():
    vlad = with_words([[[0, 0], [10, 0]], [[3, 0], [10, 0]]])
    one, two = (with_words([words]) for words in vlad.words_)
    both = np.concatenate([one.encode(features(THREE)), two.encode(features(THREE))])
    assert vlad.encode(features(THREE)) == pytest.approx(both / ROOT(2))


def test_descriptors_that_are_words_leave_nothing():
    vlad = with_words([[[0, 0], [10, 0]]])
    assert vlad.encode(features([[10, 0]])).tolist() == [0, 0, 0, 0]


def random_images(n: int) -> list[cvret.LocalFeatures]:
    rng = np.random.default_rng(0)
    return [features(rng.random((30, 4)) ** rng.integers(1, 5)) for _ in range(n)]


def test_whitened_vectors_have_no_correlation():
    images = random_images(40)
    vlad = cvret.VLAD(cvret.SIFT(), n_words=3, n_vocabularies=2, n_dimensions=5)
    vlad.fit_features(images)
    whole = cvret.VLAD(cvret.SIFT(), n_words=3, n_vocabularies=2).fit_features(images)
    projected = np.stack([whole.encode(image) for image in images]) - vlad.mean_
    projected = projected @ vlad.components_.T
    assert projected.T @ projected / 40 == pytest.approx(np.eye(5), abs=1e-3)
    first = projected[0] / np.linalg.norm(projected[0])
    assert vlad.encode(images[0]) == pytest.approx(first, abs=1e-4)


def test_whitening_needs_more_images_than_dimensions():
    vlad = cvret.VLAD(cvret.SIFT(), n_words=3, n_dimensions=8)
    with pytest.raises(ValueError, match="the 8 vectors given vary in 7 directions"):
        vlad.fit_features(random_images(8))


def test_words_that_coincide_are_filled_up():
    same = features([[1, 2]] * 6 + [[5, 5]] * 6)
    vlad = cvret.VLAD(cvret.SIFT(), n_words=4).fit_features([same])
    assert vlad.words_.shape == (1, 4, 2)
    assert vlad.encode(same).tolist() == [0] * 8


def test_an_unknown_normalization_is_refused():
    vlad = cvret.VLAD(cvret.SIFT(), normalization="l7")
    with pytest.raises(ValueError, match="must be one of intra, power, residual, got"):
        vlad.fit_features(random_images(2))


def test_arrays_that_do_not_belong_together_are_refused():
    learned = with_words([[[0, 0]]]).learned()
    with pytest.raises(ValueError, match="VLAD lacks its array 'words'"):
        cvret.VLAD(cvret.SIFT()).restore({}, {})
    with pytest.raises(ValueError, match="do not belong together"):
        cvret.VLAD(cvret.SIFT()).restore({**learned.arrays, "mean": np.ones(3)}, {})
