"""GIST, against a plain form of its authors' MATLAB code."""

import cv2
import numpy as np
import pytest

import cvret


def plain_gist(grey: np.ndarray, orientations: int, grid: int) -> np.ndarray:
    """LMgist.m, line by line, in float64: prefilt, createGabor, gistGabor, downN."""
    side = len(grey)
    img = np.pad(np.log(grey.astype(float) + 1), 5, mode="symmetric")
    n = len(img)
    fx, fy = np.meshgrid(np.arange(n) - n // 2, np.arange(n) - n // 2)
    s1 = 4 / np.sqrt(np.log(2))
    gf = np.fft.ifftshift(np.exp(-(fx**2 + fy**2) / s1**2))
    img = img - np.real(np.fft.ifft2(np.fft.fft2(img) * gf))
    local = np.sqrt(np.abs(np.fft.ifft2(np.fft.fft2(img**2) * gf)))
    img = (img / (0.2 + local))[5:-5, 5:-5]

    edge = side // 8
    spectrum = np.fft.fft2(np.pad(img, edge, mode="symmetric"))
    n = side + 2 * edge
    fx, fy = np.meshgrid(np.arange(n) - n // 2, np.arange(n) - n // 2)
    fr = np.fft.ifftshift(np.hypot(fx, fy))
    angle = np.fft.ifftshift(np.arctan2(fy, fx))
    values = []
    for scale in range(4):
        for j in range(orientations):
            tr = angle + np.pi / orientations * j
            tr = tr + 2 * np.pi * (tr < -np.pi) - 2 * np.pi * (tr > np.pi)
            gabor = np.exp(
                -10 * 0.35 * (fr / n / (0.3 / 1.85**scale) - 1) ** 2
                - 2 * (16 * orientations**2 / 32**2) * np.pi * tr**2
            )
            answer = np.abs(np.fft.ifft2(spectrum * gabor))[edge:-edge, edge:-edge]
            cells = answer.reshape(grid, side // grid, grid, side // grid)
            values.append(cells.mean(axis=(1, 3)))
    return np.stack(values).ravel()


@pytest.mark.parametrize("orientations", [8, 4])
def test_gist_equals_the_code_of_its_authors(chelsea, orientations):
    image = np.ascontiguousarray(chelsea[60:188, 100:228])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    expected = plain_gist(grey, orientations, 4)
    found = cvret.GIST(orientations=(orientations,) * 4).describe(image)
    assert np.linalg.norm(found - expected) < 0.01 * np.linalg.norm(expected)
    assert found == pytest.approx(expected, rel=0.05)


def test_exposure_hardly_matters(coffee):
    descriptor = cvret.GIST()
    one, darker = descriptor.transform([coffee, coffee // 2])
    other = descriptor.describe(np.ascontiguousarray(coffee[::-1]))
    assert np.linalg.norm(one - darker) < 0.25 * np.linalg.norm(one - other)


def test_the_three_channels_of_a_grey_picture_are_alike(coffee):
    grey = np.repeat(coffee[..., :1], 3, axis=2)
    channels = cvret.GIST(color=True).describe(grey).reshape(3, 512)
    assert np.abs(channels - cvret.GIST().describe(grey)).max() < 1e-4


@pytest.mark.parametrize("side", [40, 64, 256])
def test_a_vector_is_as_long_for_other_sides(coffee, side):
    names = cvret.GIST(side=side).get_feature_names_out()
    assert cvret.GIST(side=side).describe(coffee).shape == (len(names),)


def test_wrong_banks_are_refused(coffee):
    with pytest.raises(ValueError, match="side must be a multiple of 8 up to 1024"):
        cvret.GIST(side=100).describe(coffee)
    with pytest.raises(ValueError, match="orientations must have at least one element"):
        cvret.GIST(orientations=()).describe(coffee)
