"""Gabor filters, against the formulas of the paper."""

import numpy as np
import pytest

import cvret
from cvret.features.gabor import fitted


def response(scale: int, angle: float, side: int) -> np.ndarray:
    """A filter of Manjunath and Ma, 4 scales and 6 directions, at all frequencies."""
    low, high, scales, orientations = 0.05, 0.4, 4, 6
    a = (high / low) ** (1 / (scales - 1))
    sigma_u = (a - 1) * high / ((a + 1) * np.sqrt(2 * np.log(2)))
    first = np.tan(np.pi / (2 * orientations))
    second = high - 2 * np.log(2) * sigma_u**2 / high
    third = 2 * np.log(2) - (2 * np.log(2)) ** 2 * sigma_u**2 / high**2
    sigma_v = first * second / np.sqrt(third)
    v, u = np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side), indexing="ij")
    turned_u = a**scale * (u * np.cos(angle) + v * np.sin(angle))
    turned_v = a**scale * (v * np.cos(angle) - u * np.sin(angle))
    found = np.exp(
        -(((turned_u - high) / sigma_u) ** 2 + (turned_v / sigma_v) ** 2) / 2
    )
    found[0, 0] = 0
    return found


def test_values_are_those_of_filtering_all_pixels(chelsea):
    image = np.ascontiguousarray(chelsea[50:178, 100:228])
    grey = np.repeat(image[..., 1:2], 3, axis=2)
    padded = np.pad(grey[..., 0] / 255, 16, mode="symmetric")
    vector = cvret.GaborBank().describe(grey).reshape(4, 6, 2) * 0.01
    for scale in range(4):
        for n in range(6):
            filtered = np.fft.ifft2(
                np.fft.fft2(padded) * response(scale, np.pi * n / 6, 160)
            )
            inside = np.abs(filtered)[16:144, 16:144]
            # Coarse scales are read at each second, fourth or eighth pixel alone.
            close = 0.003 if scale == 0 else 0.06
            expected = (inside.mean(), inside.std())
            assert vector[scale, n] == pytest.approx(expected, rel=close)


def test_brightness_does_not_matter(chelsea):
    dark = chelsea // 2
    one, other = (cvret.GaborBank().describe(i) for i in (dark, dark + 60))
    assert one == pytest.approx(other, abs=2e-3)


def test_one_color_has_no_texture():
    assert not cvret.GaborBank().describe(np.full((50, 70, 3), 90, np.uint8)).any()


@pytest.mark.parametrize("scales", [2, 3, 6])
@pytest.mark.parametrize("side", [16, 50, 100])
def test_other_banks_have_as_many_values(chelsea, scales, side):
    part = cvret.GaborBank(scales=scales, orientations=4, side=side)
    vector = part.describe(chelsea)
    assert vector.shape == (scales * 4 * 2,)
    assert (vector[::2] > 0).all()


def test_pictures_are_fitted_by_their_longer_side():
    assert fitted(np.zeros((30, 60), np.uint8), 128).shape == (64, 128)
    assert fitted(np.zeros((9000, 3), np.uint8), 128).shape == (128, 1)


def test_wrong_arguments_are_refused(chelsea):
    with pytest.raises(ValueError, match="scales must be at least 2, got 1"):
        cvret.GaborBank(scales=1).describe(chelsea)
    with pytest.raises(ValueError, match="side must be at least 16, got 4"):
        cvret.GaborBank(side=4).describe(chelsea)
