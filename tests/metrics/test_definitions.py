from math import inf, nan, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.errors import UnknownNameError
from cvret.metrics.definitions import METRICS, check_metrics, check_profile


def test_the_metrics_are_sorted_and_stand_under_their_names():
    assert list(METRICS) == sorted(METRICS)
    assert all(metric.name == name for name, metric in METRICS.items())


def test_none_stands_for_all_and_a_name_for_itself():
    assert check_metrics(None) == tuple(METRICS)
    assert check_metrics("ssim") == ("ssim",)
    assert check_metrics(["uqi", "mse"]) == ("uqi", "mse")


def test_an_unknown_metric_lists_the_known():
    with pytest.raises(
        UnknownNameError, match="no full-reference metric is named 'lpips'; .*vifp"
    ):
        check_metrics(["ssim", "lpips"])


@pytest.mark.parametrize(
    ("metrics", "error", "message"),
    [
        ([], ValueError, "metrics must name at least one metric, got none"),
        (["mse", "mse"], ValueError, "each be named once, got 'mse' twice"),
        (5, TypeError, "metrics must be a list of names, got int"),
        ([5], UnknownNameError, "is named 5"),
    ],
)
def test_metrics_that_are_none_are_refused(metrics, error, message):
    with pytest.raises(error, match=message):
        check_metrics(metrics)


def test_an_unknown_profile_lists_the_known():
    with pytest.raises(ValueError, match="profile must be one of sewar, textbook"):
        check_profile("matlab")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("mse", 51.0**2, 1 - 0.2**2),
        ("rmse", 51.0, 0.8),
        ("psnr", 20.0, 0.9),  # an error of a tenth of the range
        ("psnr", inf, 1.0),
        ("ergas", 100.0, 0.5),
        ("sam", pi / 4, 0.5),
        ("uqi", -0.5, 0.0),
        ("vifp", 1.3, 1.0),
        ("ssim", nan, 0.0),
    ],
)
def test_similarities_by_hand(name, value, expected):
    similarity = METRICS[name].similarity(value, data_range=255)
    assert similarity == pytest.approx(expected)


@given(st.sampled_from(sorted(METRICS)), st.lists(st.floats(0, 60), min_size=2))
def test_similarities_never_turn_the_order_around(name, values):
    metric = METRICS[name]
    similarities = metric.similarity(np.array(values), data_range=60)
    assert (np.diff(similarities[metric.order(np.array(values))]) <= 0).all()
    assert ((similarities >= 0) & (similarities <= 1)).all()


def test_undefined_values_come_last_and_equal_ones_as_they_stand():
    values = np.array([nan, 2.0, 1.0, 2.0])
    assert METRICS["ssim"].order(values).tolist() == [1, 3, 2, 0]
    assert METRICS["mse"].order(values).tolist() == [2, 1, 3, 0]
