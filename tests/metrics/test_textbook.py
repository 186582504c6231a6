"""The papers' values: by hand, by scikit-image, or by the papers' sums, one by one.

For each difference between the profiles there is a pair of pictures that shows it.
"""

from math import atan2, inf, nan, pi, sqrt

import numpy as np
import pytest
import sewar
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.metrics import (
    mean_squared_error,
    peak_signal_noise_ratio,
    structural_similarity,
)

from cvret.metrics.definitions import METRICS
from cvret.metrics.full_reference import Measurement, full_reference

rng = np.random.default_rng(0)
RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
NEGATIVE = 255 - RAMP
NOISE = rng.integers(0, 256, (48, 50, 3), np.uint8)
OTHER = (0.6 * NOISE + 0.4 * rng.integers(0, 256, NOISE.shape)).astype(np.uint8)
SMOOTH = np.add.outer(2 * np.arange(64), 2 * np.arange(64)).astype(np.uint8)
STRIPED = SMOOTH.copy()
STRIPED[::2] ^= 8
HALF_BLACK = np.zeros((32, 32), np.uint8)
HALF_BLACK[16:] = NOISE[:16, :32, 0]
RGB = np.dstack([RAMP] * 3)
GREEN_NEGATIVE = np.dstack([RAMP, NEGATIVE, RAMP])
CORNER = RAMP.copy()
CORNER[-1, -1] = 0


def textbook(a, b, metric, **options) -> float:
    return full_reference(a, b, metric, profile="textbook", **options)[metric]


def details(a, b, metric) -> Measurement:
    found = full_reference(a, b, metric, profile="textbook", details=True)
    return found[metric]


@pytest.mark.parametrize(
    ("metric", "a", "b", "sewars", "papers"),
    [
        ("msssim", RAMP, NEGATIVE, 0.9816811, 0.0),
        ("psnrb", RGB, GREEN_NEGATIVE, inf, 9.3645211),
        ("rase", RAMP, RAMP // 2, 53.3962394, 57.9623232),
        ("rmse_sw", RAMP, CORNER, 0.0, 255 / 8 / 81),
        ("sam", NOISE, NOISE, 3e-9, 0.0),
        ("scc", HALF_BLACK, HALF_BLACK, 0.625, 1.0),
        ("ssim", RAMP, NEGATIVE, -0.8939835, -0.8262294),
        ("uqi", RAMP, NEGATIVE, 0.6221734, -0.8216811),
        ("vifp", SMOOTH / 255, STRIPED / 255, 0.9998020, 0.4443189),
    ],
)
def test_the_profiles_differ(metric, a, b, sewars, papers):
    # The values of the table in the docstring of full_reference.
    found = full_reference(a, b, metric)[metric]
    if metric == "sam":
        assert 0 < found < 1e-8
    else:
        assert found == pytest.approx(sewars, abs=1e-7)
    assert textbook(a, b, metric) == pytest.approx(papers, abs=1e-7)


def test_all_others_are_the_same_in_both():
    different = {"msssim", "psnrb", "rase", "rmse_sw", "sam", "scc", "ssim", "uqi"}
    same = sorted(METRICS.keys() - different - {"vifp"})
    assert same == ["cosine", "ergas", "mse", "psnr", "q2n", "rmse"]
    assert full_reference(NOISE, OTHER, same) == full_reference(
        NOISE, OTHER, same, profile="textbook"
    )


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float64"])
def test_ssim_mse_and_psnr_are_those_of_scikit_image(dtype):
    scale = {"uint8": 1.0, "uint16": 257.0, "float64": 1 / 255}[dtype]
    a, b = (NOISE * scale).astype(dtype), (OTHER * scale).astype(dtype)
    peak = {"uint8": 255, "uint16": 65535, "float64": 1.0}[dtype]
    similar = structural_similarity(
        a,
        b,
        channel_axis=2,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=peak,
    )
    assert textbook(a, b, "ssim") == pytest.approx(similar, rel=1e-10)
    assert textbook(a, b, "mse") == pytest.approx(mean_squared_error(a, b))
    assert textbook(a, b, "psnr") == pytest.approx(
        peak_signal_noise_ratio(a, b, data_range=peak)
    )


def uqi_of(x: np.ndarray, y: np.ndarray) -> float:
    """Wang and Bovik's equation (2), with variances over n - 1."""
    x, y = x.ravel().astype(float), y.ravel().astype(float)
    mean_x, mean_y = x.mean(), y.mean()
    (xx, xy), (_, yy) = np.cov(x, y)
    return 4 * xy * mean_x * mean_y / ((xx + yy) * (mean_x**2 + mean_y**2))


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_uqi_is_that_of_wang_and_bovik(dtype):
    a, b = NOISE[:20, :17].astype(dtype), OTHER[:20, :17].astype(dtype)
    expected = np.mean(
        [
            uqi_of(a[y : y + 8, x : x + 8, band], b[y : y + 8, x : x + 8, band])
            for y in range(13)
            for x in range(10)
            for band in range(3)
        ]
    )
    assert textbook(a, b, "uqi", data_range=255) == pytest.approx(expected, rel=1e-9)


def test_uqi_of_flat_windows_by_hand():
    # Of flat pictures the luminance is left: 2 * 1 * 3 / (1 + 9). Black ones are equal.
    one, three = np.full((8, 8), 1, np.uint8), np.full((8, 8), 3, np.uint8)
    assert textbook(one, three, "uqi") == pytest.approx(0.6)
    assert textbook(one * 0.1, three * 0.1, "uqi") == pytest.approx(0.6)
    assert textbook(0 * one, 0 * one, "uqi") == 1.0


def scc_of(x: np.ndarray, y: np.ndarray) -> float:
    """Mean correlation of high-passed windows, flat ones left out."""

    def high(z):
        z = np.pad(z.astype(float), 1, mode="symmetric")
        shifted = [
            z[i : i + len(x), j : j + x.shape[1]] for i in (0, 1, 2) for j in (0, 1, 2)
        ]
        return 9 * shifted[4] - sum(shifted)

    x, y = (np.pad(high(z), ((4, 3), (4, 3))) for z in (x, y))
    found = []
    for row in range(x.shape[0] - 7):
        for column in range(x.shape[1] - 7):
            u, v = (z[row : row + 8, column : column + 8].ravel() for z in (x, y))
            if np.ptp(u) > 0 and np.ptp(v) > 0:
                found.append(np.corrcoef(u, v)[0, 1])
    return float(np.mean(found))


def test_scc_is_the_mean_correlation_of_windows_that_are_not_flat():
    a, b = HALF_BLACK, HALF_BLACK.copy()
    b[20:, 5:] = OTHER[:12, :27, 0]
    assert textbook(a, b, "scc") == pytest.approx(scc_of(a, b), rel=1e-9)
    floats = textbook(a / 255, b / 255, "scc")
    assert floats == pytest.approx(scc_of(a, b), rel=1e-9)


def test_scc_says_how_many_windows_are_flat():
    found = details(HALF_BLACK, HALF_BLACK, "scc")
    assert found.value == pytest.approx(1)
    assert found.note == "left out 384 of 1024 windows: flat"
    found = details(0 * HALF_BLACK, HALF_BLACK, "scc")
    assert np.isnan(found.value)
    assert found.note == "every window is flat in one of the pictures"


@pytest.mark.parametrize(("side", "n_scales"), [(16, 1), (30, 2), (48, 3)])
def test_msssim_has_weights_that_add_up_to_1(side, n_scales):
    a, b = NOISE[:side, :side, 0] * 1.0, OTHER[:side, :side, 0] * 1.0
    window = {"fltr": sewar.utils.Filter.GAUSSIAN, "sigma": 1.5, "ws": 11}
    weights = np.array([0.0448, 0.2856, 0.3001])[:n_scales]
    weights /= weights.sum()
    expected = 1.0
    for scale, weight in enumerate(weights, start=1):
        similar, structure = sewar.ssim(a, b, fltr_specs=window, MAX=255)
        expected *= (similar if scale == n_scales else structure) ** weight
        a, b = (
            (z + np.roll(z, 1, 0) + np.roll(z, 1, 1) + np.roll(z, (1, 1), (0, 1))) / 4
            for z in (np.pad(z, ((1, 0), (1, 0)), "edge") for z in (a, b))
        )
        a, b = a[1::2, 1::2], b[1::2, 1::2]
    found = textbook(NOISE[:side, :side, 0], OTHER[:side, :side, 0], "msssim")
    assert found == pytest.approx(expected, rel=1e-9)


def test_msssim_says_how_many_scales_fit():
    assert details(RAMP, NEGATIVE, "msssim").note == "1 of 5 scales fit"


def test_sam_by_hand():
    u = np.array([[[1, 0], [1, 0], [2, 1]]], np.uint8)
    v = np.array([[[0, 1], [1, 1], [4, 2]]], np.uint8)
    assert textbook(u, v, "sam") == pytest.approx((pi / 2 + pi / 4 + 0) / 3, rel=1e-15)
    # So small an angle is lost in an arc cosine: its cosine rounds to 1.
    u, v = np.array([[[1.0, 0.0]]]), np.array([[[1.0, 1e-9]]])
    assert textbook(u, v, "sam") == pytest.approx(atan2(1e-9, 1), rel=1e-9)
    assert full_reference(u, v, "sam")["sam"] == 0.0


@given(arrays(np.uint8, (3, 3, 4)))
def test_sam_of_equal_pictures_is_exactly_0(a):
    found = full_reference(a, a, "sam", profile="textbook", bands=4, details=True)
    assert found["sam"].value == 0.0 or found["sam"].note


@given(arrays(np.uint8, (4, 4, 3)), st.integers(2, 9))
def test_sam_does_not_know_brightness(a, factor):
    a = a.astype(np.uint16)
    found = full_reference(a, a * np.uint16(factor), "sam", profile="textbook")
    assert np.isnan(found["sam"]) or found["sam"] < 1e-15


def test_rase_by_hand():
    # Errors of 3 and 4 in two bands, whose means are 10 and 30.
    a = np.dstack([np.full((2, 2), 10), np.full((2, 2), 30)]).astype(np.uint8)
    b = a + np.array([3, 4], np.uint8)
    assert textbook(a, b, "rase") == pytest.approx(100 / 20 * sqrt((9 + 16) / 2))


def test_rase_of_a_black_reference_is_undefined_and_says_so():
    found = details(0 * NOISE, NOISE, "rase")
    assert np.isnan(found.value)
    assert found.note == "the reference has mean 0"


def test_rmse_sw_sees_every_window():
    a, b = NOISE[:9, :10, 0], OTHER[:9, :10, 0]
    squares = (a.astype(float) - b) ** 2
    windows = [squares[y : y + 8, x : x + 8] for y in range(2) for x in range(3)]
    expected = np.mean([sqrt(window.mean()) for window in windows])
    assert textbook(a, b, "rmse_sw") == pytest.approx(expected)


@pytest.mark.parametrize("dtype", ["uint16", "float64"])
def test_vifp_does_not_know_the_scale_of_gray_levels(dtype):
    scale = {"uint16": 257.0, "float64": 1 / 255}[dtype]
    a, b = (SMOOTH * scale).astype(dtype), (STRIPED * scale).astype(dtype)
    assert textbook(a, b, "vifp") == pytest.approx(
        sewar.vifp(SMOOTH, STRIPED), rel=1e-9
    )


def test_psnrb_takes_the_luma_of_rgb():
    luma = np.array([0.299, 0.587, 0.114])
    expected = sewar.psnrb(NOISE @ luma, OTHER @ luma, MAX=255)
    assert textbook(NOISE, OTHER, "psnrb") == pytest.approx(expected)
    assert textbook(NOISE[..., 0], OTHER[..., 0], "psnrb") == pytest.approx(
        sewar.psnrb(NOISE, OTHER, MAX=255)
    )
    assert details(NOISE[..., :2], OTHER[..., :2], "psnrb").note == (
        "the first of 2 bands alone"
    )


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_below_its_least_side_a_metric_is_undefined_and_says_so(metric):
    least = METRICS[metric].least_side("textbook")
    cut = np.s_[:least, : least - 1]
    if least == 1:
        return
    found = details(NOISE[cut], OTHER[cut], metric)
    if metric == "psnrb":  # it is the psnr where no block has a neighbor
        assert np.isfinite(found.value)
        return
    assert np.isnan(found.value)
    assert f"{least} x {least} pixels, got {least - 1} x {least}" in found.note
    cut = np.s_[:least, :least]
    assert not np.isnan(textbook(NOISE[cut], OTHER[cut], metric))


def test_cosine_of_a_black_picture_is_undefined():
    assert details(0 * NOISE, NOISE, "cosine").value == pytest.approx(nan, nan_ok=True)
