"""Metrics by name: by hand, and equal to the functions of one ranking."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.errors import UnknownNameError
from cvret.evaluation.scoring import (
    DEFAULT_METRICS,
    METRIC_FORMS,
    Places,
    check_metrics,
    places_of,
    precision_curves,
    score,
    small_is_good,
)
from cvret.metrics import ranking as plain

ORACLES = {
    "mAP": plain.average_precision,
    "mAP(trapezoid)": lambda h, n: plain.average_precision(h, n, rule="trapezoid"),
    "mAP@7": lambda h, n: plain.average_precision_at(h, n, 7),
    "mAP@7(found)": lambda h, n: plain.average_precision_at(
        h, n, 7, denominator="found"
    ),
    "mAP@7(relevant)": lambda h, n: plain.average_precision_at(
        h, n, 7, denominator="relevant"
    ),
    "P@7": lambda h, n: plain.precision_at(h, n, 7),
    "P@7(revisited)": lambda h, n: plain.precision_at(h, n, 7, denominator="last"),
    "R@7": lambda h, n: plain.recall_at(h, n, 7),
    "R-precision": plain.r_precision,
    "MRR": plain.reciprocal_rank,
    "top-3": lambda h, n: plain.top_accuracy(h, n, 3),
    "N-S": plain.n_s_score,
    "error rate": plain.error_rate,
}


@st.composite
def judgments(draw):
    """A collection of ids with scores, many of them tied, and what is relevant."""
    n = draw(st.integers(1, 40))
    scores = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    ids = [f"{number:02}.jpg" for number in range(n)]
    ranked = sorted(ids, key=lambda id_: (-scores[int(id_[:2])], id_))
    relevant = draw(st.sets(st.sampled_from([*ids, "gone"]), min_size=1))
    left = sorted(set(ids) - relevant)
    some = st.sets(st.sampled_from(left)) if left else st.just(set())
    removed, distractors = draw(some), draw(some)
    grades = {id_: draw(st.sampled_from([0.5, 1.0, 3.0])) for id_ in sorted(relevant)}
    depth = draw(st.integers(0, n))
    return ranked[:depth], relevant, removed, distractors - removed, grades


@settings(max_examples=120)
@given(judgments(), st.integers(0, 9))
def test_scores_are_those_of_the_functions_of_one_ranking(judged, more):
    ranked, relevant, removed, distractors, grades = judged
    places = places_of(
        ranked,
        frozenset(relevant),
        without=removed,
        grades=grades,
        distractors=frozenset(distractors),
    )
    other = Places(np.array([1]), len(relevant) + more)  # widens the window of ANMRR
    names = [*ORACLES, "nDCG@7", "distractors@7", "ANMRR"]
    found = score([places, other], names)

    kept = [id_ for id_ in ranked if id_ not in removed]
    hits = np.array([id_ in relevant for id_ in kept], bool)
    n = len(relevant)
    for name, oracle in ORACLES.items():
        assert found[name][0] == pytest.approx(oracle(hits, n), abs=1e-12), name
    gains = np.array([grades.get(id_, 0.0) for id_ in kept])
    every = np.array([grades[id_] for id_ in relevant])
    expected = plain.ndcg_at(gains, every, 7)
    assert found["nDCG@7"][0] == pytest.approx(expected, abs=1e-12)
    marks = np.array([id_ in distractors for id_ in kept], bool)
    assert found["distractors@7"][0] == plain.distractor_rate(marks, 7)
    expected = plain.nmrr(hits, n, n + more)
    assert found["ANMRR"][0] == pytest.approx(expected, abs=1e-12)
    curve = plain.precision_recall(hits, n)
    np.testing.assert_allclose(precision_curves([places])[0], curve, atol=1e-12)


def test_the_default_metrics_by_hand():
    # '+-+-' with three relevant, one of which is not in the collection.
    ranked = ("a", "x", "b", "y")
    found = score([places_of(ranked, frozenset(["a", "b", "gone"]))], DEFAULT_METRICS)
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert {name: value[0] for name, value in found.items()} == pytest.approx(
        {
            "mAP": (1 + 2 / 3) / 3,
            "mAP@10": (1 + 2 / 3) / 3,
            "P@10": 2 / 10,
            "R@10": 2 / 3,
            "R-precision": 2 / 3,
            "nDCG@10": (1 + 1 / np.log2(4)) / ideal,
            "MRR": 1.0,
            "top-1": 1.0,
            "top-3": 1.0,
            "top-5": 1.0,
            "top-10": 1.0,
            # Window 6: places 1, 3 and 7.5; ideal rank 2.
            "ANMRR": ((1 + 3 + 7.5) / 3 - 2) / (7.5 - 2),
        }
    )


def test_what_does_not_count_makes_room():
    places = places_of(
        ("q", "a", "junk", "d", "b"),
        frozenset("ab"),
        without=["q", "junk", "not ranked"],
        distractors=frozenset("d"),
    )
    assert places.relevant.tolist() == [1, 3]
    assert places.distractors.tolist() == [2]
    assert score([places], ["distractors@2"])["distractors@2"].tolist() == [0.5]


def revisited_map(ranks, positive, junk, kappas):
    """What revisitop's evaluate.py computes of one query, by numbers of rows."""
    pos = np.flatnonzero(np.isin(ranks, positive))
    gone = np.flatnonzero(np.isin(ranks, junk))
    pos = np.array([place - (gone < place).sum() for place in pos])
    ap = 0.0
    for j, rank in enumerate(pos):  # from 0
        before = 1.0 if rank == 0 else j / rank
        ap += (before + (j + 1) / (rank + 1)) / len(positive) / 2
    pos = pos + 1
    reach = [min(pos.max(), kappa) for kappa in kappas]
    return ap, [(pos <= kq).sum() / kq for kq in reach]


def test_revisited_oxford_and_paris_are_scored_as_their_own_script_does():
    rng = np.random.default_rng(0)
    kappas = (1, 5, 10)
    names = ["mAP(trapezoid)", *(f"P@{k}(revisited)" for k in kappas)]
    for _ in range(300):
        n = int(rng.integers(2, 60))
        ranks, drawn = rng.permutation(n), rng.permutation(n)
        n_positive = int(rng.integers(1, n))
        n_junk = int(rng.integers(0, n - n_positive + 1))
        positive, junk = drawn[:n_positive], drawn[n_positive : n_positive + n_junk]
        ap, precisions = revisited_map(ranks, positive, junk, kappas)
        places = places_of(
            [f"{row}.jpg" for row in ranks],
            frozenset(f"{row}.jpg" for row in positive),
            without=[f"{row}.jpg" for row in junk],
        )
        found = [value[0] for value in score([places], names).values()]
        assert found == pytest.approx([ap, *precisions], abs=1e-12)


def test_grades_count_one_where_none_is_given():
    places = places_of(("a", "b"), frozenset("ab"), grades={"b": 3.0})
    assert places.gains.tolist() == [1.0, 3.0]
    (value,) = score([places], ["nDCG@5"])["nDCG@5"]
    assert value == pytest.approx((1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3)))


def test_a_ranking_that_holds_an_image_twice_is_refused():
    with pytest.raises(ValueError, match="each image once"):
        places_of(("a", "b", "a"), frozenset("a"))


@pytest.mark.parametrize(
    "name", ["p@10", "P@0", "P@", "P@1.5", "top-", "mAP@10(all)", "P@5(found)", "", "k"]
)
def test_an_unknown_metric_is_refused_with_all_forms(name):
    with pytest.raises(UnknownNameError, match=r"mAP@k\(found\).*such as P@10"):
        check_metrics([name])


def test_metrics_are_a_list_of_names():
    with pytest.raises(TypeError, match="must be a list such as"):
        check_metrics("mAP")
    with pytest.raises(TypeError, match="must be names"):
        check_metrics([10])
    with pytest.raises(ValueError, match="at least one"):
        check_metrics([])


def test_every_form_has_a_metric_and_a_direction():
    names = check_metrics([form.replace("k", "3") for form in METRIC_FORMS])
    small = {name for name in names if small_is_good(name)}
    assert small == {"ANMRR", "error rate", "distractors@3"}
    with pytest.raises(UnknownNameError):
        small_is_good("loss")
