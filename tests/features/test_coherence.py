"""Color coherence by hand and against scikit-image's labels."""

import cv2
import numpy as np
import pytest
from skimage.measure import label

import cvret
from cvret.features.spaces import cells_of


def test_a_patch_is_coherent_from_its_share_on():
    # White squares of 4 x 4 and 12 x 12 on black. The blur leaves 2/3 of white along
    # their sides, which is white still, and 4/9 in their corners, which is black.
    image = np.zeros((40, 40, 3), np.uint8)
    image[2:6, 2:6] = 255
    image[20:32, 20:32] = 255
    vector = cvret.ColorCoherenceVector(bins=(1, 1, 2), coherent=0.05, space="rgb")
    found = vector.describe(image) * 1600
    assert found.tolist() == [1600 - 12 - 140, 0, 140, 12]


def test_equal_to_the_labels_of_scikit_image(coffee):
    image = np.ascontiguousarray(coffee[:200, :250])
    found = cvret.ColorCoherenceVector().describe(image).reshape(64, 2)
    blurred = cv2.blur(image, (3, 3), borderType=cv2.BORDER_REPLICATE)
    cells = cells_of(blurred, "rgb", (4, 4, 4))
    patches = label(cells, connectivity=2, background=-1)
    large = np.bincount(patches.ravel())[patches] >= 500
    for color in range(64):
        of_color = cells == color
        assert found[color, 0] == pytest.approx((of_color & large).mean(), abs=1e-6)
        assert found[color, 1] == pytest.approx((of_color & ~large).mean(), abs=1e-6)


def test_names_tell_color_and_kind():
    names = cvret.ColorCoherenceVector(bins=(1, 1, 1)).get_feature_names_out()
    assert names.tolist() == ["color0_coherent", "color0_scattered"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"coherent": 2}, r"coherent must lie in \[0, 1\], got 2"),
        ({"space": "rg"}, "space must be one of hsv, rgb, got 'rg'"),
    ],
)
def test_wrong_parameters_are_refused(chelsea, parameters, message):
    with pytest.raises(ValueError, match=message):
        cvret.ColorCoherenceVector(**parameters).describe(chelsea)
