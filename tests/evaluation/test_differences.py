"""Differences of many systems at once."""

import numpy as np
import pytest

from cvret.evaluation.differences import Resampling, differences_of
from cvret.evaluation.report import Costs, Report, Spread

RESAMPLING = Resampling(0.95, 500, 0)
COSTS = Costs(Spread(1, 1), Spread(1, 1))


def reports(n_systems, n_queries=14):
    values = np.random.default_rng(0).random((n_systems, n_queries))
    queries = tuple(map(str, range(n_queries)))
    return {
        f"s{number}": Report("", queries, {"mAP": each}, {}, {}, 9, COSTS)
        for number, each in enumerate(values)
    }


def test_a_pair_among_very_many_is_judged_as_it_is_alone():
    many = reports(46)  # 1,035 pairs, which are more than are held at a time
    often = RESAMPLING._replace(n_resamples=10_000)
    found, _ = differences_of(many, ["mAP"], often)
    assert len(found) == 1035
    for names in (("s0", "s1"), ("s44", "s45")):
        two = {name: many[name] for name in names}
        (alone,), _ = differences_of(two, ["mAP"], often)
        (among,) = (each for each in found if {each.better, each.other} == set(names))
        assert among.interval == pytest.approx(alone.interval)
        assert among.probability == alone.probability
        assert among.corrected >= alone.corrected


def test_it_is_told_when_no_test_of_so_many_can_show_anything():
    _, told = differences_of(reports(8), ["mAP"], RESAMPLING)
    assert "n_resamples=500 is too few to show any difference of 28 pairs" in told[0]
    _, told = differences_of(reports(7), ["mAP"], RESAMPLING)  # 21 / 0.05 = 420
    assert told == []
