"""Measures of rankings equal those of trec_eval and scikit-learn, ties in scores too.

cvret orders equal scores by id, the lowest first; trec_eval the highest first; and
scikit-learn has no order of ties, but a mean over them, or one value for all of them.
"""

from itertools import permutations, product

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, ndcg_score

from cvret.evaluation.scoring import places_of, score
from cvret.metrics.ranking import (
    average_precision,
    average_precision_at,
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

RECALLS = np.arange(11) / 10


class Drawn:
    """A query: scores of which many are equal, gains, and gains of what was missed."""

    def __init__(self, rng):
        n = int(rng.integers(1, 30))
        self.scores = rng.integers(0, 6, n).astype(float)
        self.gains = rng.integers(0, 3, n) * (rng.random(n) < 0.4)
        n_missed = int(rng.integers(0 if self.gains.any() else 1, 4))
        self.missed = rng.integers(1, 3, n_missed)
        self.n_relevant = int((self.gains > 0).sum()) + n_missed

    def ranked(self):
        """Places of the images, equal scores in the order of their ids."""
        return np.argsort(-self.scores, kind="stable")

    def judged(self, name):
        """Relevance of each image that trec_eval is told of."""
        return {name(place): int(gain) for place, gain in enumerate(self.gains)} | {
            f"missed{number}": int(gain) for number, gain in enumerate(self.missed)
        }


@pytest.fixture(scope="module")
def queries():
    rng = np.random.default_rng(0)
    return [Drawn(rng) for _ in range(1000)]


def trec_eval(queries, name):
    """What trec_eval finds, with images named by a function of their place."""
    pytrec_eval = pytest.importorskip("pytrec_eval")
    measures = {"map", "map_cut.5", "P.1,4,5", "recall.5", "Rprec", "recip_rank"}
    measures |= {"ndcg_cut.5", "ndcg", "success.1,5", "iprec_at_recall"}
    truths = {str(n): query.judged(name) for n, query in enumerate(queries)}
    runs = {
        str(n): {name(place): each for place, each in enumerate(query.scores.tolist())}
        for n, query in enumerate(queries)
    }
    found = pytrec_eval.RelevanceEvaluator(truths, measures).evaluate(runs)
    return [found[str(n)] for n in range(len(queries))]


def backwards(place):
    """Names whose order is the other one, as trec_eval has it for equal scores."""
    return f"i{99 - place:02d}"


def forwards(place):
    return f"i{place:02d}"


def test_trec_eval_finds_the_same_where_ties_stand_in_the_same_order(queries):
    for query, theirs in zip(queries, trec_eval(queries, backwards), strict=True):
        gains = query.gains[query.ranked()].astype(float)
        everything = np.concatenate([gains, query.missed])
        found, n = gains > 0, query.n_relevant
        own = {
            "map": average_precision(found, n),
            "map_cut_5": average_precision_at(found, n, 5, denominator="relevant"),
            "P_5": precision_at(found, n, 5),
            "recall_5": recall_at(found, n, 5),
            "Rprec": r_precision(found, n),
            "recip_rank": reciprocal_rank(found, n),
            "success_1": 1 - error_rate(found, n),
            "success_5": top_accuracy(found, n, 5),
            "P_4": n_s_score(found, n) / 4,
            "ndcg_cut_5": ndcg_at(gains, everything, 5),
            "ndcg": ndcg_at(gains, everything, 99),
        }
        for name, value in own.items():
            assert value == pytest.approx(theirs[name], abs=1e-12), name


def test_other_denominators_than_trec_evals_differ_by_them_alone(queries):
    for query, theirs in zip(queries, trec_eval(queries, backwards), strict=True):
        found, n = (query.gains > 0)[query.ranked()], query.n_relevant
        whole = theirs["map_cut_5"] * n
        for denominator, by in (
            ("reachable", min(n, 5)),
            ("found", max(found[:5].sum(), 1)),
        ):
            own = average_precision_at(found, n, 5, denominator=denominator)
            assert own == pytest.approx(whole / by, abs=1e-12)


def test_precision_over_recall_is_trec_evals_but_for_its_rounding(queries):
    n_rounded = 0
    for query, theirs in zip(queries, trec_eval(queries, backwards), strict=True):
        found, n = (query.gains > 0)[query.ranked()], query.n_relevant
        expected = [theirs[f"iprec_at_recall_{recall:.2f}"] for recall in RECALLS]
        # It counts int(recall * n + 0.9) images: for 0.7 of 3 these are 2 by rounding.
        counts = np.array([int(recall * n + 0.9) for recall in RECALLS])
        own = precision_recall(found, n, counts / n)
        assert own == pytest.approx(expected, abs=1e-12)
        exact = counts == -(-np.arange(11) * n // 10)
        assert precision_recall(found, n)[exact] == pytest.approx(own[exact], abs=1e-12)
        n_rounded += (~exact).sum()
    assert 0 < n_rounded < 0.05 * len(queries) * len(RECALLS)


def test_trec_eval_puts_the_highest_id_first_of_equal_scores(queries):
    differ = 0
    for query, theirs in zip(queries, trec_eval(queries, forwards), strict=True):
        places = np.arange(len(query.scores))
        found = (query.gains > 0)[np.lexsort((-places, -query.scores))]
        own = average_precision(found, query.n_relevant)
        assert own == pytest.approx(theirs["map"], abs=1e-12)
        ours = (query.gains > 0)[query.ranked()]
        differ += average_precision(ours, query.n_relevant) != pytest.approx(own)
    assert differ > 500


def test_trec_eval_takes_scores_for_equal_that_differ_by_less_than_float32_does():
    pytrec_eval = pytest.importorskip("pytrec_eval")
    evaluator = pytrec_eval.RelevanceEvaluator({"q": {"b": 1}}, {"recip_rank"})
    for more, place in ((1e-9, 1), (1e-6, 2)):  # b first as the higher id
        found = evaluator.evaluate({"q": {"a": 1 + more, "b": 1.0}})
        assert found["q"]["recip_rank"] == 1 / place


def test_the_metrics_by_name_are_those_of_trec_eval(queries):
    names = {"mAP": "map", "mAP@5(relevant)": "map_cut_5", "P@5": "P_5"}
    names |= {"R@5": "recall_5", "R-precision": "Rprec", "MRR": "recip_rank"}
    names |= {"nDCG@5": "ndcg_cut_5", "top-1": "success_1", "top-5": "success_5"}
    places = []
    for query in queries:
        judged = query.judged(forwards)
        grades = {id_: float(gain) for id_, gain in judged.items() if gain}
        ranking = [forwards(place) for place in query.ranked()]
        places.append(places_of(ranking, frozenset(grades), grades=grades))
    found = score(places, list(names))
    theirs = trec_eval(queries, backwards)
    for own, other in names.items():
        expected = [each[other] for each in theirs]
        assert found[own] == pytest.approx(expected, abs=1e-12), own
    of_trec = [4 * each["P_4"] for each in theirs]
    assert score(places, ["N-S"])["N-S"] == pytest.approx(of_trec, abs=1e-12)
    wrong = [1 - each["success_1"] for each in theirs]
    assert score(places, ["error rate"])["error rate"].tolist() == wrong


def some_found(queries):
    """The queries that scikit-learn can judge, which knows of no missed images."""
    return [query for query in queries if (query.gains > 0).any()]


def test_scikit_learn_finds_the_same_average_precision_without_ties(queries):
    for query in some_found(queries):
        found = (query.gains > 0)[query.ranked()]
        expected = average_precision_score(found, -np.arange(len(found)))
        own = average_precision(found, int(found.sum()))
        assert own == pytest.approx(expected, abs=1e-12)


def test_scikit_learn_gives_equal_scores_the_precision_of_the_last_of_them(queries):
    for query in some_found(queries):
        found, scores = query.gains > 0, query.scores
        at_last = [found[scores >= each].mean() for each in scores[found]]
        expected = average_precision_score(found, scores)
        assert np.mean(at_last) == pytest.approx(expected, abs=1e-12)


def test_scikit_learn_finds_the_same_gain_without_ties(queries):
    for query in some_found(queries):
        gains = query.gains[query.ranked()].astype(float)
        if len(gains) > 1:
            theirs = ndcg_score([gains], [-np.arange(len(gains))], k=5)
            assert ndcg_at(gains, gains, 5) == pytest.approx(theirs, abs=1e-12)


def test_scikit_learns_gain_is_the_mean_over_all_orders_of_ties():
    rng = np.random.default_rng(1)
    for _ in range(100):
        n = int(rng.integers(2, 7))
        scores = rng.integers(0, 3, n).astype(float)
        gains = rng.integers(0, 3, n) + np.eye(n)[0]
        tied = [np.flatnonzero(scores == each) for each in -np.unique(-scores)]
        orders = product(*(permutations(group) for group in tied))
        values = [
            ndcg_at(gains[np.concatenate(order).astype(int)], gains, 3)
            for order in orders
        ]
        expected = ndcg_score([gains], [scores], k=3)
        assert np.mean(values) == pytest.approx(expected, abs=1e-12)


def mpeg7s_nmrr(ground_truth, ranking, greatest):
    """The retrieval rate of MPEG-7, image by image, as its text defines it."""
    n = len(ground_truth)
    k = min(4 * n, 2 * greatest)
    ranks = []
    for image in ground_truth:
        rank = ranking.index(image) + 1 if image in ranking else len(ranking) + k + 1
        ranks.append(rank if rank <= k else 1.25 * k)
    average_rank = sum(ranks) / n
    modified = average_rank - 0.5 - n / 2
    return modified / (1.25 * k - 0.5 * (1 + n))


def test_no_tool_has_anmrr_but_the_standard_defines_it(queries):
    greatest = max(query.n_relevant for query in queries)
    places, expected = [], []
    for query in queries:
        judged = query.judged(forwards)
        relevant = frozenset(id_ for id_, gain in judged.items() if gain)
        ranking = [forwards(place) for place in query.ranked()]
        places.append(places_of(ranking, relevant))
        expected.append(mpeg7s_nmrr(relevant, ranking, greatest))
        found = (query.gains > 0)[query.ranked()]
        own = nmrr(found, query.n_relevant, greatest)
        assert own == pytest.approx(expected[-1], abs=1e-12)
    assert score(places, ["ANMRR"])["ANMRR"] == pytest.approx(expected, abs=1e-12)
