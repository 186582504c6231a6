"""HSV histograms, by hand and against OpenCV's own histogram."""

import cv2
import numpy as np
import pytest

import cvret


def test_one_color_falls_into_one_bin():
    # Pure green: hue 120 degrees = bin 6 of 18, full saturation and value.
    image = np.zeros((3, 3, 3), np.uint8)
    image[..., 1] = 255
    histogram = cvret.HSVHistogram().describe(image)
    assert np.flatnonzero(histogram).tolist() == [6 * 9 + 2 * 3 + 2]
    assert histogram.sum() == 1


def test_equal_to_opencv_where_bins_divide_the_range(chelsea):
    # calcHist computes the bin of a value in floats; with 4 bins of saturation and
    # value, and hues of 0 to 179 in 18, no value lies on a border that rounds.
    hsv = cv2.cvtColor(chelsea, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], None, [18, 4, 4], [0, 180, 0, 256, 0, 256])
    expected = counts.ravel() / counts.sum()
    found = cvret.HSVHistogram(bins=(18, 4, 4)).describe(chelsea)
    assert np.allclose(found, expected, atol=1e-7)


def test_mirroring_changes_nothing(chelsea):
    descriptor = cvret.HSVHistogram()
    mirrored = np.ascontiguousarray(chelsea[:, ::-1])
    assert np.array_equal(descriptor.describe(chelsea), descriptor.describe(mirrored))


def test_names_are_in_the_order_of_the_vector():
    names = cvret.HSVHistogram(bins=(2, 1, 2)).get_feature_names_out()
    assert names.tolist() == ["h0_s0_v0", "h0_s0_v1", "h1_s0_v0", "h1_s0_v1"]


@pytest.mark.parametrize(
    ("bins", "message"),
    [
        ((18, 3), "bins must be three numbers"),
        ((18, 0, 3), "bins must be at least 1, got 0"),
        ((300, 3, 3), "at most 256"),
    ],
)
def test_wrong_bins_are_refused(chelsea, bins, message):
    with pytest.raises(ValueError, match=message):
        cvret.HSVHistogram(bins=bins).describe(chelsea)
