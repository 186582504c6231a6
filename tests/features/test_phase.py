"""Local phase, against sums over each window and the authors' steps."""

import cv2
import numpy as np
import pytest
from scipy.linalg import svd
from scipy.signal import convolve2d
from scipy.spatial.distance import cdist

import cvret
from cvret.features import phase
from cvret.features.phase import phase_codes


def parts_slowly(grey: np.ndarray, window: int) -> np.ndarray:
    """Real and imaginary parts at four frequencies, as by the authors' program."""
    x = np.arange(window) - window // 2
    w0 = np.ones(window)
    w1 = np.exp(-2j * np.pi * x / window)
    w2 = w1.conj()
    parts = []
    for down, across in ((w0, w1), (w1, w0), (w1, w1), (w1, w2)):
        columns = convolve2d(grey.astype(float), down[:, None], "valid")
        found = convolve2d(columns, across[None], "valid")
        parts += [found.real, found.imag]
    return np.array(parts)


def whitening(window: int) -> np.ndarray:
    x = np.arange(window) - window // 2
    w0, w1 = np.ones(window), np.exp(-2j * np.pi * x / window)
    masks = []
    for down, across in ((w0, w1), (w1, w0), (w1, w1), (w1, w1.conj())):
        mask = np.outer(down, across)
        masks += [mask.real.ravel(), mask.imag.ravel()]
    points = np.argwhere(np.ones((window, window)))
    masks = np.array(masks)
    covariance = masks @ 0.9 ** cdist(points, points) @ masks.T
    a = np.diag([1 + 1e-6 * n for n in range(7, -1, -1)])
    return svd(a @ covariance @ a)[2]


def agreement(codes: np.ndarray, parts: np.ndarray) -> list[float]:
    """Share of each bit's pixels whose sign is that of the part, where it has one."""
    return [
        np.mean(((codes >> bit & 1) == (part > 0))[abs(part) > 0.1])
        for bit, part in enumerate(parts)
    ]


@pytest.mark.parametrize("window", [3, 7, 9])
def test_codes_are_the_signs_of_the_fourier_coefficients(coffee, window):
    grey = coffee[100:160, 200:280, 0].copy()
    codes = phase_codes(grey, window, decorrelated=False)
    assert agreement(codes, parts_slowly(grey, window)) == [1] * 8


@pytest.mark.parametrize("window", [3, 7, 9])
def test_decorrelated_codes_are_the_authors_up_to_the_signs(coffee, window):
    grey = coffee[100:160, 200:280, 0].copy()
    mixed = np.tensordot(whitening(window), parts_slowly(grey, window), axes=1)
    same = agreement(phase_codes(grey, window), mixed)
    assert set(same) <= {0, 1}


def test_blur_matters_less_than_to_local_binary_patterns(coffee):
    blurred = cv2.GaussianBlur(coffee, (0, 0), 1.5)
    by_phase, by_patterns = (
        np.abs(part.describe(coffee) - part.describe(blurred)).sum()
        for part in (
            cvret.LocalPhaseQuantization(),
            cvret.LocalBinaryPatterns(radii=(1,), method="default"),
        )
    )
    assert by_phase < 0.7 * by_patterns


def test_brightness_and_contrast_do_not_matter(chelsea):
    dark = np.repeat(chelsea[..., 1:2] // 4, 3, axis=2)
    one, other = (
        cvret.LocalPhaseQuantization().describe(i) for i in (dark, dark * 3 + 20)
    )
    assert np.abs(one - other).sum() < 0.02


def test_large_pictures_are_counted_in_strips(monkeypatch, coffee):
    whole = cvret.LocalPhaseQuantization().describe(coffee)
    monkeypatch.setattr(phase, "_PIXELS", 9000)
    assert np.array_equal(whole, cvret.LocalPhaseQuantization().describe(coffee))


def test_even_areas_are_code_0():
    image = np.full((40, 40, 3), 201, np.uint8)
    assert cvret.LocalPhaseQuantization().describe(image)[0] == 1


def test_small_pictures_are_mirrored_to_the_size_of_the_window():
    image = np.random.default_rng(0).integers(0, 256, (3, 50, 3), np.uint8)
    assert cvret.LocalPhaseQuantization().describe(image).sum() == pytest.approx(1)


def test_wrong_windows_are_refused(chelsea):
    with pytest.raises(ValueError, match="window must be odd, got 6"):
        cvret.LocalPhaseQuantization(window=6).describe(chelsea)
