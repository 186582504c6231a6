"""CENTRIST, against the plain form of its paper."""

import cv2
import numpy as np
import pytest

import cvret
from cvret.features.census import census_transform


def test_the_example_of_the_paper():
    # Wu and Rehg, section 3.1: the bits 11010110, which is 214.
    window = np.array([[32, 64, 96], [32, 64, 96], [32, 32, 96]], np.uint8)
    assert census_transform(window)[1, 1] == 0b11010110


def test_the_transform_equals_its_definition():
    grey = np.random.default_rng(0).integers(0, 9, (7, 11)).astype(np.uint8)
    around = np.pad(grey, 1, mode="edge")
    places = [(y, x) for y in (0, 1, 2) for x in (0, 1, 2) if (y, x) != (1, 1)]
    for row in range(7):
        for column in range(11):
            bits = [grey[row, column] >= around[row + y, column + x] for y, x in places]
            expected = int("".join("01"[int(bit)] for bit in bits), 2)
            assert census_transform(grey)[row, column] == expected


def test_brightness_does_not_matter(chelsea):
    dark = np.repeat(chelsea[..., 1:2] // 2, 3, axis=2)
    descriptor = cvret.CENTRIST()
    assert np.array_equal(descriptor.describe(dark), descriptor.describe(dark * 2))


@pytest.mark.parametrize(("levels", "n_blocks"), [(1, 1), (2, 6), (3, 31)])
def test_the_pyramid_has_the_blocks_of_the_paper(chelsea, levels, n_blocks):
    histograms = cvret.CENTRIST(levels).describe(chelsea).reshape(-1, 256)
    assert len(histograms) == n_blocks
    assert histograms.sum(axis=1) == pytest.approx([1 / n_blocks] * n_blocks)


def test_the_finest_level_is_of_the_picture_as_it_is(chelsea):
    image = np.ascontiguousarray(chelsea[:160, :160])
    histograms = cvret.CENTRIST(levels=3).describe(image).reshape(31, 256)
    census = census_transform(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    first = np.bincount(census[:40, :40].ravel(), minlength=256) / 1600
    between = np.bincount(census[100:140, 100:140].ravel(), minlength=256) / 1600
    assert histograms[6] * 31 == pytest.approx(first, abs=1e-5)
    assert histograms[30] * 31 == pytest.approx(between, abs=1e-5)


def test_a_fourth_level_is_refused(chelsea):
    with pytest.raises(ValueError, match="levels must be at most 3, got 4"):
        cvret.CENTRIST(levels=4).describe(chelsea)
