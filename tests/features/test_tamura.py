"""Tamura's features, against the paper's formulas, pixel by pixel."""

import numpy as np
import pytest
from scipy.stats import kurtosis

import cvret


def coarseness_slowly(grey: np.ndarray) -> float:
    height, width = grey.shape
    values = np.pad(grey.astype(float), 64, mode="symmetric")

    def mean(y: int, x: int, k: int) -> float:
        """Over the 2**k x 2**k pixels around a place."""
        top, left = y + 64 - 2**k // 2, x + 64 - 2**k // 2
        return values[top : top + 2**k, left : left + 2**k].mean()

    total = 0.0
    for y in range(height):
        for x in range(width):
            best, strongest = 1, 0.0
            for k in range(6):
                half = 2**k / 2
                # Two windows that touch at the pixel; of one pixel, it and its left.
                up, on = int(np.floor(-half)), int(np.floor(half))
                across = abs(mean(y, x + on, k) - mean(y, x + up, k))
                down = abs(mean(y + on, x, k) - mean(y + up, x, k))
                if max(across, down) > strongest:
                    best, strongest = 2**k, max(across, down)
            total += best
    return total / grey.size


def test_coarseness_is_the_mean_of_the_best_windows(chelsea):
    image = np.ascontiguousarray(chelsea[100:120, 100:125])
    grey = np.repeat(image[..., 1:2], 3, axis=2)
    vector = cvret.Tamura().describe(grey)
    assert vector[0] * 32 == pytest.approx(coarseness_slowly(grey[..., 0]), rel=1e-5)


def test_wide_squares_are_coarser_than_narrow_ones():
    def squares(wide: int) -> np.ndarray:
        y, x = np.indices((128, 128)) // wide
        cell = (y + x) % 2 * 255
        return np.repeat(cell[..., None], 3, axis=2).astype(np.uint8)

    found = [cvret.Tamura().describe(squares(wide))[0] for wide in (4, 8, 16, 32)]
    assert found == sorted(found)
    assert found[-1] > 4 * found[0]


def test_contrast_is_deviation_over_the_root_of_the_kurtosis(chelsea):
    grey = np.repeat(chelsea[:99, :99, :1], 3, axis=2)
    values = grey[..., 0].astype(float)
    expected = values.std() / kurtosis(values, axis=None, fisher=False) ** 0.25
    assert cvret.Tamura().describe(grey)[1] * 127.5 == pytest.approx(expected)


@pytest.mark.parametrize(("down", "across", "bin_"), [(0, 1, 8), (1, 0, 0), (1, 1, 12)])
def test_slopes_have_their_direction(down, across, bin_):
    # From -90 degrees in bins of 11.25: 0 begins bin 8, 90 is -90, 45 begins bin 12.
    y, x = np.indices((20, 20))
    slope = (6 * (down * y + across * x)).clip(0, 255)
    image = np.repeat(slope[..., None], 3, axis=2).astype(np.uint8)
    inside = cvret.Tamura().describe(image)[2:]
    assert inside.argmax() == bin_
    assert inside.sum() == pytest.approx(1)


def test_weak_slopes_have_no_direction():
    grey = np.arange(100)[None, :].repeat(50, 0)
    image = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
    assert cvret.Tamura().describe(image)[2:].sum() == 0


def test_one_color_is_nothing_but_the_finest():
    vector = cvret.Tamura().describe(np.full((9, 9, 3), 50, np.uint8))
    assert vector.tolist() == [1 / 32] + [0] * 17


def test_large_pictures_are_made_smaller(chelsea):
    assert cvret.Tamura(side=64).describe(chelsea)[0] != pytest.approx(
        cvret.Tamura(side=256).describe(chelsea)[0], rel=0.01
    )
    with pytest.raises(ValueError, match="side must be at least 16, got 8"):
        cvret.Tamura(side=8).describe(chelsea)
