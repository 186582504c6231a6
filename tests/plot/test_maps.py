"""Maps of patterns and of edges."""

import numpy as np
import pytest

import cvret
from cvret.plot import plot_edges, plot_lbp


def test_the_bars_of_patterns_are_the_descriptor(coffee):
    image = np.ascontiguousarray(coffee[:120, :160])
    bars = [bar.get_width() for bar in plot_lbp(image, radius=2).axes[2].patches]
    expected = cvret.LocalBinaryPatterns(radii=(2,)).describe(image)
    assert bars == pytest.approx(100 * expected, abs=1e-4)


def test_the_map_of_patterns_has_the_colors_of_the_bars():
    figure = plot_lbp(np.full((30, 30, 3), 9, np.uint8))
    shown = np.asarray(figure.axes[1].images[0].get_array())
    flat = np.array(figure.axes[2].patches[8].get_facecolor()[:3]) * 255
    assert shown[15, 15] == pytest.approx(flat, abs=1)


def slanted(dx: float, dy: float) -> np.ndarray:
    """A border between black and white along (dx, dy), y upwards."""
    y, x = np.mgrid[:64, :64]
    side = (x - 31.5) * dy + (y - 31.5) * dx > 0
    return np.repeat(side[..., None], 3, axis=2).astype(np.uint8) * 255


@pytest.mark.parametrize(
    ("direction", "place"),
    [((1, 0), 0), ((1, 1), 1), ((0, 1), 2), ((-1, 1), 3)],
    ids=["horizontal", "rising", "vertical", "falling"],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_an_edge_has_its_own_direction_whichever_side_is_bright(direction, place, sign):
    image = slanted(*(sign * np.array(direction)))
    shares = [bar.get_width() for bar in plot_edges(image).axes[2].patches]
    assert int(np.argmax(shares)) == place
    assert shares[place] > 90


def test_a_picture_without_edges_is_told_so():
    figure = plot_edges(np.full((20, 20, 3), 90, np.uint8))
    assert figure.axes[1].get_title(loc="left") == "Edges: 0.0% of the pixels"
    assert sum(bar.get_width() for bar in figure.axes[2].patches) == 0


def test_thresholds_the_wrong_way_round_are_refused():
    with pytest.raises(ValueError, match=r"high must lie in \[200, inf\], got 100"):
        plot_edges(np.zeros((9, 9, 3), np.uint8), low=200, high=100)
