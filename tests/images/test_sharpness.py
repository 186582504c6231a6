"""Sharpness: by hand, and its order among copies."""

import cv2
import numpy as np
import pytest

from cvret.images.sharpness import sharpness


def test_one_color_is_not_sharp_at_all():
    assert sharpness(np.full((9, 12, 3), 77, np.uint8)) == 0


def test_stripes_by_hand():
    # Columns 0, 255, 0, 255, ...: the Laplacian is +510 or -510 everywhere, also at the
    # edges, which OpenCV mirrors.
    image = np.zeros((6, 8, 3), np.uint8)
    image[:, 1::2] = 255
    assert sharpness(image) == pytest.approx(510**2)


def test_blur_lowers_it(coffee):
    blurred = cv2.GaussianBlur(coffee, (0, 0), 2)
    assert sharpness(blurred) < sharpness(coffee) / 4


def test_a_grey_array_is_refused():
    with pytest.raises(ValueError, match=r"must have shape \(height, width, 3\)"):
        sharpness(np.zeros((4, 4), np.uint8))
