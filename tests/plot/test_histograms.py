"""Figures of histograms: the right numbers at the right places."""

import numpy as np
import pytest

import cvret
from cvret.plot import plot_class_means, plot_color_histogram, plot_equalization

RED = np.full((8, 8, 3), (255, 0, 0), np.uint8)
BLUE = np.full((8, 8, 3), (0, 0, 255), np.uint8)


def test_lines_are_percent_of_the_pixels_by_level():
    half = RED.copy()
    half[:2] = (100, 100, 100)
    _, channels, hue, _ = plot_color_histogram(half).axes
    red, green, blue = (line.get_ydata() for line in channels.lines)
    assert [(red[25], red[63]), (green[25], green[0])] == [(25, 75), (25, 75)]
    assert np.array_equal(green, blue)
    bars = [bar.get_height() for bar in hue.patches]
    assert bars[0] == 75  # grey has no hue
    assert sum(bars) == 75


def test_lines_can_be_told_apart_without_color():
    channels = plot_color_histogram(RED).axes[1]
    assert len({line.get_linestyle() for line in channels.lines}) == 3


def test_equalized_brightness_cumulates_along_the_diagonal(coffee):
    axes = plot_equalization(coffee).axes
    assert axes[0].get_title(loc="left") == "Before"
    assert axes[3].get_title(loc="left") == "After EqualizeIntensity()"
    before, after = axes[1].lines[0], axes[4].lines[0]
    level, share = after.get_data()
    assert np.abs(share - level / 255).max() < 0.06
    assert np.abs(before.get_ydata() - level / 255).max() > 0.1
    assert axes[1].get_ylim() == axes[4].get_ylim()
    assert axes[2].get_ylim() == axes[5].get_ylim()


def test_any_preparation_can_be_looked_at(chelsea):
    axes = plot_equalization(chelsea, cvret.GreyWorld()).axes
    assert axes[3].get_title(loc="left") == "After GreyWorld()"


def test_a_high_peak_of_black_does_not_hide_the_rest():
    image = np.zeros((100, 100, 3), np.uint8)
    image[:10] = np.arange(50, 150, dtype=np.uint8)[None, :, None]
    top = plot_color_histogram(image).axes[1].get_ylim()[1]
    assert 0.4 < top < 1.2  # of a range of 4 levels: 0.4 percent; of black: 90


def test_a_row_a_class_with_bars_in_the_colors_of_their_bins():
    descriptor = cvret.HSVHistogram(bins=(6, 1, 1))
    figure = plot_class_means({"mixed": [RED, BLUE], "blue": [BLUE]}, descriptor)
    mixed, blue = figure.axes
    assert [axes.get_title(loc="left") for axes in (mixed, blue)] == [
        "mixed (2)",
        "blue (1)",
    ]
    assert [bar.get_height() for bar in mixed.patches] == [0.5, 0, 0, 0, 0.5, 0]
    assert [bar.get_height() for bar in blue.patches] == [0, 0, 0, 0, 1, 0]
    reddish, greenish, bluish = (
        np.argmax(mixed.patches[place].get_facecolor()[:3]) for place in (0, 2, 4)
    )
    assert (reddish, greenish, bluish) == (0, 1, 2)


def test_every_bin_of_a_joint_histogram_has_a_color_of_its_own():
    figure = plot_class_means({"red": [RED]}, cvret.HSVHistogram(bins=(9, 3, 3)))
    colors = {bar.get_facecolor() for bar in figure.axes[0].patches}
    assert len(colors) > 75


def test_bars_of_texture_have_one_color(chelsea):
    figure = plot_class_means({"cat": [chelsea]}, cvret.LocalBinaryPatterns())
    assert len({bar.get_facecolor() for bar in figure.axes[0].patches}) == 1


def test_vectors_are_taken_as_they_are():
    vectors = np.array([[0.0, 1, 0, 0], [0, 0, 0, 1]])
    figure = plot_class_means({"two": vectors}, cvret.HSVHistogram(bins=(4, 1, 1)))
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert heights == [0, 0.5, 0, 0.5]


def test_paths_are_read(photos):
    paths = sorted((photos / "photos").iterdir())
    figure = plot_class_means({"photos": paths}, cvret.HSVHistogram(bins=(4, 1, 1)))
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == pytest.approx(1)


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ({}, "classes must name at least one class, got none"),
        ({"cat": []}, "class 'cat' has no picture"),
        ({"a": np.zeros((1, 2)), "b": np.zeros((1, 3))}, r"of one length, got \[2, 3"),
    ],
)
def test_classes_without_anything_to_show_are_refused(classes, said):
    with pytest.raises(ValueError, match=said):
        plot_class_means(classes, cvret.HSVHistogram())
