"""Mixtures that ship, and how vectors lose elements."""

import numpy as np
import pytest

import cvret
from cvret.encoding.fisher import half_whitening
from cvret.encoding.mixtures import SHIPPED_MIXTURES, shipped_mixture
from cvret.recipes import scene_extractors


@pytest.mark.parametrize("name", SHIPPED_MIXTURES)
def test_a_shipped_mixture_is_whole(name):
    mixture, source = shipped_mixture(name)
    assert mixture.means.shape == mixture.covariances.shape == (64, 48)
    assert mixture.weights.sum() == pytest.approx(1)
    assert (mixture.weights > 0).all()
    assert (mixture.covariances > 0).all()
    assert mixture.directions.shape == (512, 64 + 2 * 64 * 48)
    for array in mixture:
        assert np.isfinite(array).all()
    assert "Debian" in source["learned on"]
    assert source["learned on"].endswith(f"for {scene_extractors()[name]!r}")


@pytest.mark.parametrize("name", SHIPPED_MIXTURES)
def test_a_shipped_mixture_describes_without_fit(name, coffee, chelsea):
    fisher = cvret.FisherVector(scene_extractors()[name], mixture=name)
    images = [image[:120, :160] for image in (coffee, chelsea, coffee[:119])]
    one, other, nearly = fisher.transform(images)
    assert one.shape == (512,)
    assert one.dtype == np.float32
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(one, fisher.describe(images[0]))
    assert one @ nearly > 0.9 > one @ other
    assert fisher.learned() is None  # an index need not keep it
    assert fisher.in_use().arrays["means"].shape == (64, 48)


def test_no_features_are_zeros():
    fisher = cvret.FisherVector(cvret.SIFT(), mixture="dense-sift-64")
    assert not fisher.describe(np.zeros((40, 40, 3), np.uint8)).any()


def test_an_unknown_mixture_lists_the_known_ones(coffee):
    with pytest.raises(
        cvret.UnknownNameError, match="'sift'; there are dense-sift-64, local-color-64"
    ):
        cvret.FisherVector(cvret.SIFT(), mixture="sift").describe(coffee)


def test_what_was_learned_comes_before_what_ships(coffee, chelsea):
    fisher = cvret.FisherVector(
        cvret.SIFT(max_keypoints=50), 2, n_dimensions=3, mixture="dense-sift-64"
    )
    assert fisher.fit([coffee, chelsea]).describe(coffee).shape == (2 * (1 + 2 * 3),)
    assert fisher.in_use().arrays["means"].shape == (2, 3)


def test_half_of_a_whitening_by_hand():
    # Deviations of 4 and of 1 along the axes: each is divided by its root, so that the
    # first goes to 2 and the second stays.
    vectors = np.float32([[4, 1], [4, -1], [-4, 1], [-4, -1]])
    found = half_whitening(vectors, 2).apply(vectors)
    assert found.std(axis=0) == pytest.approx([2, 1])


def test_vectors_are_reduced_to_as_many_elements_as_asked_for(coffee, chelsea):
    images = [i[a : a + 90, :120] for i in (coffee, chelsea) for a in (0, 60, 120)]
    fisher = cvret.FisherVector(
        cvret.SIFT(max_keypoints=40), 2, n_dimensions=3, reduce_to=4
    )
    vectors = fisher.fit_transform(images)
    assert vectors.shape == (6, 4)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6))
    learned = fisher.learned()
    again = cvret.FisherVector(cvret.SIFT(max_keypoints=40), 2, n_dimensions=3)
    again.restore(learned.arrays, learned.source)
    assert np.array_equal(again.transform(images), vectors)
    few = cvret.FisherVector(cvret.SIFT(max_keypoints=40), 2, reduce_to=6)
    with pytest.raises(ValueError, match="6"):
        few.fit(images)
