"""MPEG-7's colors by hand and against the standard's steps, written out plainly."""

import colorsys

import numpy as np
import pytest
from scipy.fft import dctn

import cvret
from cvret.features.mpeg7_color import _coefficients, _haar, _hsv_cells


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def test_cells_of_hsv_are_those_of_exact_colors():
    image = noise(30, 40)
    expected = []
    for red, green, blue in image.reshape(-1, 3).tolist():
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        levels = int(hue * 255 + 1e-9), int(saturation * 255 + 1e-9), int(value)
        expected.append(levels[2] // 64 * 64 + levels[1] // 64 * 16 + levels[0] // 16)
    assert _hsv_cells(image).tolist() == expected


def test_haar_takes_sums_along_hue_saturation_and_value_in_turn():
    # The reference software's table of 255 sums and differences, as places (hue, cell).
    levels = np.random.default_rng(1).integers(0, 16, 256).astype(float)
    grid = levels.reshape(16, 16).T.copy()  # (hue, 4 * value + saturation)
    stages = [
        (range(0, 16, 2), range(16), (1, 0)),
        (range(0, 16, 2), range(0, 16, 2), (0, 1)),
        (range(0, 16, 2), (0, 2, 8, 10), (0, 4)),
        (range(0, 16, 4), (0, 2, 8, 10), (2, 0)),
        (range(0, 16, 4), (0, 8), (0, 2)),
        (range(0, 16, 4), (0,), (0, 8)),
        (range(0, 16, 8), (0,), (4, 0)),
        ((0,), (0,), (8, 0)),
    ]
    for rows, columns, (down, right) in stages:
        for y in rows:
            for x in columns:
                a, b = grid[y, x], grid[y + down, x + right]
                grid[y, x], grid[y + down, x + right] = a + b, b - a
    assert np.array_equal(_haar(levels), grid.T.ravel())
    assert grid[0, 0] == levels.sum()


def test_coefficients_stand_from_coarse_to_fine():
    # The beginnings of the five rows of the standard's order.
    order, most = _coefficients()
    assert order[:8].tolist() == [0, 4, 8, 12, 32, 36, 40, 44]
    assert order[16:20].tolist() == [2, 6, 10, 14]
    assert order[32:42].tolist() == [64, 66, 68, 70, 72, 74, 76, 78, 96, 98]
    assert order[64:66].tolist() == [16, 18]
    assert order[128:130].tolist() == [1, 3]
    assert order[255] == 255
    assert most[:3].tolist() == [255, 255, 127]
    assert most[-1] == 7


def test_two_colors_by_hand():
    # Half black (cell 0), half white (cell 192): above 40 %, so level 15 each. The sum
    # is 30; by halves of value, which is stage 6, 15 of high less 15 of low is 0.
    image = np.zeros((2, 2, 3), np.uint8)
    image[0] = 255
    vector = cvret.ScalableColor(n_coefficients=16).describe(image) * 255
    assert vector[0] == pytest.approx(30 - 217)
    order, _ = _coefficients()
    assert vector[order.tolist().index(16 * 8)] == pytest.approx(0 + 6)


def test_fewer_coefficients_are_the_first():
    image = noise(20, 30)
    whole = cvret.ScalableColor(n_coefficients=256).describe(image)
    for n in (16, 32, 64, 128):
        found = cvret.ScalableColor(n_coefficients=n).describe(image)
        assert np.array_equal(found, whole[:n])


def test_other_numbers_of_coefficients_are_refused():
    with pytest.raises(ValueError, match="n_coefficients must be one of 16, 32, 64"):
        cvret.ScalableColor(n_coefficients=48).describe(noise(8, 8))


# Color layout


def plain_thumbnail(image: np.ndarray) -> np.ndarray:
    """Sum whole numbers of YCbCr by parts, pixel by pixel."""
    height, width = image.shape[:2]
    sums, counts = np.zeros((8, 8, 3), int), np.zeros((8, 8, 1), int)
    for y in range(height):
        for x in range(width):
            red, green, blue = (int(value) for value in image[y, x])
            grey = (0.299 * red + 0.587 * green + 0.114 * blue) / 256
            part = int(y / (height / 8)), int(x / (width / 8))
            sums[part] += [
                int(219 * grey + 16.5),
                int(224 * 0.564 * (blue / 256 - grey) + 128.5),
                int(224 * 0.713 * (red / 256 - grey) + 128.5),
            ]
            counts[part] += 1
    return sums // counts


def plain_alternating(value: int) -> int:
    value = min(max(value, -256), 239)
    size = abs(value)
    level = 64 + size // 4 if size > 127 else 32 + size // 2 if size > 63 else size
    return (132 + (level if value >= 0 else -level)) >> 3


def plain_luminance(value: int) -> int:
    for start, level, step in ((192, 112, 4), (160, 96, 2), (96, 32, 1), (64, 16, 2)):
        if value >= start:
            return (level + (value - start) // step) >> 1
    return value // 4 >> 1


def plain_chroma(value: int) -> int:
    if value > 191:
        return 63
    steps = ((160, 56, 4), (144, 48, 2), (112, 16, 1), (96, 8, 2), (64, 0, 4))
    for start, level, step in steps:
        if value >= start:
            return level + (value - start) // step
    return 0


ZIGZAG = [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33]


@pytest.mark.parametrize("picture", ["photo", "noise"])
def test_layout_equals_the_plain_steps(picture, coffee):
    image = (
        np.ascontiguousarray(coffee[::5, ::5]) if picture == "photo" else noise(19, 13)
    )
    thumbnail = plain_thumbnail(image)
    expected = []
    for channel, weights in enumerate([(2, 2, 2), (2, 1, 1), (4, 2, 2)]):
        block = thumbnail[..., channel].astype(float)
        found = np.floor(dctn(block, norm="ortho") + 0.499999).ravel()[ZIGZAG]
        first = plain_chroma if channel else plain_luminance
        levels = [first(int(found[0]) // 8)]
        levels += [plain_alternating(int(v / (1 if channel else 2))) for v in found[1:]]
        roots = np.sqrt([*weights, *[1] * 17])
        expected.append((levels * roots / 64)[: 6 if channel else 20])
    layout = cvret.ColorLayout(n_luminance=20, n_chroma=6)
    assert np.allclose(layout.describe(image), np.concatenate(expected), atol=1e-6)


def test_a_small_picture_is_as_one_of_larger_pixels():
    image = noise(3, 5)
    larger = np.repeat(np.repeat(image, 8, axis=0), 8, axis=1)
    layout = cvret.ColorLayout()
    assert np.array_equal(layout.describe(image), layout.describe(larger))


@pytest.mark.parametrize("number", [0, 65])
def test_wrong_numbers_of_layout_coefficients_are_refused(number):
    with pytest.raises(ValueError, match="n_luminance"):
        cvret.ColorLayout(n_luminance=number).describe(noise(8, 8))


def test_names_of_layout_tell_channel_and_place():
    names = cvret.ColorLayout(n_luminance=2, n_chroma=1).get_feature_names_out()
    assert names.tolist() == ["Y0", "Y1", "Cb0", "Cr0"]
