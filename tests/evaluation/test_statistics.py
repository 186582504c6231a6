"""Intervals and paired tests: by hand, against scipy, and over many simulations."""

import inspect
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from cvret.evaluation import statistics
from cvret.evaluation.statistics import (
    bootstrap_interval,
    bootstrap_intervals,
    holm,
    paired_test,
    paired_tests,
)

# What SciPy calls the seed, before 1.15 and since.
KNOWN = inspect.signature(stats.bootstrap).parameters
SEED = "rng" if "rng" in KNOWN else "random_state"


def test_equal_values_have_an_interval_of_no_width():
    assert bootstrap_interval(np.full(9, 0.25)) == (0.25, 0.25)


def test_nothing_is_said_of_one_value():
    assert np.isnan(bootstrap_interval(np.array([0.3]))).all()


SAMPLES = {
    "beta": np.random.default_rng(1).beta(0.5, 2, 60),
    "few": np.random.default_rng(2).random(7),
    "skewed": np.random.default_rng(3).lognormal(0, 1, 40),
    "zeros and ones": np.repeat([0.0, 1.0], [37, 13]),
    "one of many": np.repeat([0.0, 1.0], [199, 1]),
    "differences": np.random.default_rng(4).normal(-0.1, 0.3, 500),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_an_interval_is_that_of_scipy_on_the_same_resamples(name, confidence):
    values = SAMPLES[name]
    means = statistics._resampled_means(values[:, None], 10_000, 0)[:, 0]
    if set(values) == {0.0, 1.0}:  # of equal means some differ by their rounding
        means = np.round(means * len(values)) / len(values)
    expected = stats.bootstrap(
        (values,),
        np.mean,
        method="BCa",
        confidence_level=confidence,
        n_resamples=0,
        bootstrap_result=SimpleNamespace(bootstrap_distribution=means),
    ).confidence_interval
    found = bootstrap_interval(values, confidence=confidence)
    assert found == pytest.approx(tuple(expected), rel=1e-9)


@pytest.mark.parametrize("name", SAMPLES)
def test_an_interval_is_that_of_scipy_but_for_chance(name):
    values = SAMPLES[name]
    expected = stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=10_000, **{SEED: 2}
    ).confidence_interval
    # By chance an end errs by some 0.03 standard errors of the mean, in both; means of
    # zeros and ones lie on a grid, of which it may be the next.
    chance = 0.25 * values.std() / np.sqrt(len(values))
    grid = 1 / len(values) if set(values) == {0.0, 1.0} else 0
    found = bootstrap_interval(values, random_state=3)
    assert found == pytest.approx(tuple(expected), abs=chance + grid)


def test_a_seed_decides_and_order_does_not_matter_much():
    values = np.random.default_rng(1).random(40)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert bootstrap_interval(values, random_state=1) != bootstrap_interval(values)


def test_more_confidence_is_a_wider_interval():
    values = np.random.default_rng(1).random(40)
    low, high = bootstrap_interval(values, confidence=0.99)
    inner = bootstrap_interval(values, confidence=0.8)
    assert low < inner.low < values.mean() < inner.high < high


def test_the_paired_test_by_hand():
    # Signs of 3, 2, 1: sums 6, 4, 2, 0, 0, -2, -4, -6; four are as far as 4.
    assert paired_test(np.array([3.0, 2.0, -1.0])) == 4 / 8
    assert paired_test(np.array([0.0, 0.0])) == 1.0
    assert paired_test(np.array([5.0])) == 1.0


def by_scipy(a, b, n_resamples):
    return stats.permutation_test(
        (a, b),
        lambda x, y, axis: (x - y).mean(axis=axis),
        permutation_type="samples",
        n_resamples=n_resamples,
        **{SEED: 4},
        vectorized=True,
    ).pvalue


@pytest.mark.parametrize("levels", [3, 10, 1000])  # with few there are many ties
def test_the_paired_test_is_that_of_scipy_where_all_signs_are_tried(levels):
    rng = np.random.default_rng(levels)
    for n in range(2, 14):
        a, b = rng.integers(0, levels, (2, n)) / 4
        assert paired_test(a - b) == pytest.approx(by_scipy(a, b, np.inf), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.3])
def test_the_paired_test_is_that_of_scipy_but_for_chance(shift):
    a, b = np.random.default_rng(3).random((2, 30))
    expected = by_scipy(a, b + shift, 20_000)
    found = paired_test(a - b - shift, n_resamples=20_000)
    # Five standard errors of the difference of two such shares.
    chance = 5 * np.sqrt(2 * expected * (1 - expected) / 20_000)
    assert found == pytest.approx(expected, abs=chance)


def test_holm_by_hand():
    assert holm([0.04]).tolist() == [0.04]
    assert holm([0.5, 0.9]).tolist() == [1.0, 1.0]
    assert holm([0.001, 0.02, 0.03, 0.5]) == pytest.approx([0.004, 0.06, 0.06, 0.5])


@pytest.mark.parametrize("values", [np.array([]), np.array([np.nan]), np.zeros((2, 2))])
def test_wrong_values_are_refused(values):
    with pytest.raises(ValueError, match="values must be"):
        bootstrap_interval(values)
    with pytest.raises(ValueError, match="values must be"):
        paired_test(values)


@pytest.mark.long
def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    held = 0
    for number in range(1000):
        values = rng.beta(1, 2, 100)  # of mean 1/3
        low, high = bootstrap_interval(values, n_resamples=2000, random_state=number)
        held += low <= 1 / 3 <= high
    assert 930 <= held <= 970


@pytest.mark.long
def test_false_alarms_are_as_many_as_are_allowed():
    rng = np.random.default_rng(6)
    alarms = 0
    for number in range(10_000):
        a, b = rng.beta(1, 2, (2, 40))
        alarms += paired_test(a - b, n_resamples=999, random_state=number) <= 0.05
    assert 430 <= alarms <= 570


def test_a_table_gives_what_its_columns_give():
    rng = np.random.default_rng(7)
    table = rng.normal(0.1, 1, (70, 6)) * [1, 1e-3, 0, 1e5, 1, 1]
    table[5:, 4] = 0  # few enough that all signs are tried
    table[:, 5] = table[:, 5] > 0  # means that are equal to the mean
    intervals = bootstrap_intervals(table, n_resamples=500, random_state=3)
    found = paired_tests(table, n_resamples=500, random_state=3)
    for column, interval, probability in zip(table.T, intervals, found, strict=True):
        alone = bootstrap_interval(column, n_resamples=500, random_state=3)
        assert interval == pytest.approx(alone, rel=1e-9, abs=1e-15)
        p = paired_test(column, n_resamples=500, random_state=3)
        assert probability == pytest.approx(p, abs=1e-12)


def test_resampled_means_are_those_of_drawn_rows():
    # By the definition: rows drawn with replacement, in the generator's order.
    values = np.array([0.0, 1.0, 4.0])
    rows = np.random.default_rng(0).integers(0, 3, (100, 3))
    expected = values[rows].mean(axis=1)
    found = statistics._resampled_means(values[:, None], 100, 0)
    assert found[:, 0] == pytest.approx(expected)


def test_nothing_is_said_of_a_table_of_one_row():
    assert np.isnan(bootstrap_intervals(np.zeros((1, 3)))).all()
    assert paired_tests(np.ones((1, 2))).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((0, 2)), [[1.0], [np.inf]]])
def test_a_wrong_table_is_refused(values):
    with pytest.raises(ValueError, match="values must be"):
        bootstrap_intervals(values)
    with pytest.raises(ValueError, match="values must be"):
        paired_tests(values)
