"""Patches: any descriptor on a grid."""

import numpy as np
import pytest

import cvret


def test_each_patch_is_described_alone():
    image = np.zeros((48, 96, 3), np.uint8)
    image[:, 48:] = (255, 0, 0)
    histogram = cvret.HSVHistogram(bins=(4, 1, 2))
    features = cvret.Patches(histogram, size=48, step=48).extract(image)
    assert features.keypoints.tolist() == [[24, 24, 48, 0], [72, 24, 48, 0]]
    assert features.descriptors.argmax(axis=1).tolist() == [0, 1]


def test_the_square_root_is_taken_for_hellinger():
    class HalfAndHalf:
        metric = "hellinger"

        def describe(self, image):
            return np.array([0.25, 0.75], np.float32)

    image = np.zeros((10, 10, 3), np.uint8)
    features = cvret.Patches(HalfAndHalf(), size=10, step=10).extract(image)
    assert features.descriptors[0] == pytest.approx(np.sqrt([0.25, 0.75]))


def test_a_picture_smaller_than_a_patch_is_one_patch():
    image = np.zeros((10, 100, 3), np.uint8)
    features = cvret.Patches(cvret.HSVHistogram(), size=48, step=48).extract(image)
    assert features.keypoints.tolist() == [[24, 5, 48, 0], [72, 5, 48, 0]]


def test_color_and_texture_patches_become_words_in_an_index(photos, tmp_path):
    fields = {
        "color": cvret.BagOfWords(
            cvret.Patches(cvret.HSVHistogram(bins=(8, 3, 3)), 48, 24), n_words=64
        ),
        "texture": cvret.BagOfWords(
            cvret.Patches(cvret.LocalBinaryPatterns(), 48, 24), n_words=64
        ),
        "keypoints": cvret.BagOfWords(cvret.ORB(max_keypoints=300), n_words=128),
    }
    index = cvret.Index.create(tmp_path / "patches.cvret", fields=fields)
    index.fit(photos)
    index.add(photos)
    reopened = cvret.Index.open(tmp_path / "patches.cvret")
    for name in fields:
        ranking = reopened.search(photos / "photos/coffee.png", by=name)
        assert ranking[0].id == "photos/coffee.png"
        assert ranking[0].score == pytest.approx(1, abs=1e-6)
        assert len(ranking) == 5


def test_what_is_no_descriptor_is_refused_by_name(coffee):
    with pytest.raises(TypeError, match=r"descriptor must be a part .* got 'hsv'"):
        cvret.Patches("hsv").extract(coffee)
