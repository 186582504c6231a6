"""Precision over recall: a line a system, and what cannot be drawn."""

import numpy as np
import pytest

import cvret
from cvret.evaluation.report import Costs, Report, Spread
from cvret.evaluation.statistics import Interval
from cvret.plot import plot_precision_recall


def report(name, mean, curves):
    return Report(
        name,
        ("q", "r"),
        {"mAP": np.array([mean, mean])},
        {"mAP": Interval(mean, mean)},
        {},
        9,
        Costs(Spread(1, 1), Spread(1, 1)),
        curves=curves,
    )


def flat(*levels):
    return np.repeat(np.array(levels)[:, np.newaxis], 11, axis=1)


def test_a_line_is_the_mean_of_the_curves_of_all_queries():
    figure = plot_precision_recall(report("hsv", 0.5, flat(0.2, 0.6)))
    (line,) = figure.axes[0].lines
    np.testing.assert_allclose(line.get_ydata(), np.full(11, 0.4))
    np.testing.assert_allclose(line.get_xdata(), np.arange(11) / 10)


def test_of_several_systems_the_best_stands_first_in_the_legend():
    reports = {
        "$worse$": report("w", 0.2, flat(0.1, 0.1)),
        "better": report("b", 0.8, flat(0.9, 0.9)),
    }
    figure = plot_precision_recall(cvret.compare(reports))
    figure.draw_without_rendering()
    texts = figure.legends[0].get_texts()
    assert [text.get_text() for text in texts] == ["better", "$worse$"]
    looks = {(line.get_color(), line.get_linestyle()) for line in figure.axes[0].lines}
    assert len(looks) == 2


def test_without_curves_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match="keeps no curves"):
        plot_precision_recall(report("old", 0.5, None))
