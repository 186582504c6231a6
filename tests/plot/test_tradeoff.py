"""Accuracy against time: what is on the front, and what the figure shows."""

import numpy as np
import pytest

import cvret
from cvret.evaluation.report import Costs, Report, Spread
from cvret.evaluation.statistics import Interval
from cvret.plot import plot_tradeoff
from cvret.plot.tradeoff import linear_ticks, log_ticks, points_of

NAN = float("nan")


def comparison(metric="mAP", **systems):
    """Systems by name: mean, and milliseconds of extracting and of searching."""
    reports = {
        name: Report(
            name,
            ("q",),
            {metric: np.array([mean])},
            {metric: Interval(mean - 0.05, mean + 0.05)},
            {},
            9,
            Costs(Spread(extract, extract), Spread(search, search)),
        )
        for name, (mean, extract, search) in systems.items()
    }
    return cvret.compare(reports, metric=metric)


def front(found):
    return [point.name for point in points_of(found) if point.on_front]


def test_the_front_is_what_no_other_beats_in_both():
    found = comparison(
        slow=(0.9, 50, 50), quick=(0.5, 1, 1), beaten=(0.4, 2, 2), middle=(0.6, 5, 5)
    )
    assert front(found) == ["quick", "middle", "slow"]


def test_equal_systems_are_both_on_the_front():
    assert front(comparison(one=(0.5, 1, 1), two=(0.5, 1, 1))) == ["one", "two"]


def test_where_small_is_good_the_smaller_is_on_the_front():
    found = comparison("ANMRR", large=(0.9, 2, 2), small=(0.2, 1, 1))
    assert front(found) == ["small"]
    axes = plot_tradeoff(found).axes[0]
    low, high = axes.get_ylim()
    assert low > high  # upwards is smaller


def test_time_is_that_of_both_steps():
    point, _ = points_of(comparison(one=(0.5, 2, 3), other=(0.5, 9, 9)))
    assert point[:5] == ("one", 5, 0.5, 0.45, 0.55)


def test_the_figure_names_every_system_and_no_two_overlap(drawn):
    systems = {
        f"system number {n}": (0.5 + n / 1000, 10 + n / 50, 1) for n in range(10)
    }
    figure = plot_tradeoff(comparison(**systems))
    drawn(figure)
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == list(systems)
    boxes = [text.get_window_extent() for text in axes.texts]
    for place, box in enumerate(boxes):
        assert axes.bbox.contains(box.x0, box.y0)
        assert axes.bbox.contains(box.x1, box.y1)
        assert not any(box.overlaps(other) for other in boxes[:place])


def test_a_system_of_unknown_time_is_not_drawn():
    found = comparison(known=(0.5, 1, 1), unknown=(0.9, NAN, 1))
    assert [point.name for point in points_of(found)] == ["known"]
    with pytest.raises(ValueError, match="no system whose milliseconds a query"):
        plot_tradeoff(comparison(unknown=(0.9, NAN, 1), other=(0.9, NAN, 1)))


def test_a_name_is_never_read_as_mathematics(drawn):
    name = "$\\frac{$"
    figure = plot_tradeoff(comparison(**{name: (0.5, 1, 1), "b": (0.6, 2, 2)}))
    assert drawn(figure).std() > 0
    assert name in [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ((0.1, 1000), [0.1, 1, 10, 100, 1000]),
        ((1.2, 9), [1.5, 2, 3, 4, 5, 6, 7, 8, 9]),
        ((0.4, 12), [0.5, 1, 2, 5, 10]),
    ],
)
def test_ticks_of_a_logarithmic_scale_are_round(ends, ticks):
    found = log_ticks(*ends)
    assert set(found) <= set(ticks)
    assert 2 <= len(found) <= 7


def test_ticks_of_a_scale_are_round():
    assert linear_ticks(-0.02, 0.21) == [0, 0.05, 0.1, 0.15, 0.2]
    assert linear_ticks(0.0, 1.0) == [0, 0.2, 0.4, 0.6, 0.8, 1]
