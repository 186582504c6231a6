"""Fisher vectors."""

import numpy as np
import pytest
from skimage.feature import fisher_vector, learn_gmm

import cvret


def features(descriptors) -> cvret.LocalFeatures:
    descriptors = np.array(descriptors, np.float32)
    return cvret.LocalFeatures(
        np.zeros((len(descriptors), 4), np.float32), descriptors, 10, 10
    )


def test_one_gaussian_by_hand():
    # N(0, 1) and the descriptors 1 and 3: their mean is 2 and that of the squares 5, so
    # the gradients are 0 by weight, 2 by mean and (1 - 5) / root of 2 by variance.
    arrays = {
        "weights": np.array([1.0]),
        "means": np.array([[0.0]]),
        "covariances": np.array([[1.0]]),
        "mean": np.zeros(1, np.float32),
        "components": np.ones((1, 1), np.float32),
    }
    fisher = cvret.FisherVector(cvret.SIFT()).restore(arrays, {})
    roots = np.array([0, np.sqrt(2), -np.sqrt(4 / np.sqrt(2))])
    expected = roots / np.sqrt(2 + 4 / np.sqrt(2))
    assert fisher.encode(features([[1], [3]])) == pytest.approx(expected)


def test_vectors_are_those_of_scikit_image():
    rng = np.random.default_rng(0)
    images = [features(rng.random((40, 6)) ** power) for power in (1, 2, 3)]
    fisher = cvret.FisherVector(cvret.SIFT(), 3, n_dimensions=4, random_state=7)
    fisher.fit_features(images)
    reduced = [
        ((image.descriptors - fisher.mean_) @ fisher.components_.T).astype(float)
        for image in images
    ]
    settings = {"covariance_type": "diag", "random_state": 7}
    mixture = learn_gmm(np.concatenate(reduced), n_modes=3, gm_args=settings)
    for image, few in zip(images, reduced, strict=True):
        expected = fisher_vector(few, mixture, improved=True)
        assert fisher.encode(image) == pytest.approx(expected, abs=1e-4)


def test_arrays_that_do_not_belong_together_are_refused():
    rng = np.random.default_rng(0)
    fisher = cvret.FisherVector(cvret.SIFT(), 2).fit_features(
        [features(rng.random((9, 3)))]
    )
    assert fisher.means_.shape == (2, 3)  # descriptors have no more dimensions
    arrays = {**fisher.learned().arrays, "means": fisher.means_[:, :2]}
    with pytest.raises(ValueError, match="do not belong together"):
        cvret.FisherVector(cvret.SIFT()).restore(arrays, {})
