"""The compiled loops of metrics equal their NumPy forms, and values by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate
from scipy.signal import convolve2d

from cvret.metrics.angle_kernels import spectral_angles, spectral_angles_numpy
from cvret.metrics.box_kernels import (
    SSIM,
    UQI,
    box_sums,
    make_room,
    squared_errors,
    squared_errors_numpy,
    window_errors,
    window_errors_numpy,
    window_moments,
    window_moments_numpy,
)
from cvret.metrics.gauss_kernels import (
    half_window,
    halve,
    halve_numpy,
    information,
    information_numpy,
    shrink,
    shrink_numpy,
    similarities,
    similarities_numpy,
    windows_moments,
)
from cvret.metrics.running_kernels import running_means, running_means_numpy
from cvret.metrics.scc_kernels import (
    high_pass,
    spatial_correlation,
    spatial_correlation_numpy,
)

SHAPES = st.tuples(st.integers(18, 40), st.integers(18, 40), st.integers(1, 5))


def planes(seed, shape, n=3):
    """Pictures of whole numbers, with dark parts, as (n, height, width * bands)."""
    height, width, bands = shape
    rng = np.random.default_rng(seed)
    found = rng.integers(0, 256, (n, height, width * bands))
    found[:, : height // 2, : width * bands // 2] //= 200
    return found


def both(compiled, plain, *arguments, result, **room):
    """What each form puts into its result."""
    found = []
    for form in (compiled, plain):
        filled = result.copy()
        rooms = [make() for make in room.values()]
        form(*arguments, *rooms, filled)
        found.append(filled)
    return found


@pytest.mark.parametrize("form", [squared_errors, squared_errors_numpy])
def test_squared_errors_are_summed_band_by_band(form):
    pictures = np.array([[[1, 10, 2, 20], [3, 30, 4, 40]]], np.uint8)
    target = np.array([[0, 10, 0, 22], [0, 30, 0, 255]], np.int16)
    sums = np.zeros((1, 2), np.int64)
    form(pictures, target, np.zeros(4, np.uint16), np.zeros(4, np.int32), sums)
    assert sums.tolist() == [[1 + 4 + 9 + 16, 4 + 215**2]]


def test_squared_errors_of_a_tall_picture_do_not_overflow():
    pictures = np.full((1, 70_000, 2), 255, np.uint8)
    target, sums = np.zeros((70_000, 2), np.int16), np.zeros((1, 1), np.int64)
    room = np.zeros(2, np.uint16), np.zeros(2, np.int32)
    squared_errors(pictures, target, *room, sums)
    assert sums[0, 0] == 140_000 * 255**2


@given(seed=st.integers(0, 999), shape=SHAPES, together=st.booleans())
@settings(max_examples=12, deadline=None)
def test_window_errors_of_both_forms_agree(seed, shape, together):
    height, width, bands = shape
    pictures = planes(seed, shape).astype(np.uint8)
    target = planes(seed + 1, shape, 1)[0].astype(np.int16)
    columns = (width - 8) * (1 if together else bands)
    weights = np.random.default_rng(seed).random((height - 8, columns))
    fast, plain = both(
        window_errors,
        window_errors_numpy,
        *(pictures, target, weights, bands, together),
        squares=lambda: np.zeros(width * bands, np.uint16),
        room=lambda: make_room(12, width * bands, bands, np.int32),
        result=np.zeros(3),
    )
    np.testing.assert_allclose(fast, plain, rtol=1e-12)


@pytest.mark.parametrize("form", [window_errors, window_errors_numpy])
def test_the_window_error_of_one_window_is_the_root_of_its_sum(form):
    pictures = np.zeros((1, 8, 24), np.uint8)
    pictures[0, 0, 0], pictures[0, 7, 23] = 3, 4
    found = np.zeros(1)
    room = np.zeros(24, np.uint16), make_room(12, 24, 3, np.int32)
    target = np.zeros((8, 24), np.int16)
    form(pictures, target, np.array([[2.0]]), 3, True, *room, found)
    assert found[0] == 10
    form(pictures, target, np.array([[1.0, 1.0, 10.0]]), 3, False, *room, found)
    assert found[0] == 3 + 0 + 40


@given(
    seed=st.integers(0, 999),
    shape=SHAPES,
    kind=st.sampled_from([UQI, SSIM]),
    dtype=st.sampled_from([np.int32, np.float64]),
)
@settings(max_examples=20, deadline=None)
def test_moments_of_both_forms_agree(seed, shape, kind, dtype):
    height, width, bands = shape
    size, scale = (8, 1 / 64) if kind == UQI else (11, 1 / 121)
    pictures = planes(seed, shape).astype(dtype)
    target = planes(seed + 1, shape, 1)[0].astype(dtype)
    means, squares = (
        scale * box_sums(p.astype(float), size, bands)
        for p in (target, target * target)
    )
    constants = np.array([1 / 64, 0]) if kind == UQI else np.array([6.5, 58.5])
    fast, plain = both(
        window_moments,
        window_moments_numpy,
        *(pictures, target, means, squares, bands, kind, constants),
        room=lambda: make_room(4, width * bands, bands, dtype, parts=3),
        result=np.zeros(3),
    )
    np.testing.assert_allclose(fast, plain, rtol=1e-12)


@given(
    seed=st.integers(0, 999),
    shape=SHAPES,
    dtype=st.sampled_from([np.int32, np.float64]),
)
@settings(max_examples=12, deadline=None)
def test_correlations_of_both_forms_agree(seed, shape, dtype):
    height, width, bands = shape
    pictures = planes(seed, shape).astype(dtype)
    target = np.zeros((height + 7, (width + 7) * bands), dtype)
    high_pass(planes(seed + 1, shape, 1)[0].astype(dtype), bands, target)
    means = box_sums(target.astype(float), 8, bands) / 64
    spreads = np.sqrt(box_sums(target.astype(float) ** 2, 8, bands) / 64 - means**2)
    fast, plain = both(
        spatial_correlation,
        spatial_correlation_numpy,
        *(pictures, target, means, spreads, bands),
        room=lambda: make_room(4, target.shape[1], bands, dtype, parts=3),
        padded=lambda: np.zeros_like(target),
        result=np.zeros((3, 2)),
    )
    np.testing.assert_allclose(fast, plain, rtol=1e-10)


def test_the_high_pass_is_a_laplacian_whose_windows_hang_over_as_in_scipy():
    picture = planes(1, (9, 12, 1), 1)[0]
    padded = np.zeros((16, 19), int)
    high_pass(picture, 1, padded)
    laplacian = np.full((3, 3), -1)
    laplacian[1, 1] = 8
    wanted = correlate(picture, laplacian, mode="reflect")
    assert np.array_equal(padded[4:13, 4:16], wanted)
    windows = convolve2d(wanted, np.ones((8, 8), int), mode="same")
    assert np.array_equal(box_sums(padded, 8, 1), windows)


@given(seed=st.integers(0, 999), shape=SHAPES, size=st.sampled_from([3, 5, 9, 11, 17]))
@settings(max_examples=20, deadline=None)
def test_gaussian_windows_of_both_forms_agree(seed, shape, size):
    height, width, bands = shape
    pictures = planes(seed, shape).astype(float)
    target = planes(seed + 1, shape, 1)[0].astype(float)
    half = half_window(size, size / 5)
    means, squares, _ = windows_moments(target, target, half, bands)
    fast, plain = both(
        similarities,
        similarities_numpy,
        *(pictures, target, means, squares, half, bands, np.array([6.5, 58.5])),
        result=np.zeros((3, 2)),
    )
    np.testing.assert_allclose(fast, plain, rtol=1e-11)
    variances = np.maximum(squares - means**2, 0)
    fast, plain = both(
        information,
        information_numpy,
        *(pictures, target, means, variances, half, bands),
        result=np.ones((3, bands)),
    )
    np.testing.assert_allclose(fast, plain, rtol=1e-9)
    rows, columns = (height - size + 2) // 2, (width - size + 2) // 2
    fast, plain = both(
        shrink,
        shrink_numpy,
        *(pictures, half, bands),
        result=np.zeros((3, rows, columns * bands)),
    )
    np.testing.assert_allclose(fast, plain, rtol=1e-12)


@pytest.mark.parametrize("form", [information, information_numpy])
def test_a_picture_gives_all_the_information_of_itself_and_a_flat_one_none(form):
    target = planes(2, (30, 30, 1), 1)[0].astype(float)
    half = half_window(5, 1)
    means, squares, _ = windows_moments(target, target, half, 1)
    variances = squares - means**2
    shown, found = np.stack([target, 0 * target + 7]), np.zeros((2, 1))
    form(shown, target, means, variances, half, 1, found)
    assert found[0, 0] == pytest.approx(np.log(1 + variances / 2).sum(), rel=1e-9)
    assert found[1, 0] == 0


@pytest.mark.parametrize("form", [halve, halve_numpy])
def test_halves_average_two_rows_two_columns_and_two_bands(form):
    picture = np.arange(3 * 3 * 2, dtype=float).reshape(1, 3, 6)
    found = np.zeros((1, 2, 4))
    form(picture, 2, found)
    # Pixel (2, 2): rows 1 and 2, columns 1 and 2; the second band with the first.
    corner = np.array([8.0, 10, 14, 16]).mean()
    assert found[0, 1, 2:].tolist() == [corner, corner + 0.5]
    assert found[0, 0, :2].tolist() == [0, 0.5]


@given(seed=st.integers(0, 999), shape=SHAPES)
@settings(max_examples=12, deadline=None)
def test_running_means_have_the_roundings_of_scipy(seed, shape):
    height, width, bands = shape
    pictures = planes(seed, shape) / 255
    fast, plain = both(
        running_means,
        running_means_numpy,
        *(pictures, bands),
        result=np.zeros((3, height - 8, (width - 8) * bands)),
    )
    assert np.array_equal(fast, plain)


@given(
    seed=st.integers(0, 999),
    bands=st.integers(1, 40),
    by_halves=st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_angles_of_both_forms_agree(seed, bands, by_halves):
    rng = np.random.default_rng(seed)
    pictures, target = rng.random((3, 1500, bands)), rng.random((1500, bands))
    pictures[1], pictures[2, :9], target[30:40] = target, 0, 0
    lengths = np.sqrt((target * target).sum(axis=1))
    fast, plain = both(
        spectral_angles,
        spectral_angles_numpy,
        *(pictures, target, lengths, by_halves),
        result=np.zeros((3, 2)),
    )
    assert plain[:, 1].tolist() == [1490, 1490, 1481]
    np.testing.assert_allclose(fast, plain, rtol=1e-12)
    if by_halves:
        assert fast[1, 0] == 0


@pytest.mark.parametrize("form", [spectral_angles, spectral_angles_numpy])
@pytest.mark.parametrize("by_halves", [False, True])
def test_angles_are_right_from_equal_to_opposite_spectra(form, by_halves):
    at = np.linspace(0, np.pi, 181)
    pictures = np.stack([np.cos(at), np.sin(at)], axis=1)[np.newaxis]
    target = np.tile([2.0, 0.0], (181, 1))
    for place in range(181):
        found, one = np.zeros((1, 2)), slice(place, place + 1)
        form(pictures[:, one], target[one], np.array([2.0]), by_halves, found)
        assert found[0, 0] == pytest.approx(at[place], abs=2e-8)
        assert found[0, 1] == 1
