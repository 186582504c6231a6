"""Autocorrelograms by hand and against the definition."""

import numpy as np
import pytest

import cvret
from cvret.features.spaces import cells_of


def plain(cells: np.ndarray, distance: int, n_colors: int) -> np.ndarray:
    """The paper's definition: every pixel, and every pixel of its ring."""
    height, width = cells.shape
    pairs, sizes = np.zeros(n_colors), np.zeros(n_colors)
    for y in range(height):
        for x in range(width):
            color = cells[y, x]
            sizes[color] += 1
            for v in range(max(y - distance, 0), min(y + distance + 1, height)):
                for u in range(max(x - distance, 0), min(x + distance + 1, width)):
                    on_ring = max(abs(v - y), abs(u - x)) == distance
                    pairs[color] += on_ring and cells[v, u] == color
    return pairs / np.maximum(sizes * 8 * distance, 1)


@pytest.mark.parametrize("space", ["hsv", "rgb"])
def test_equal_to_the_definition(space):
    image = np.random.default_rng(0).integers(0, 256, (11, 16, 3), np.uint8)
    bins = (2, 1, 2)
    correlogram = cvret.ColorAutoCorrelogram(
        bins=bins, distances=(1, 3, 12), space=space
    )
    cells = cells_of(image, space, bins)
    expected = np.concatenate([plain(cells, d, 4) for d in (1, 3, 12)])
    assert np.allclose(correlogram.describe(image), expected, atol=1e-6)


def test_more_than_256_colors_are_told_apart():
    # Red 0 and red 64 of 8 x 16 x 8 cells: 0 and 2 * 128.
    image = np.zeros((1, 2, 3), np.uint8)
    image[0, 1, 0] = 64
    correlogram = cvret.ColorAutoCorrelogram(
        bins=(8, 16, 8), distances=(1,), space="rgb"
    )
    assert not correlogram.describe(image).any()


def test_mirroring_and_turning_change_nothing(coffee):
    image = np.ascontiguousarray(coffee[:100, 100:260])
    correlogram = cvret.ColorAutoCorrelogram()
    found = correlogram.describe(image)
    for other in (image[:, ::-1], np.rot90(image)):
        assert np.allclose(correlogram.describe(np.ascontiguousarray(other)), found)


def test_large_pictures_are_shrunk(coffee):
    small = cvret.ColorAutoCorrelogram(max_side=60)
    again = cvret.ColorAutoCorrelogram(max_side=60).describe(coffee)
    assert np.array_equal(small.describe(coffee), again)
    assert not np.array_equal(cvret.ColorAutoCorrelogram().describe(coffee), again)


def test_names_tell_distance_and_color():
    correlogram = cvret.ColorAutoCorrelogram(bins=(2, 1, 1), distances=(1, 5))
    names = correlogram.get_feature_names_out()
    assert names.tolist() == ["d1_color0", "d1_color1", "d5_color0", "d5_color1"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"distances": ()}, "distances must have at least one element, got none"),
        ({"distances": (0,)}, "distances must be at least 1, got 0"),
        ({"space": "lab"}, "space must be one of hsv, rgb, got 'lab'"),
        ({"max_side": 0}, "max_side must be at least 1, got 0"),
    ],
)
def test_wrong_parameters_are_refused(chelsea, parameters, message):
    with pytest.raises(ValueError, match=message):
        cvret.ColorAutoCorrelogram(**parameters).describe(chelsea)


def test_a_distance_beyond_the_picture_has_no_pairs_and_takes_no_time(coffee):
    vector = cvret.ColorAutoCorrelogram(distances=(10**8,)).describe(coffee)
    assert not vector.any()
