"""Color structure by hand and against the standard's steps, written out plainly."""

import colorsys

import numpy as np
import pytest

import cvret
from cvret.features.mpeg7_structure import _hmmd_cells, _joined, _quantized, _table

CELLS_256 = [
    (0, 6, 1, 32, 224),
    (6, 20, 4, 8, 192),
    (20, 60, 16, 4, 128),
    (60, 110, 16, 4, 64),
    (110, 256, 16, 4, 0),
]


def plain_cell(red: int, green: int, blue: int) -> int:
    """The cell of one color: its subspace, hue and sum."""
    most, least = max(red, green, blue), min(red, green, blue)
    hue = int(colorsys.rgb_to_hsv(red, green, blue)[0] * 360 + 0.5 + 1e-9) % 360
    total, apart = (most + least + 1) // 2, most - least
    for start, stop, hues, levels, first in CELLS_256:
        if start <= apart < stop:
            level = int((total - start / 2) * levels / (255 - start))
            return first + hue * hues // 360 * levels + min(level, levels - 1)
    raise AssertionError


def test_cells_are_those_of_each_color():
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    image[:10] //= 16
    image[10:20] += 100
    expected = [plain_cell(*pixel) for pixel in image.reshape(-1, 3).tolist()]
    assert _hmmd_cells(image).ravel().tolist() == expected


@pytest.mark.parametrize("n_bins", [32, 64, 128, 256])
def test_every_cell_is_used(n_bins):
    assert np.unique(_table(n_bins)).tolist() == list(range(n_bins))


def test_fewer_bins_join_cells_as_the_reference_software():
    # Rows of its tables of 256 cells in 128, 64 and 32.
    assert _joined(128)[:16].tolist() == [0, 1, 2, 3] * 2 + [4, 5, 6, 7] * 2
    assert _joined(128)[192:200].tolist() == [96, 96, 97, 97, 98, 98, 99, 99]
    assert _joined(64)[:17].tolist() == [0] * 8 + [1] * 8 + [2]
    assert _joined(64)[64:72].tolist() == [8, 8, 9, 9, 8, 8, 9, 9]
    assert _joined(64)[224:240].tolist() == [
        n for n in (56, 57, 58, 59) for _ in range(4)
    ]
    assert _joined(32)[112:132].tolist() == [7] * 16 + [8, 9, 10, 11]
    assert _joined(32)[192:200].tolist() == [8, 8, 9, 9, 10, 10, 11, 11]
    assert _joined(32)[255] == 31


def test_levels_of_shares_by_hand():
    # 25 levels up to 3.7 %, 20 up to 8 %, then 35, 35 and 140.
    shares = np.array([0, 1e-9, 0.0185, 0.037, 0.08, 0.195, 0.32, 0.66, 1])
    assert _quantized(shares).tolist() == [0, 1, 13, 26, 46, 81, 116, 186, 255]


def test_windows_are_counted_by_hand():
    # One red pixel in a corner of 9 x 9 is in one of the four windows; in the middle
    # it is in all. 1/4 is 34/125 of the fourth stretch: level 81 + 15.4.
    for place, level in (((0, 0), 96), ((4, 4), 255)):
        image = np.zeros((9, 9, 3), np.uint8)
        image[place] = (255, 0, 0)
        vector = cvret.ColorStructure().describe(image) * 255
        cell = plain_cell(255, 0, 0)
        assert vector[cell] == pytest.approx(level)
        assert vector[plain_cell(0, 0, 0)] == pytest.approx(255)
        assert np.count_nonzero(vector) == 2


def test_large_pictures_are_thinned_out():
    # 512 x 512: p = floor(9 - 7.5) = 1, every second pixel of every second row.
    image = np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8)
    small = np.ascontiguousarray(image[::2, ::2])
    structure = cvret.ColorStructure(n_bins=64)
    assert np.array_equal(structure.describe(image), structure.describe(small))


def test_other_numbers_of_bins_are_refused(chelsea):
    with pytest.raises(ValueError, match="n_bins must be one of 32, 64, 128, 256"):
        cvret.ColorStructure(n_bins=100).describe(chelsea)
