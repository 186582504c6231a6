"""Regions of a picture, by hand."""

import numpy as np
import pytest

from cvret.features.regions import region_counts, region_names


def total(part: np.ndarray) -> np.ndarray:
    """Pixels, and their sum of red."""
    return np.array([part[..., 0].size, part[..., 0].sum()], float)


def picture(height: int, width: int) -> np.ndarray:
    """Red counts the pixels from 0."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.arange(height * width).reshape(height, width)
    return image


def test_a_grid_is_counted_row_by_row():
    # 0 1 | 2      3 4 | 5    with columns as equal as can be: 1 and 2.
    counts = region_counts(picture(2, 3), (2, 2), total)
    assert counts.tolist() == [[1, 0], [2, 1 + 2], [1, 3], [2, 4 + 5]]


def test_the_center_has_half_of_the_sides():
    counts = region_counts(picture(4, 4), "center-surround", total)
    assert counts.tolist() == [[4, 5 + 6 + 9 + 10], [12, 120 - 30]]


def test_no_region_is_empty():
    assert region_counts(picture(1, 1), (2, 3), total)[:, 0].tolist() == [1] * 6
    around = region_counts(picture(3, 3), "center-surround", total)
    assert around[:, 0].tolist() == [9, 9]


def test_names_stand_in_the_order_of_the_counts():
    assert region_names("whole") == [""]
    assert region_names("center-surround") == ["center_", "surround_"]
    assert region_names((2, 1)) == ["row0_column0_", "row1_column0_"]


@pytest.mark.parametrize("layout", ["grid", (2,), 3, None])
def test_an_unknown_layout_is_refused(layout):
    with pytest.raises(ValueError, match="layout must be 'whole', 'center-surround'"):
        region_names(layout)


def test_a_grid_of_no_rows_is_refused():
    with pytest.raises(ValueError, match="layout must be at least 1, got 0"):
        region_counts(picture(2, 2), (0, 2), total)
