"""Dense SIFT: the grid, the flat patches, and OpenCV's descriptor as the oracle."""

import cv2
import numpy as np
import pytest

import cvret


@pytest.mark.parametrize(("size", "octave", "layer"), [(4.0, 0, 1), (8.0, 1, 1)])
def test_descriptors_are_those_of_opencv_at_the_same_keypoints(
    coffee, size, octave, layer
):
    grey = cv2.cvtColor(coffee, cv2.COLOR_RGB2GRAY)
    dense = cvret.DenseSIFT(step=16, sizes=(size,), root=False)
    features = dense.extract(coffee)
    points = [
        cv2.KeyPoint(float(x), float(y), size, 0, 1, octave | layer << 8)
        for x, y in features.keypoints[:, :2]
    ]
    _, expected = cv2.SIFT_create().compute(grey, points)
    ours = features.descriptors
    cosines = (ours * expected).sum(axis=1) / (
        np.linalg.norm(ours, axis=1) * np.linalg.norm(expected, axis=1)
    )
    assert cosines.min() > 0.95
    assert np.median(cosines) > 0.99


def test_the_grid_by_hand():
    # A patch of size 4 reaches 12 pixels, one of 5 reaches 15; the grid of step 10
    # over 41 pixels starts at 0.
    image = np.random.default_rng(0).integers(0, 256, (41, 41, 3), np.uint8)
    features = cvret.DenseSIFT(step=10, sizes=(4, 5, 7)).extract(image)
    assert features.keypoints.tolist() == [[20, 20, 4, 0], [20, 20, 5, 0]]


def test_flat_patches_are_dropped_and_a_ramp_is_as_steep_as_it_is():
    ramp = np.repeat(np.arange(0, 240, 2, dtype=np.uint8)[None, :, None], 120, axis=0)
    image = np.repeat(ramp, 3, axis=2)  # two grey levels a pixel
    steep = cvret.DenseSIFT(step=20, sizes=(4,), contrast_threshold=1.9)
    steeper = cvret.DenseSIFT(step=20, sizes=(4,), contrast_threshold=2.1)
    assert len(steep.extract(image)) == 16
    assert len(steeper.extract(image)) == 0


def test_rows_have_length_1_with_root_and_at_most_255_without(coffee):
    root = cvret.DenseSIFT(step=32).extract(coffee).descriptors
    plain = cvret.DenseSIFT(step=32, root=False).extract(coffee).descriptors
    assert np.allclose((root**2).sum(axis=1), 1, atol=1e-5)
    assert plain.max() <= 255
    assert plain.max() > 50


def test_no_sizes_are_refused(coffee):
    with pytest.raises(ValueError, match="sizes must have at least one element"):
        cvret.DenseSIFT(sizes=()).extract(coffee)
