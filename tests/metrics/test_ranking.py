"""Measures of rankings, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from cvret.metrics.ranking import average_precision, nmrr, precision_at, top_accuracy


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


@given(st.lists(st.booleans(), min_size=1, max_size=40).filter(any))
def test_average_precision_equals_scikit_learns_on_whole_rankings(marks):
    ranking = np.array(marks)
    expected = average_precision_score(ranking, -np.arange(len(ranking)))
    assert average_precision(ranking, int(ranking.sum())) == pytest.approx(expected)


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
