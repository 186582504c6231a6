"""Local binary patterns, against scikit-image's."""

import numpy as np
import pytest
from skimage.feature import local_binary_pattern

import cvret
from cvret.features.texture import uniform_patterns


@pytest.mark.parametrize("radius", [1, 2, 3, 2.5])
@pytest.mark.parametrize("points", [8, 12])
def test_patterns_equal_those_of_scikit_image(chelsea, points, radius):
    grey = chelsea[:90, :120, 1].copy()
    expected = local_binary_pattern(grey, points, radius, method="uniform")
    assert np.array_equal(uniform_patterns(grey, points, radius), expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (5, 3)])
def test_tiny_pictures_equal_scikit_image_too(shape):
    grey = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    expected = local_binary_pattern(grey, 8, 2, method="uniform")
    assert np.array_equal(uniform_patterns(grey, 8, 2), expected)


def test_brightness_does_not_matter(chelsea):
    descriptor = cvret.LocalBinaryPatterns(radii=(1,))
    dark = np.repeat(chelsea[..., 1:2] // 2, 3, axis=2)
    assert np.array_equal(descriptor.describe(dark), descriptor.describe(dark * 2))


def test_each_radius_has_the_same_share(chelsea):
    histogram = cvret.LocalBinaryPatterns(radii=(1, 3)).describe(chelsea)
    assert histogram.reshape(2, 10).sum(axis=1) == pytest.approx([0.5, 0.5])


def test_wrong_circles_are_refused(chelsea):
    with pytest.raises(ValueError, match="radii must name at least one radius"):
        cvret.LocalBinaryPatterns(radii=()).describe(chelsea)
    with pytest.raises(ValueError, match="points must be at least 2, got 1"):
        cvret.LocalBinaryPatterns(points=1).describe(chelsea)
