"""KAZE and AKAZE: what OpenCV finds, with its angles and sizes."""

import cv2
import numpy as np
import pytest

import cvret

place = cv2 if hasattr(cv2, "AKAZE_create") else cv2.xfeatures2d


@pytest.mark.parametrize("name", ["AKAZE", "KAZE"])
def test_all_that_opencv_finds_is_given_where_there_is_room(name, coffee):
    grey = cv2.cvtColor(coffee, cv2.COLOR_RGB2GRAY)
    found, expected = getattr(place, f"{name}_create")().detectAndCompute(grey, None)
    features = getattr(cvret, name)(max_keypoints=10**5).extract(coffee)
    assert np.array_equal(features.descriptors, expected)
    points = np.array([(*k.pt, k.size, k.angle) for k in found], np.float32)
    assert np.array_equal(features.keypoints, points)


def test_upright_akaze_is_opencvs_upright_descriptor(coffee):
    grey = cv2.cvtColor(coffee, cv2.COLOR_RGB2GRAY)
    upright = place.AKAZE_create(descriptor_type=place.AKAZE_DESCRIPTOR_MLDB_UPRIGHT)
    features = cvret.AKAZE(max_keypoints=10**5, upright=True).extract(coffee)
    assert np.array_equal(features.descriptors, upright.detectAndCompute(grey, None)[1])


def test_extended_kaze_has_128_numbers(coffee):
    features = cvret.KAZE(max_keypoints=30, extended=True).extract(coffee[:150, :150])
    assert features.descriptors.shape[1] == 128
    assert np.allclose((features.descriptors**2).sum(axis=1), 1, atol=1e-4)


@pytest.mark.parametrize(
    "extractor", [cvret.AKAZE(threshold=-1), cvret.KAZE(n_octaves=0)]
)
def test_wrong_arguments_are_refused_by_name(extractor, coffee):
    with pytest.raises(ValueError, match="threshold must|n_octaves must"):
        extractor.extract(coffee)
