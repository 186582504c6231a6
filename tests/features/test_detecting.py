"""Balancing keypoints over a picture, and turning them upright."""

import cv2
import numpy as np

from cvret.features.detecting import balance, detect


def test_balance_keeps_the_strongest_of_a_cell():
    keypoints = np.tile(np.float32([[5, 5, 1, 0]]), (4, 1))
    responses = np.float32([1, 4, 3, 2])
    assert balance(keypoints, responses, 100, 100, most=2).tolist() == [1, 2]


def test_balance_keeps_all_if_there_are_few():
    keypoints = np.zeros((3, 4), np.float32)
    assert balance(keypoints, np.ones(3, np.float32), 10, 10, 5).tolist() == [0, 1, 2]


class TwoAngles:
    """Finds one place with two orientations, and another with one below 0."""

    def detect(self, grey, mask):
        return tuple(
            cv2.KeyPoint(x, 5.0, 4.0, angle, 1.0, 0)
            for x, angle in ((3.0, 90.0), (3.0, 180.0), (7.0, -1e-6))
        )

    def compute(self, grey, found):
        return found, np.array([[point.angle] for point in found], np.float32)

    def detectAndCompute(self, grey, mask):  # noqa: N802
        return self.compute(grey, self.detect(grey, mask))


def test_upright_keypoints_that_differed_by_their_angle_become_one():
    image = np.zeros((10, 10, 3), np.uint8)
    found = detect(TwoAngles(), image, d=1, dtype=np.float32, most=9, upright=True)
    assert found.keypoints.tolist() == [[3, 5, 4, 0], [7, 5, 4, 0]]
    assert found.descriptors.tolist() == [[0], [0]]


def test_an_angle_just_below_0_is_0_and_not_360():
    image = np.zeros((10, 10, 3), np.uint8)
    found = detect(TwoAngles(), image, d=1, dtype=np.float32, most=9)
    assert found.keypoints[:, 3].tolist() == [90, 180, 0]
