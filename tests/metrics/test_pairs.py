import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.metrics.pairs import (
    check_candidate,
    check_mask,
    check_reference,
    check_resize,
    data_range_of,
    fit_reference,
)

GRAY = np.zeros((4, 6), np.uint8)
RGB = np.zeros((4, 6, 3), np.uint8)


def test_gray_pictures_have_one_band():
    assert check_reference("a", GRAY, None).shape == (4, 6, 1)
    assert check_reference("a", RGB, 3).shape == (4, 6, 3)


def test_a_file_is_read_as_rgb(tmp_path):
    path = tmp_path / "red.png"
    Image.new("RGB", (6, 4), "red").save(path)
    for name in (path, str(path)):
        assert check_reference("a", name, None)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("picture", "error", "message"),
    [
        ([[1, 2]], TypeError, "a must be an array .* got list; convert"),
        (None, TypeError, "a must be an array .* got NoneType"),
        (GRAY > 0, TypeError, "a must hold whole or floating-point .* dtype bool"),
        (GRAY * 1j, TypeError, "got dtype complex128"),
        (GRAY.astype(object), TypeError, "got dtype object"),
        (np.array([["x"]]), TypeError, "got dtype <U1"),
        (np.zeros((0, 6)), ValueError, r"at least one pixel, got shape \(0, 6\)"),
        (np.zeros(5), ValueError, r"got shape \(5,\)"),
        (np.zeros((2, 4, 6, 3)), ValueError, r"got shape \(2, 4, 6, 3\)"),
        (np.full((4, 6), np.nan), ValueError, "a must have finite pixels, got 24 NaN"),
        (np.array([[np.inf, 0]]), ValueError, "got 1 NaN or infinite values"),
        (np.zeros((4, 6, 4)), ValueError, r"a has 4 bands, as RGBA .*image\[..., :3\]"),
        ("no-such.png", cvret.ImageError, "a must be an array, or .* does not exist"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(picture, error, message):
    with pytest.raises(error, match=message):
        check_reference("a", picture, None)


def test_four_bands_are_taken_where_four_are_wanted():
    four = np.zeros((4, 6, 4), np.uint8)
    assert check_reference("a", four, 4).shape == (4, 6, 4)
    assert check_candidate("b", four, four, None).shape == (4, 6, 4)


@pytest.mark.parametrize(
    ("bands", "error", "message"),
    [
        (1, ValueError, "a must have 1 band, got 3 bands; pass bands=None"),
        (0, ValueError, "bands must be at least 1"),
        (3.0, TypeError, "bands must be a whole number"),
    ],
)
def test_other_bands_than_wanted_are_refused(bands, error, message):
    with pytest.raises(error, match=message):
        check_reference("a", RGB, bands)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (GRAY, "b must have 3 bands, as the reference has, got 1 band; convert"),
        (RGB.astype(np.uint16), "b must have the reference's dtype uint8, got uint16"),
        (RGB / 255, "reference's dtype uint8, got float64"),
        (RGB[:3], 'size of 6 x 4 pixels, got 6 x 3; .*resize="reference"'),
        (np.zeros((4, 6, 4), np.uint8), "b has 4 bands, as RGBA pictures have"),
    ],
)
def test_a_picture_that_does_not_fit_the_reference_is_refused(picture, message):
    with pytest.raises(ValueError, match=message):
        check_candidate("b", picture, RGB, None)


def test_floats_of_two_sizes_fit():
    assert check_candidate("b", RGB / 2, RGB.astype(np.float32), None).shape == (
        4,
        6,
        3,
    )


@pytest.mark.parametrize("dtype", ["u2", "i4", "f4"])
def test_the_order_of_bytes_does_not_matter(dtype):
    little, big = (RGB.astype(order + dtype) for order in "<>")
    for a, b in ((big, big), (big, little), (little, big)):
        reference = check_reference("a", a, None)
        assert reference.dtype.isnative
        assert check_candidate("b", b, reference, None).dtype == reference.dtype


def test_a_picture_is_shrunk_by_averages_over_areas():
    large = np.array([[0, 10, 100, 200], [20, 31, 100, 200]], np.uint8)[..., np.newaxis]
    small = check_candidate("b", large, np.zeros((1, 2, 1), np.uint8), "reference")
    assert small[..., 0].tolist() == [[15, 150]]  # (0 + 10 + 20 + 31) / 4 = 15.25
    assert small.dtype == np.uint8


def test_a_picture_is_enlarged_between_its_pixels():
    small = np.array([[0.0, 1.0]], np.float32)[..., np.newaxis]
    large = check_candidate("b", small, np.zeros((1, 4, 1), np.float32), "reference")
    assert large[0, :, 0].tolist() == [0, 0.25, 0.75, 1]
    assert large.dtype == np.float32


def test_another_way_to_resize_is_refused():
    with pytest.raises(ValueError, match='resize must be "reference" or'):
        check_candidate("b", RGB, RGB, "crop")


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("uint8", 255), ("uint16", 65535), ("int16", 32767), ("float32", 1), ("f8", 1)],
)
def test_the_dynamic_range_is_that_of_the_dtype(dtype, expected):
    assert data_range_of(np.zeros((2, 2, 1), dtype), None) == expected


def test_a_dynamic_range_that_is_passed_holds():
    assert data_range_of(RGB * 1.0 - 9, 4095) == 4095.0


@pytest.mark.parametrize(
    ("picture", "data_range", "error", "message"),
    [
        (
            np.full((2, 2, 1), 255.0),
            None,
            ValueError,
            r"outside of \[0, 1\], got .*255",
        ),
        (np.full((2, 2, 1), -0.1), None, ValueError, "data_range must be given for f"),
        (np.full((2, 2, 1), -3), None, ValueError, "data_range .* below 0, got -3"),
        (RGB, -1, ValueError, "data_range must be above 0, got -1; it is"),
        (RGB, 0, ValueError, "data_range must be above 0, got 0"),
        (RGB, np.nan, ValueError, "data_range must lie in"),
        (RGB, "255", TypeError, "data_range must be a number, got '255'"),
        (RGB, True, TypeError, "data_range must be a number, got True"),
    ],
)
def test_a_dynamic_range_is_never_guessed(picture, data_range, error, message):
    with pytest.raises(error, match=message):
        data_range_of(picture, data_range)


def test_the_candidate_must_lie_in_the_range_too():
    with pytest.raises(ValueError, match=r"got pixels in \[2, 2\]"):
        data_range_of(np.zeros((2, 2, 1)), None, np.full((2, 2, 1), 2.0))


def test_a_mask_of_all_pixels_is_none():
    assert check_mask(np.ones((4, 6), bool), RGB) is None
    some = np.eye(4, 6, dtype=bool)
    assert check_mask(some, RGB) is some


@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (np.ones((4, 6)), TypeError, "mask must be an array of bool.* got float64"),
        ([[True]], TypeError, "got list; compare, as in mask > 0"),
        (np.ones((6, 4), bool), ValueError, r"mask must have the shape \(4, 6\)"),
        (np.zeros((4, 6), bool), ValueError, "mask must be True somewhere"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused(mask, error, message):
    with pytest.raises(error, match=message):
        check_mask(mask, RGB)


def test_both_pictures_are_given_a_size():
    # Of 4 x 2 pixels: the means of each half are 1 and 3, and 2 and 4.
    a = np.array([[0, 2, 2, 4], [0, 2, 2, 4]], np.uint8)
    b = a + np.uint8(1)
    small = fit_reference(a[:, :, np.newaxis], (1, 2))
    assert small[:, :, 0].tolist() == [[1, 3]]
    other = check_candidate("b", b, small, (1, 2))
    assert other[:, :, 0].tolist() == [[2, 4]]
    assert cvret.full_reference(a, b, "mse", resize=(1, 2)) == {"mse": 1.0}
    larger = np.zeros((8, 8), np.uint8)
    assert cvret.full_reference(larger, larger, "mse", resize=(16, 9)) == {"mse": 0.0}


@pytest.mark.parametrize("resize", ["target", 64, (64,), (1, 2, 3), [64, 64]])
def test_a_size_that_is_none_is_refused(resize):
    with pytest.raises(ValueError, match=r'resize must be "reference" or \(height'):
        check_resize(resize)


def test_a_size_below_one_is_refused():
    with pytest.raises(ValueError, match="resize must be at least 1, got 0"):
        check_resize((0, 8))
    with pytest.raises(TypeError, match="resize must be a whole number"):
        check_resize((8.0, 8))


def test_a_masked_array_is_refused():
    with pytest.raises(TypeError, match="b must be a plain array, got a masked one"):
        check_reference("b", np.ma.masked_less(np.zeros((4, 4)), 1), None)
