"""Gradients and edges, against scikit-image and by hand."""

import cv2
import numpy as np
import pytest
from skimage.feature import hog

import cvret


@pytest.mark.parametrize(
    ("bins", "cell", "block"), [(9, 16, 2), (8, 8, 3), (12, 24, 1)]
)
def test_hog_equals_that_of_scikit_image(chelsea, bins, cell, block):
    image = np.ascontiguousarray(chelsea[60:188, 100:228])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    expected = hog(grey, bins, (cell, cell), (block, block))
    found = cvret.HOG(bins=bins, cell=cell, block=block).describe(image)
    assert found == pytest.approx(expected, abs=1e-6)


def test_hog_cells_must_fit_the_square(coffee):
    with pytest.raises(ValueError, match="side must be at least 64, got 63"):
        cvret.HOG(cell=32, side=63).describe(coffee)


def line(horizontal: bool, rising: bool = True) -> np.ndarray:
    """Black and white, 64 x 64, with one edge a quarter from the right or the end."""
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 48:] = 255
    image = image if rising else 255 - image
    return np.ascontiguousarray(image.transpose(1, 0, 2)) if horizontal else image


def test_phog_tells_orientations_apart():
    upright = cvret.PHOG(bins=4, levels=0).describe(line(horizontal=False))
    level = cvret.PHOG(bins=4, levels=0).describe(line(horizontal=True))
    assert upright.tolist() == [1, 0, 0, 0]
    assert level.tolist() == [0, 0, 1, 0]


def test_phog_tells_rising_from_falling_edges_over_360_degrees_only():
    up, down = line(horizontal=False), line(horizontal=False, rising=False)
    half, whole = cvret.PHOG(levels=0), cvret.PHOG(bins=4, levels=0, span=360)
    assert np.array_equal(half.describe(up), half.describe(down))
    assert whole.describe(up).tolist() == [1, 0, 0, 0]
    assert whole.describe(down).tolist() == [0, 0, 1, 0]


def test_each_level_of_the_pyramid_has_the_same_share(coffee):
    vector = cvret.PHOG().describe(coffee)
    assert vector.shape == (1700,)  # K = 20, L = 3 in the paper
    parts = np.split(vector, np.cumsum([20, 80, 320]))
    assert [part.sum() for part in parts] == pytest.approx([0.25] * 4, abs=1e-5)


def test_a_quarter_of_the_picture_fills_its_own_cell():
    image = np.full((64, 64, 3), 128, np.uint8)
    image[40:56, 8:24] = 255
    vector = cvret.PHOG(bins=8, levels=1).describe(image).reshape(5, 8).sum(axis=1)
    assert vector == pytest.approx([0.5, 0, 0, 0.5, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("image", "direction"),
    [
        (line(horizontal=False), 0),
        (line(horizontal=True), 1),
        (line(horizontal=False, rising=False), 2),
        (line(horizontal=True, rising=False), 3),
    ],
)
def test_directions_go_clockwise_from_the_right(image, direction):
    vector = cvret.EdgeDirectionHistogram(bins=4).describe(image)
    assert vector[:4].tolist() == np.eye(4)[direction].tolist()
    assert vector[4] == 1 - 64 / 64**2


def test_a_blank_picture_has_no_edge():
    blank = np.full((20, 30, 3), 200, np.uint8)
    assert cvret.EdgeDirectionHistogram().describe(blank).tolist() == [0.0] * 72 + [1.0]


def test_wrong_pyramids_are_refused(coffee):
    with pytest.raises(ValueError, match="span must be 180 or 360 degrees, got 90"):
        cvret.PHOG(span=90).describe(coffee)
    with pytest.raises(ValueError, match="levels must be at most 6"):
        cvret.PHOG(levels=7).describe(coffee)


@pytest.mark.parametrize("value", [0, 90, 255])
def test_a_blank_picture_has_a_pyramid_and_gradients_of_zeros(value):
    blank = np.full((20, 30, 3), value, np.uint8)
    assert not cvret.PHOG().describe(blank).any()
    assert not cvret.HOG().describe(blank).any()
