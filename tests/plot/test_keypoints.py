"""Keypoints drawn: circles of their size, lines of their angle."""

import numpy as np
import pytest

import cvret
from cvret.plot import plot_keypoints

IMAGE = np.full((100, 200, 3), 128, np.uint8)


def features(*keypoints: tuple[float, float, float, float]) -> cvret.LocalFeatures:
    points = np.array(keypoints, np.float32).reshape(-1, 4)
    return cvret.LocalFeatures(points, np.zeros((len(points), 1), np.uint8), 200, 100)


def test_a_line_goes_from_the_center_by_the_radius_clockwise_by_the_angle():
    axes = plot_keypoints(IMAGE, features((50, 40, 30, 90))).axes[0]
    _, lines, circles, _ = axes.collections
    assert circles.get_offsets().tolist() == [[50, 40]]
    assert circles.get_widths().tolist() == [30]
    start, end = lines.get_segments()[0]
    assert start.tolist() == [50, 40]
    assert end == pytest.approx([50, 55])  # rows grow downwards


def test_it_is_drawn_where_it_is(drawn):
    def pixels(*keypoints):
        return drawn(plot_keypoints(IMAGE, features(*keypoints))).astype(int)

    # Two keypoints each, for the same title.
    one = pixels((50, 50, 20, 0), (50, 50, 20, 0))
    other = pixels((150, 50, 20, 0), (150, 50, 20, 0))
    columns = np.flatnonzero((np.abs(one - other) > 30).any(axis=(0, 2)))
    shares = columns / one.shape[1]
    assert 0.15 < shares.min() < 0.25
    assert 0.75 < shares.max() < 0.85


def test_of_many_so_many_are_drawn_evenly_chosen():
    many = features(*((x, 50, 10, 0) for x in range(101)))
    axes = plot_keypoints(IMAGE, many, max_keypoints=3).axes[0]
    assert axes.get_title(loc="left").startswith("3 of 101 keypoints")
    assert axes.collections[0].get_offsets()[:, 0].tolist() == [0, 50, 100]


def test_no_keypoints_are_no_error(drawn):
    figure = plot_keypoints(IMAGE, features())
    assert figure.axes[0].get_title(loc="left").startswith("0 keypoints")
    drawn(figure)


def test_features_of_another_picture_are_refused():
    with pytest.raises(ValueError, match="of 200 x 100 pixels, and image has 50 x 50"):
        plot_keypoints(IMAGE[:50, :50], features())
