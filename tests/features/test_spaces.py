"""Color spaces against their formulas, and counts against plain ones."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.color import rgb2lab

from cvret.features import spaces
from cvret.features.spaces import (
    SPACES,
    cell_counts,
    cells_of,
    channel_counts,
    check_bins,
)


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


def test_opponent_channels_follow_their_formulas(noise):
    red, green, blue = noise.astype(float).transpose(2, 0, 1)
    exact = [
        ((red - green) / np.sqrt(2), 255 / np.sqrt(2)),
        ((red + green - 2 * blue) / np.sqrt(6), 510 / np.sqrt(6)),
    ]
    found = SPACES["opponent"].convert(noise).astype(float)
    for channel, (values, most) in enumerate(exact):
        assert np.abs(found[..., channel] - (values / most + 1) * 127.5).max() <= 1
    assert np.abs(found[..., 2] - (red + green + blue) / 3).max() <= 1


def test_chromaticities_follow_their_formulas(noise):
    shares = noise[..., :2] / noise.sum(axis=2, keepdims=True) * 255
    assert np.abs(SPACES["rg"].convert(noise) - shares).max() <= 0.51
    black = np.zeros((1, 1, 3), np.uint8)
    assert SPACES["rg"].convert(black).tolist() == [[[85, 85]]]


def test_lab_fills_the_ranges_it_is_given(noise):
    grid = np.stack(np.meshgrid(*[np.arange(0, 256, 15)] * 3), axis=-1).reshape(
        -1, 18, 3
    )
    lab = rgb2lab(grid.astype(np.uint8)).reshape(-1, 3) + [0, 128, 128]
    for channel in (1, 2):
        low, high = SPACES["lab"].ranges[channel]
        assert lab[:, channel].min() == pytest.approx(low, abs=1)
        assert lab[:, channel].max() == pytest.approx(high, abs=1)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("bins", [(5, 3, 2), (16, 16, 16), (1, 256, 1)])
def test_counts_are_those_of_the_cells(noise, space, bins, monkeypatch):
    monkeypatch.setattr(spaces, "_BAND", 500)
    bins = bins[: len(SPACES[space].channels)]
    cells = cells_of(noise, space, bins)
    counts = np.bincount(cells.ravel(), minlength=np.prod(bins))
    assert cell_counts(noise, space, bins).tolist() == counts.tolist()


@pytest.mark.parametrize("space", SPACES)
def test_channels_are_counted_value_by_value(noise, space, monkeypatch):
    monkeypatch.setattr(spaces, "_BAND", 500)
    converted = SPACES[space].convert(noise)
    expected = [
        np.bincount(c.ravel(), minlength=256) for c in converted.transpose(2, 0, 1)
    ]
    assert channel_counts(noise, space).tolist() == np.concatenate(expected).tolist()


@pytest.mark.parametrize(
    ("space", "bins", "message"),
    [
        ("rgb", (4, 4), "bins must be three numbers, of red, green and blue, got"),
        ("rg", (4, 4, 4), "bins must be two numbers, of red and green, got"),
        ("lab", 8, "bins must be three numbers, of L, a and b, got 8"),
        ("rgb", (4, 0, 4), "bins must be at least 1, got 0"),
        ("rgb", (4, 4, 257), "bins must be at most 256, got 257"),
    ],
)
def test_wrong_bins_are_refused(space, bins, message):
    with pytest.raises(ValueError, match=message):
        check_bins(bins, space)


@pytest.mark.parametrize("space", SPACES)
@given(seed=st.integers(0, 999))
@settings(max_examples=15, deadline=None)
def test_counts_are_those_of_the_cells_for_any_bins(space, seed):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (9, 31, 3), np.uint8)
    bins = tuple(rng.integers(1, 24, len(SPACES[space].channels)).tolist())
    expected = np.bincount(cells_of(image, space, bins).ravel(), minlength=prod(bins))
    assert np.array_equal(cell_counts(image, space, bins), expected)
