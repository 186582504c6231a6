"""Measures of rankings, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.metrics.ranking import (
    average_precision,
    average_precision_at,
    distractor_rate,
    error_rate,
    n_s_score,
    ndcg_at,
    nmrr,
    precision_at,
    precision_recall,
    r_precision,
    recall_at,
    reciprocal_rank,
    top_accuracy,
)


def hits(pattern: str) -> np.ndarray:
    """'+-+' -> [True, False, True]: a ranking one can see."""
    return np.array([mark == "+" for mark in pattern], bool)


@pytest.mark.parametrize(
    ("pattern", "n_relevant", "expected"),
    [
        ("++--", 2, 1.0),
        ("----", 2, 0.0),
        ("+-+-", 2, (1 / 1 + 2 / 3) / 2),
        ("+---", 2, 1 / 2),  # one relevant image was never retrieved
        ("", 1, 0.0),
    ],
)
def test_average_precision_by_hand(pattern, n_relevant, expected):
    assert average_precision(hits(pattern), n_relevant) == pytest.approx(expected)


def test_nmrr_by_hand():
    # Two relevant, window 4; found in place 1, the other missed: mean rank
    # (1 + 5) / 2 = 3, ideal rank 1.5, so (3 - 1.5) / (5 - 1.5).
    assert nmrr(hits("+---"), n_relevant=2) == pytest.approx(1.5 / 3.5)


def test_nmrr_runs_from_zero_to_one():
    assert nmrr(hits("++--"), n_relevant=2) == 0.0
    assert nmrr(hits("----"), n_relevant=2) == 1.0


def test_the_window_of_nmrr_is_bounded_by_the_largest_class():
    # Three relevant, the largest class has 4: the window is min(12, 8) = 8 places,
    # so the hit in place 9 is a miss: (1 + 2 + 10) / 3, ideal 2, worst 10.
    ranking = hits("++------+")
    assert nmrr(ranking, 3, max_relevant=4) == pytest.approx((13 / 3 - 2) / 8)


def test_moving_a_hit_up_never_lowers_average_precision():
    rng = np.random.default_rng(0)
    for _ in range(100):
        worse = rng.permutation(hits("+++-------"))
        better = worse.copy()
        place = int(rng.choice(np.flatnonzero(worse)))
        better[[max(place - 1, 0), place]] = better[[place, max(place - 1, 0)]]
        assert average_precision(better, 3) >= average_precision(worse, 3)


def test_precision_and_accuracy_look_at_k_places():
    assert precision_at(hits("+-++"), 3, k=2) == 0.5
    assert precision_at(hits("+"), 1, k=10) == 0.1  # places beyond the end are misses
    assert top_accuracy(hits("-+"), 1, k=1) == 0
    assert top_accuracy(hits("-+"), 1, k=2) == 1


def test_precision_up_to_the_last_relevant_image_by_hand():
    assert precision_at(hits("+-+---"), 2, k=5, denominator="last") == 2 / 3
    assert precision_at(hits("+-+---"), 2, k=2, denominator="last") == 1 / 2
    assert precision_at(hits("+"), 3, k=9, denominator="last") == 1
    assert precision_at(hits("---"), 1, k=2, denominator="last") == 0
    with pytest.raises(ValueError, match="denominator must be"):
        precision_at(hits("+"), 1, k=1, denominator="found")


def test_a_query_with_nothing_relevant_is_refused():
    with pytest.raises(ValueError, match="n_relevant must be at least 1, got 0"):
        average_precision(hits("--"), n_relevant=0)


def test_more_hits_than_relevant_images_are_refused():
    with pytest.raises(ValueError, match="n_relevant must be at least the 2 hits"):
        precision_at(hits("++"), 1, 2)
    with pytest.raises(ValueError, match="max_relevant must be at least n_relevant=2"):
        nmrr(hits("+-"), 2, max_relevant=1)


@pytest.mark.parametrize("bad", [[True], np.array([1, 0]), np.zeros((2, 2), bool)])
def test_hits_must_be_booleans_in_a_row(bad):
    with pytest.raises(ValueError, match="hits must be an array of bool"):
        average_precision(bad, 1)


@pytest.mark.parametrize(
    ("pattern", "n_relevant", "expected"),
    [
        ("++", 2, 1.0),
        ("-+", 1, (0 + 1 / 2) / 2),
        ("+-+", 2, ((1 + 1) / 2 + (1 / 2 + 2 / 3) / 2) / 2),
        ("---", 2, 0.0),
    ],
)
def test_trapezoids_by_hand(pattern, n_relevant, expected):
    found = average_precision(hits(pattern), n_relevant, rule="trapezoid")
    assert found == pytest.approx(expected)


def oxfords(ranking, n_relevant):
    """compute_ap.cpp of the Oxford Buildings, line by line."""
    old_recall, old_precision, ap, intersect = 0.0, 1.0, 0.0, 0
    for place, hit in enumerate(ranking):
        intersect += hit
        recall, precision = intersect / n_relevant, intersect / (place + 1)
        ap += (recall - old_recall) * ((old_precision + precision) / 2)
        old_recall, old_precision = recall, precision
    return ap


marks = st.lists(st.booleans(), min_size=1, max_size=40)


@given(marks, st.integers(0, 5))
def test_trapezoids_equal_oxfords_and_are_never_above_the_sum(ranking, missed):
    n_relevant = max(1, sum(ranking) + missed)
    own = average_precision(np.array(ranking), n_relevant, rule="trapezoid")
    assert own == pytest.approx(oxfords(ranking, n_relevant), abs=1e-12)
    assert own <= average_precision(np.array(ranking), n_relevant) + 1e-12


def test_average_precision_of_the_first_places_by_hand():
    found = hits("+-++")  # precisions 1 and 2/3 within three places
    whole = 1 + 2 / 3
    assert average_precision_at(found, 5, 3) == pytest.approx(whole / 3)
    for denominator, count in (("reachable", 3), ("relevant", 5), ("found", 2)):
        own = average_precision_at(found, 5, 3, denominator=denominator)
        assert own == pytest.approx(whole / count)
    assert average_precision_at(hits("--+"), 1, 2, denominator="found") == 0


def test_recall_r_precision_and_reciprocal_rank_by_hand():
    found = hits("-+-+")
    assert recall_at(found, 4, 2) == 1 / 4
    assert recall_at(found, 4, 99) == 1 / 2
    assert r_precision(found, 2) == 1 / 2
    assert reciprocal_rank(found, 2) == 1 / 2
    assert reciprocal_rank(hits("---"), 2) == 0


def test_n_s_score_and_error_rate_by_hand():
    assert n_s_score(hits("++++-")) == 4
    assert n_s_score(hits("+---+++")) == 1
    assert error_rate(hits("+-"), 1) == 0
    assert error_rate(hits("-+"), 1) == 1


def test_distractor_rate_by_hand():
    assert distractor_rate(hits("++-"), 2) == 1
    assert distractor_rate(hits("+"), 4) == 1 / 4


def test_graded_gain_by_hand():
    gains, everything = np.array([3.0, 0, 1]), np.array([1.0, 2, 3])
    found = 3 / np.log2(2) + 1 / np.log2(4)
    ideal = 3 / np.log2(2) + 2 / np.log2(3) + 1 / np.log2(4)
    assert ndcg_at(gains, everything, 3) == pytest.approx(found / ideal)
    assert ndcg_at(np.array([3.0, 2, 1]), everything, 2) == 1


@pytest.mark.parametrize(
    ("gains", "everything", "message"),
    [
        (np.array([1.0]), np.array([0.0]), "all_gains must hold a gain above 0"),
        (np.array([2.0]), np.array([1.0]), "gains must be among all_gains"),
        (np.array([1.0, 1.0]), np.array([1.0]), "gains must be among all_gains"),
        (np.array([-1.0]), np.array([1.0]), "gains must be finite and at least 0"),
        (np.array([True]), np.array([1.0]), "gains must be an array of numbers"),
    ],
)
def test_wrong_gains_are_refused(gains, everything, message):
    with pytest.raises(ValueError, match=message):
        ndcg_at(gains, everything, 1)


def test_precision_over_recall_by_hand():
    # Precision 1 at recall 1/3, 2/4 at 2/3, and the third was never found.
    found = precision_recall(hits("+--+"), 3, np.array([0, 1 / 3, 0.5, 2 / 3, 0.7, 1]))
    assert found.tolist() == [1, 1, 1 / 2, 1 / 2, 0, 0]
    assert precision_recall(hits("---"), 2).tolist() == [0] * 11
    # A later higher precision counts for the lower recall, too.
    assert precision_recall(hits("-++"), 2, np.array([0.5])).tolist() == [2 / 3]


@pytest.mark.parametrize("recall", [-0.1, 1.1, np.nan])
def test_a_recall_outside_its_range_is_refused(recall):
    with pytest.raises(ValueError, match=r"recalls must lie in \[0, 1\]"):
        precision_recall(hits("+"), 1, np.array([recall]))
