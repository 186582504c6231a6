"""Color moments against NumPy's and scipy's."""

import cv2
import numpy as np
import pytest
from scipy.stats import moment

import cvret


@pytest.mark.parametrize(
    ("space", "code", "full"),
    [
        ("hsv", cv2.COLOR_RGB2HSV, [180, 255, 255]),
        ("lab", cv2.COLOR_RGB2LAB, [255, 255, 255]),
    ],
)
def test_equal_to_scipy(chelsea, space, code, full):
    values = cv2.cvtColor(chelsea, code).reshape(-1, 3) / full
    third = np.cbrt(moment(values, 3, axis=0))
    expected = np.stack([values.mean(axis=0), values.std(axis=0), third], axis=1)
    found = cvret.ColorMoments(space=space).describe(chelsea)
    assert np.allclose(found.reshape(3, 3), expected, atol=1e-6)


def test_one_color_has_no_deviation():
    image = np.full((5, 4, 3), (0, 255, 0), np.uint8)
    moments = cvret.ColorMoments(space="hsv", layout=(1, 2)).describe(image)
    assert np.allclose(moments.reshape(6, 3), [[1 / 3, 0, 0], [1, 0, 0], [1, 0, 0]] * 2)


def test_names_tell_region_channel_and_moment():
    names = cvret.ColorMoments(layout="center-surround").get_feature_names_out()
    assert names[:3].tolist() == [
        f"center_L_{m}" for m in ("mean", "deviation", "skewness")
    ]
    assert names[-1] == "surround_b_skewness"


def test_other_spaces_are_refused(chelsea):
    with pytest.raises(ValueError, match="space must be one of hsv, lab, got 'rgb'"):
        cvret.ColorMoments(space="rgb").describe(chelsea)
