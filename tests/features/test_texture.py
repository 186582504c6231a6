"""Local binary patterns of whole images."""

import numpy as np
import pytest
from skimage.feature import local_binary_pattern

import cvret

OLD = [
    44,
    143,
    132,
    523,
    1351,
    1091,
    312,
    139,
    174,
    187,
    107,
    181,
    276,
    593,
    1322,
    776,
    235,
    145,
    133,
    328,
    135,
    263,
    331,
    596,
    1206,
    596,
    241,
    161,
    127,
    440,
]


def test_histograms_are_those_of_scikit_image(chelsea):
    grey = np.repeat(chelsea[:90, :120, 1:2], 3, axis=2)
    for method, bins in (("uniform", 10), ("nri_uniform", 59), ("default", 256)):
        patterns = local_binary_pattern(grey[..., 0], 8, 2, method=method)
        expected = np.bincount(patterns.ravel().astype(int), minlength=bins)
        histogram = cvret.LocalBinaryPatterns(radii=(2,), method=method).describe(grey)
        assert histogram == pytest.approx(expected / patterns.size, abs=1e-7)


def test_the_default_vector_is_what_old_indexes_hold(chelsea):
    # Computed by version 1 of the descriptor.
    histogram = cvret.LocalBinaryPatterns().describe(chelsea[:64, :64].copy())
    assert (histogram * 64 * 64 * 3).round().astype(int).tolist() == OLD


def test_brightness_does_not_matter(chelsea):
    descriptor = cvret.LocalBinaryPatterns(radii=(1,))
    dark = np.repeat(chelsea[..., 1:2] // 2, 3, axis=2)
    assert np.array_equal(descriptor.describe(dark), descriptor.describe(dark * 2))


def test_each_radius_has_the_same_share(chelsea):
    histogram = cvret.LocalBinaryPatterns(radii=(1, 3)).describe(chelsea)
    assert histogram.reshape(2, 10).sum(axis=1) == pytest.approx([0.5, 0.5])


def test_cells_together_are_the_whole(chelsea):
    image = np.ascontiguousarray(chelsea[:128, :128])
    whole = cvret.LocalBinaryPatterns(radii=(1,)).describe(image)
    cells = cvret.LocalBinaryPatterns(radii=(1,), layout=(2, 4)).describe(image)
    assert cells.shape == (80,)
    assert cells.reshape(8, 10).sum(axis=0) == pytest.approx(whole, abs=1e-6)
    assert cells.reshape(8, 10).sum(axis=1) == pytest.approx(np.full(8, 1 / 8))


def test_cells_without_pixels_are_zero():
    one = np.full((1, 1, 3), 9, np.uint8)
    cells = cvret.LocalBinaryPatterns(layout=(2, 2)).describe(one).reshape(3, 4, 10)
    assert cells.sum(axis=(0, 2)) == pytest.approx([0, 0, 0, 0.25])


def test_color_adds_the_patterns_of_a_and_b(chelsea):
    grey = np.repeat(chelsea[..., :1], 3, axis=2)
    descriptor = cvret.LocalBinaryPatterns(radii=(1,), color="lab")
    l, a, b = descriptor.describe(grey).reshape(3, 10)  # noqa: E741
    # Grey has no color: a and b are even, and nearly all neighbors are equal.
    assert a[8] > 0.2
    assert b[8] > 0.2
    assert l[8] < 0.2
    assert descriptor.get_feature_names_out()[[0, 10, 29]].tolist() == [
        "l_r1_ones0",
        "a_r1_ones0",
        "b_r1_other",
    ]


def test_wrong_arguments_are_refused(chelsea):
    with pytest.raises(ValueError, match="radii must have at least one element"):
        cvret.LocalBinaryPatterns(radii=()).describe(chelsea)
    with pytest.raises(ValueError, match="points must be at least 2, got 1"):
        cvret.LocalBinaryPatterns(points=1).describe(chelsea)
    with pytest.raises(ValueError, match="points must be at most 16, got 24"):
        cvret.LocalBinaryPatterns(points=24, method="ror").describe(chelsea)
    with pytest.raises(ValueError, match="method must be one of uniform, nri_uniform"):
        cvret.LocalBinaryPatterns(method="var").describe(chelsea)
    with pytest.raises(ValueError, match="layout must be two numbers"):
        cvret.LocalBinaryPatterns(layout=(2,)).describe(chelsea)


def completed_slowly(grey: np.ndarray) -> np.ndarray:
    """CLBP_S/M/C with 4 neighbors at radius 1, pixel by pixel, from the paper."""
    height, width = grey.shape
    values = np.pad(grey.astype(int), 1, mode="edge")
    around = [(0, 1), (-1, 0), (0, -1), (1, 0)]
    differences = np.array(
        [
            [[values[y + 1 + r, x + 1 + c] - values[y + 1, x + 1] for r, c in around]
             for x in range(width)]
            for y in range(height)
        ]
    )  # fmt: skip
    mean = np.abs(differences).mean()
    histogram = np.zeros((6, 6, 2))

    def kind(bits: list[bool]) -> int:
        changes = sum(bits[i] != bits[i - 1] for i in range(4))
        return sum(bits) if changes <= 2 else 5

    for y in range(height):
        for x in range(width):
            d = differences[y, x]
            bright = int(grey[y, x] >= grey.mean())
            histogram[kind(list(d >= 0)), kind(list(abs(d) >= mean)), bright] += 1
    return histogram.ravel() / grey.size


def test_completed_patterns_are_those_of_the_paper(chelsea):
    grey = np.repeat(chelsea[100:130, 100:140, :1], 3, axis=2)
    histogram = cvret.CompletedLBP(radii=(1,), points=4).describe(grey)
    assert histogram == pytest.approx(completed_slowly(grey[..., 0]), abs=1e-7)


def test_completed_patterns_do_not_change_with_contrast(chelsea):
    dark = np.repeat(chelsea[..., 1:2] // 4, 3, axis=2)
    one, other = (cvret.CompletedLBP().describe(i) for i in (dark, dark * 3 + 20))
    assert np.array_equal(one, other)


def test_completed_patterns_turn_with_the_picture(chelsea):
    turned = np.ascontiguousarray(np.rot90(chelsea))
    one, other = (cvret.CompletedLBP().describe(i) for i in (chelsea, turned))
    assert np.abs(one - other).sum() < 0.01


def test_completed_patterns_take_16_points_at_most(chelsea):
    with pytest.raises(ValueError, match="points must be at most 16, got 24"):
        cvret.CompletedLBP(points=24).describe(chelsea)
