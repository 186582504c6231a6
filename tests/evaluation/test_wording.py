"""What a comparison may claim, word by word."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import Difference
from cvret.evaluation.report import Costs, Report, Spread
from cvret.evaluation.statistics import Interval, paired_test
from cvret.evaluation.wording import (
    enumeration,
    figures,
    least_queries,
    of_one_query,
    probability,
    sentence_of,
)

NAN = float("nan")
SURE, UNSURE = 0.0002, 0.4  # corrected probabilities


def report(mean, ms=NAN, n=1000, metric="mAP"):
    return Report(
        "system",
        tuple(map(str, range(n))),
        {metric: np.full(n, mean)},
        {},
        {},
        n,
        Costs(Spread(ms / 2, ms), Spread(ms / 2, ms)),
    )


def difference(a, b, mean, low, high, p, metric="mAP", losses=5):
    return Difference(a, b, metric, mean, Interval(low, high), p, p, 30, 5, losses)


def said(reports, *differences, metric="mAP", confidence=0.95, **about):
    return sentence_of(
        Comparison(reports, metric, differences, "", (), confidence, about)
    )


def test_one_of_two_that_is_better():
    text = said(
        {"hsv": report(0.51), "scenes": report(0.79)},
        difference("scenes", "hsv", 0.28, 0.26, 0.30, SURE),
    )
    assert text == (
        "On these 1,000 queries, scenes ranks better than hsv: mAP 0.790 against "
        "0.510, a gain of 0.280 (95 % interval 0.260 to 0.300, p < 0.001)."
    )


def test_two_of_which_the_better_cannot_be_told():
    text = said(
        {"hsv": report(0.51, n=40), "lbp": report(0.50, n=40)},
        difference("hsv", "lbp", 0.01, -0.02, 0.04, UNSURE),
        confidence=0.9,
    )
    assert text == (
        "Which of hsv and lbp is better cannot be told from these 40 queries: mAP is "
        "0.510 for hsv and 0.500 for lbp, the gain of 0.010 lies between -0.020 and "
        "0.040 (90 % interval, p = 0.400)."
    )


@pytest.mark.parametrize(
    ("low", "p"), [(0.01, 0.0501), (0.0, SURE), (-0.01, SURE), (NAN, 1.0)]
)
def test_nothing_is_claimed_where_either_the_interval_or_the_test_forbids_it(low, p):
    text = said(
        {"a": report(0.6), "b": report(0.5)}, difference("a", "b", 0.1, low, 0.2, p)
    )
    assert "cannot be told" in text
    assert "ranks" not in text


def test_the_best_of_several():
    text = said(
        {"a": report(0.4, 3), "b": report(0.5, 8), "c": report(0.7, 45.2)},
        difference("b", "a", 0.1, 0.05, 0.15, SURE),
        difference("c", "a", 0.3, 0.25, 0.35, SURE),
        difference("c", "b", 0.2, 0.15, 0.25, 0.0123),
    )
    assert text == (
        "On these 1,000 queries, c ranks best of 3 systems: mAP 0.700 against 0.500 of "
        "b, the runner-up, a gain of 0.200 (95 % interval 0.150 to 0.250, corrected "
        "p = 0.012). c takes 45 ms a query in the median, a, the fastest, 3.0 ms."
    )


def test_of_those_that_cannot_be_told_from_the_best_the_fastest_is_named():
    text = said(
        {
            "a": report(0.70, 45),
            "b": report(0.69, 12),
            "c": report(0.4, 1),
            "d": report(0.3, 1),
        },
        difference("a", "b", 0.01, -0.02, 0.04, UNSURE),
        difference("a", "c", 0.3, 0.2, 0.4, SURE),
        difference("a", "d", 0.4, 0.3, 0.5, 0.03),
        difference("b", "c", 0.29, 0.2, 0.4, SURE),
        difference("b", "d", 0.39, 0.3, 0.5, SURE),
        difference("c", "d", 0.1, 0.05, 0.15, SURE),
    )
    assert text.startswith("Which of a and b is best cannot be told from these 1,000")
    assert "a ranks better than c and d (corrected p at most 0.030)." in text
    assert text.endswith(
        "Of these, b is the fastest, 12 ms a query in the median; a takes 45 ms."
    )
    assert "b ranks better" not in text


def test_a_runner_up_may_be_told_where_one_behind_it_cannot():
    text = said(
        {"a": report(0.7), "b": report(0.6), "c": report(0.59)},
        difference("a", "b", 0.1, 0.05, 0.15, SURE),
        difference("a", "c", 0.11, -0.05, 0.3, UNSURE),
        difference("b", "c", 0.01, -0.2, 0.2, UNSURE),
    )
    assert text.startswith("Which of a and c is best cannot be told")
    assert "a ranks better than b (corrected p < 0.001)." in text


def test_systems_that_are_equal_on_each_query():
    text = said(
        {"a": report(0.5), "b": report(0.5)},
        Difference("a", "b", "mAP", 0.0, Interval(0, 0), 1.0, 1.0, 0, 1000, 0),
    )
    assert text.endswith("queries: a and b have the same AP on each.")


def test_small_values_are_said_to_be_good():
    text = said(
        {"a": report(0.2, metric="ANMRR"), "b": report(0.4, metric="ANMRR")},
        difference("a", "b", 0.2, 0.1, 0.3, SURE, metric="ANMRR"),
        metric="ANMRR",
    )
    assert "a ranks better than b: ANMRR (small is good) 0.200 against 0.400" in text


def test_one_query_says_nothing():
    text = said(
        {"a": report(0.6, n=1), "b": report(0.5, n=1)},
        difference("a", "b", 0.1, NAN, NAN, 1.0),
    )
    assert "from this one query: mAP is 0.600 for a and 0.500 for b, and one" in text
    assert text.endswith("no difference, however large; take 6 at the very least.")
    assert "nan" not in text


def test_few_queries_are_said_to_be_few():
    text = said(
        {"a": report(0.6, n=12), "b": report(0.5, n=12)},
        difference("a", "b", 0.1, 0.05, 0.15, SURE),
    )
    assert text.endswith("Queries are few: only large differences show.")


def test_times_that_look_the_same_are_not_compared():
    text = said(
        {"a": report(0.6, 12.1), "b": report(0.5, 12.2)},
        difference("a", "b", 0.1, 0.05, 0.15, SURE),
    )
    assert text.endswith("Both take 12 ms a query in the median.")


def test_times_of_different_machines_are_not_compared():
    text = said(
        {"a": report(0.6, 12), "b": report(0.5, 2)},
        difference("a", "b", 0.1, 0.05, 0.15, SURE),
        machines="different",
    )
    assert " ms" not in text


@pytest.mark.parametrize("n_pairs", [1, 3, 28])
def test_so_few_queries_can_show_nothing_and_one_more_can(n_pairs):
    least = least_queries(n_pairs, 0.95)
    assert paired_test(np.ones(least)) * n_pairs <= 0.05
    assert paired_test(np.ones(least - 1)) * n_pairs > 0.05


@given(st.floats(0, 1))
def test_a_probability_is_never_written_as_0(p):
    written = probability(p)
    assert not re.search(r"= 0(\.0*)?$", written)
    assert math.isclose(float(written.split()[-1]), p, abs_tol=0.001)


def test_a_gain_that_two_decimals_would_contradict_can_be_checked():
    # With two decimals: 0.53 against 0.50, a gain of 0.04.
    assert figures(0.5349, 0.4951, 0.0398) == ["0.535", "0.495", "0.040"]


@given(st.floats(1e-4, 1), st.floats(1e-4, 1))
def test_what_is_above_0_is_not_written_as_0(one, other):
    assert all(float(text) > 0 for text in figures(one, other))


def test_many_names_are_counted():
    assert enumeration(list("abcdefgh")) == "a, b, c, d, e and 3 others"
    assert enumeration(["a"]) == "a"


@pytest.mark.parametrize(
    ("metric", "named"),
    [
        ("mAP", "AP"),
        ("mAP@10", "AP@10"),
        ("mAP@10(found)", "AP@10(found)"),
        ("mAP(trapezoid)", "AP(trapezoid)"),
        ("ANMRR", "NMRR"),
        ("MRR", "reciprocal rank"),
        ("nDCG@10", "nDCG@10"),
        ("R-precision", "R-precision"),
    ],
)
def test_the_value_of_one_query_is_no_mean(metric, named):
    assert of_one_query(metric) == named
