"""Binary patterns, against scikit-image's, and compiled against plain NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import local_binary_pattern

from cvret.features import patterns
from cvret.features.patterns import (
    METHODS,
    binary_codes,
    completed_codes,
    names_of_bins,
    pattern_histogram,
    pattern_values,
)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("points", "radius"), [(8, 1), (8, 2), (8, 3), (12, 2.5)])
def test_patterns_equal_those_of_scikit_image(chelsea, points, radius, method):
    grey = chelsea[:60, :90, 1].copy()
    expected = local_binary_pattern(grey, points, radius, method=method)
    codes = binary_codes(grey, points, radius)
    assert np.array_equal(pattern_values(codes, points, method), expected)


@pytest.mark.parametrize("method", ["uniform", "nri_uniform"])
def test_many_points_equal_scikit_image_too(chelsea, method):
    grey = chelsea[:40, :40, 0].copy()
    expected = local_binary_pattern(grey, 24, 3, method=method)
    values = pattern_values(binary_codes(grey, 24, 3), 24, method)
    assert np.array_equal(values, expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (5, 3), (300, 4)])
def test_tiny_and_narrow_pictures_equal_scikit_image_too(shape):
    grey = noise(*shape)
    expected = local_binary_pattern(grey, 8, 2, method="uniform")
    values = pattern_values(binary_codes(grey, 8, 2), 8, "uniform")
    assert np.array_equal(values, expected)


@settings(max_examples=25)
@given(
    value=st.integers(0, 255),
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    radius=st.sampled_from([1.0, 1.5, 2.0, 3.0]),
)
def test_even_areas_are_rounded_as_by_scikit_image(value, height, width, radius):
    grey = np.full((height, width), value, np.uint8)
    expected = local_binary_pattern(grey, 8, radius, method="default")
    assert np.array_equal(binary_codes(grey, 8, radius), expected)


@pytest.mark.parametrize(("points", "radius"), [(8, 1), (12, 2.5), (16, 3)])
def test_compiled_codes_are_those_of_numpy(monkeypatch, points, radius):
    grey = noise(37, 41)
    compiled = binary_codes(grey, points, radius)
    signs, magnitudes = completed_codes(grey, points, radius)
    monkeypatch.setattr(patterns, "_compare", patterns._compare_numpy)
    monkeypatch.setattr(patterns, "_complete", patterns._complete_numpy)
    assert np.array_equal(compiled, binary_codes(grey, points, radius))
    again = completed_codes(grey, points, radius)
    assert np.array_equal(signs, again[0])
    assert np.array_equal(magnitudes, again[1])


def test_completed_codes_by_hand():
    # With radius 1, neighbors 0, 2, 4, 6 are right, above, left, below. Around the
    # middle they are 10, 10, 0 and 2 from it; the edge pixels see copies of themselves.
    grey = np.array([[5, 15, 5], [5, 5, 15], [5, 7, 5]], np.uint8)
    signs, magnitudes = completed_codes(grey, 4, 1)
    assert signs[1, 1] == 0b1111
    # Magnitudes: the middle 10 + 10 + 0 + 2, top 10 + 0 + 10 + 10, right 10 * 3,
    # below 2 + 2 + 2 + 0, corners 10 + 0 + 0 + 0, 10 + 0 + 0 + 10, 0 + 0 + 0 + 2 and
    # 0 + 2 + 0 + 10, left 0: 142 / 36 = 3.9.
    assert magnitudes[1, 1] == 0b0011
    assert signs[0, 1] == 0b0010


@pytest.mark.parametrize(
    ("method", "bins"), [("uniform", 10), ("nri_uniform", 59), ("ror", 36)]
)
def test_as_many_bins_as_the_papers_say(method, bins):
    assert len(names_of_bins(8, method)) == bins
    assert pattern_histogram(np.arange(256, dtype=np.uint32), 8, method).sum() == 256
    assert len(pattern_histogram(np.zeros((2, 2), np.uint32), 8, method)) == bins


def test_patterns_that_rotation_makes_equal_share_a_bin():
    # 1, 2, 4 and 8 are turns of one another; 5 and 10 are others, of another kind.
    codes = np.array([1, 2, 4, 8, 5, 10], np.uint32)
    counts = dict(
        zip(names_of_bins(4, "ror"), pattern_histogram(codes, 4, "ror"), strict=True)
    )
    assert counts["pattern1"] == 4
    assert counts["pattern5"] == 2
