"""BRISK: what OpenCV finds, and upright, which OpenCV does not offer."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

import cvret

place = cv2 if hasattr(cv2, "BRISK_create") else cv2.xfeatures2d


def test_all_that_opencv_finds_is_given_where_there_is_room(coffee):
    grey = cv2.cvtColor(coffee, cv2.COLOR_RGB2GRAY)
    found, expected = place.BRISK_create().detectAndCompute(grey, None)
    features = cvret.BRISK(max_keypoints=10**5).extract(coffee)
    assert np.array_equal(features.descriptors, expected)
    assert np.array_equal(features.keypoints[:, :2], [k.pt for k in found])


def test_upright_descriptors_are_those_of_keypoints_whose_angle_is_0(coffee):
    turned = cvret.BRISK(max_keypoints=10**5).extract(coffee)
    upright = cvret.BRISK(max_keypoints=10**5, upright=True).extract(coffee)
    assert np.array_equal(upright.keypoints[:, :3], turned.keypoints[:, :3])
    assert (upright.keypoints[:, 3] == 0).all()
    # OpenCV turns its pattern in 1024 steps.
    angle = turned.keypoints[:, 3]
    straight = np.minimum(angle, 360 - angle) < 360 / 1024 / 2
    same = (turned.descriptors == upright.descriptors).all(axis=1)
    assert straight.any()
    assert same[straight].all()
    assert same.mean() < 0.1


def test_threads_share_a_detector_and_find_the_same(coffee):
    pictures = [
        np.ascontiguousarray(coffee[:200, x : x + 200]) for x in range(0, 400, 50)
    ]
    alone = [cvret.BRISK().extract(picture).descriptors for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(cvret.BRISK().extract, pictures))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one, other.descriptors)


def test_a_threshold_that_is_no_grey_level_is_refused(coffee):
    with pytest.raises(ValueError, match="threshold must lie in"):
        cvret.BRISK(threshold=300).extract(coffee)
