"""Comparing systems: differences by hand, what is refused, and what is warned of."""

from itertools import chain, combinations, repeat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cvret
from cvret.evaluation.report import Costs, Report, Result, Spread
from cvret.evaluation.statistics import Interval

NAN = float("nan")


def report(values, *, queries=None, ms=10.0, **changes):
    """A report of the metric mAP alone, or of those in a mapping."""
    table = values if isinstance(values, dict) else {"mAP": values}
    table = {metric: np.asarray(each, float) for metric, each in table.items()}
    n = len(next(iter(table.values())))
    queries = tuple(queries or (f"q{number}.jpg" for number in range(n)))
    return Report(
        **{
            "name": "system",
            "queries": queries,
            "values": table,
            "intervals": dict.fromkeys(table, Interval(NAN, NAN)),
            "results": {query: (Result("x.jpg", 1.0, True),) for query in queries},
            "n_images": 9,
            "costs": Costs(Spread(ms / 2, ms), Spread(ms / 2, ms), 100.0, 0.0),
            **changes,
        }
    )


def compared(first, second, **options):
    return cvret.compare({"a": first, "b": second}, **options)


def test_the_difference_of_two_systems_by_hand():
    # Gains 0.5, 0.5, -0.25, 0: their mean is 0.1875. Signs of the three that are not 0:
    # the sum 0.75 is reached by +++ (1.25) and ++- (0.75), and their opposites: 4 of 8.
    found = compared(report([0.25, 0.5, 0.5, 1]), report([0.75, 1, 0.25, 1]))
    (difference,) = found.differences
    assert (difference.better, difference.other) == ("b", "a")
    assert difference.mean == 0.1875
    assert (difference.wins, difference.ties, difference.losses) == (2, 1, 1)
    assert difference.probability == difference.corrected == 0.5
    assert difference.interval.low < 0.1875 < difference.interval.high
    assert found.difference("a", "b") is found.difference("b", "a") is difference


def test_where_small_is_good_the_smaller_is_better():
    found = compared(
        report({"ANMRR": [0.5] * 8}), report({"ANMRR": [0.25] * 8}), metric="ANMRR"
    )
    difference = found.difference("a", "b")
    assert (difference.better, difference.mean, difference.wins) == ("b", 0.25, 8)
    assert found.order() == ("b", "a")
    assert found.won("b", "a", 1) == (("q0.jpg", 0.25, 0.5, 0.25),)


def test_all_pairs_of_a_metric_are_corrected_together():
    # Of 8 queries all won, chance gives 2 of 2^8; the least of three times 3.
    reports = {
        name: report([level] * 8)
        for name, level in (("a", 0.1), ("b", 0.2), ("c", 0.3))
    }
    found = cvret.compare(reports)
    assert [each.probability for each in found.differences] == [2 / 256] * 3
    assert [each.corrected for each in found.differences] == [6 / 256] * 3
    pairs = {frozenset((each.better, each.other)) for each in found.differences}
    assert pairs == {frozenset(pair) for pair in combinations("abc", 2)}


def test_metrics_are_corrected_each_by_itself():
    both = {"mAP": [0.5] * 8, "P@10": [0.5] * 8}
    less = {"mAP": [0.25] * 8, "P@10": [0.25] * 8}
    found = compared(report(both), report(less))
    assert found.metrics == ("mAP", "P@10")
    assert [each.corrected for each in found.differences] == [2 / 256] * 2


def test_what_differs_by_rounding_alone_is_a_tie():
    found = compared(report([0.1 + 0.2] * 4), report([0.3] * 4))
    assert found.differences[0].ties == 4
    assert found.differences[0].probability == 1


def test_other_queries_are_refused_and_named():
    a = report([1, 1, 1], queries=["p.jpg", "q.jpg", "r.jpg"])
    b = report([1, 1], queries=["q.jpg", "s.jpg"])
    with pytest.raises(
        ValueError, match=r"2 only in a \(p\.jpg, r\.jpg\), 1 only in b \(s\.jpg\)"
    ):
        compared(a, b)


def test_of_many_names_the_first_few_are_told():
    a = report([1] * 9)
    with pytest.raises(
        ValueError, match=r"8 only in a \(q1\.jpg, q2\.jpg, q3\.jpg \.\.\.\), 0 only"
    ):
        compared(a, report([1]))


def test_the_same_queries_in_another_order_are_put_in_order():
    a = report([0.1, 0.2, 0.3], queries=["p", "q", "r"])
    b = report(
        [0.3, 0.1, 0.2],
        queries=["r", "p", "q"],
        query_classes={"r": "R", "p": "P", "q": "Q"},
    )
    found = compared(a, b)
    assert found.differences[0].ties == 3
    assert found.reports["b"].queries == ("p", "q", "r")


def test_other_collections_are_refused_unless_allowed():
    a, b = report([0.5] * 8), report([0.25] * 8, n_images=7)
    with pytest.raises(ValueError, match="same pictures: a ranks 9, b ranks 7"):
        compared(a, b)
    found = compared(a, b, different_collections=True)
    assert "rank different pictures: a ranks 9, b ranks 7" in found.warnings[0]


def test_warnings_are_told_once_with_their_systems():
    a = report([0.5] * 8, warnings=("few queries", "it has learned from them"))
    b = report([0.25] * 8, warnings=("few queries",))
    found = compared(a, b)
    assert found.warnings == ("few queries", "a: it has learned from them")


def test_other_machines_are_told_and_no_time_is_compared():
    a = report([0.5] * 8, about={"machine": {"cores": 2}})
    b = report([0.25] * 8, about={"machine": {"cores": 64}}, ms=1.0)
    found = compared(a, b)
    assert "different machines; their times cannot be compared" in found.warnings[0]
    assert " ms" not in found.sentence


class Slow:
    """A system whose pictures take a while to be read."""

    ids = ("a.png", "b.png", "c.png")

    def __init__(self, clock, *milliseconds):
        self.clock = clock
        self.waits = chain(milliseconds, repeat(0))  # the first picture is read twice

    def describe(self):
        return str(id(self))

    def encode(self, query, *, region=None):
        self.clock.now += next(self.waits) / 1000
        return query

    def search(self, query, k=10):
        return cvret.Ranking(self.ids, np.array([0.3, 0.2, 0.1]))


class Clock:
    """Seconds that pass only where they are told to."""

    def __init__(self):
        self.now = 0.0

    def read(self):
        self.now += 1e-6
        return self.now


def test_times_that_cannot_be_are_told_and_not_compared(tmp_path, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("time.perf_counter", clock.read)
    (tmp_path / "q.png").write_bytes(b"a picture")
    relevant = {"q.png": frozenset({"b.png"})}
    truth = cvret.GroundTruth(tmp_path, relevant)
    part, other = Slow(clock, 0, 20), Slow(clock)  # the part was interrupted when alone
    systems = {"part": part, "both": cvret.Fused([part, other])}
    found = cvret.compare(systems, truth, metric="MRR", duplicates=None)
    assert "times are uneven: extracting for both took " in " ".join(found.warnings)
    assert " ms" not in found.sentence
    part, other = Slow(clock), Slow(clock, 20, 20)
    systems = {"part": part, "both": cvret.Fused([part, other])}
    found = cvret.compare(systems, truth, metric="MRR", duplicates=None)
    assert "uneven" not in " ".join(found.warnings)


def test_other_ground_truths_are_told_but_not_other_numbers_of_queries():
    about = [{"truth": text} for text in ("a, 8 queries", "a, 9 queries", "b, 8 q")]
    one, same, other = (report([0.5] * 8, about=each) for each in about)
    assert compared(one, same).warnings == ()
    assert "different ground truths" in compared(one, other).warnings[0]


@pytest.mark.parametrize(
    ("systems", "error", "message"),
    [
        ({}, ValueError, "at least two, got 0"),
        ({"a": report([1])}, ValueError, "at least two, got 1; cvret.evaluate"),
        ([report([1]), report([1])], TypeError, "a mapping of names"),
        ({"a": report([1]), "b": 7}, TypeError, "system 'b' must be a System"),
        ({"a": report([1]), " ": report([1])}, TypeError, "names of systems"),
        (
            {"a": report([1]), "b": report({"P@10": [1]})},
            cvret.UnknownNameError,
            "b was not evaluated by 'mAP'; there are P@10",
        ),
    ],
)
def test_what_is_no_two_systems_is_refused(systems, error, message):
    with pytest.raises(error, match=message):
        cvret.compare(systems)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"metric": "beauty"}, cvret.UnknownNameError, "'beauty'"),
        ({"metrics": ["P@10"]}, cvret.UnknownNameError, "not evaluated by 'P@10'"),
        ({"confidence": 1.0}, ValueError, "confidence"),
        ({"n_resamples": 1}, ValueError, "n_resamples"),
        ({"n_queries": 2}, ValueError, "n_queries must be None beside a report"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        compared(report([0.5, 0.5]), report([0.5, 0.5]), **options)


def test_a_metric_that_is_not_a_number_is_refused_or_left_out():
    a = report({"mAP": [0.5, NAN], "P@10": [0.1, 0.2]})
    b = report({"mAP": [0.5, 0.5], "P@10": [0.1, 0.1]})
    with pytest.raises(ValueError, match=r"mAP of a is not a number for 1 .* q1\.jpg"):
        compared(a, b)
    found = compared(a, b, metric="P@10")
    assert found.metrics == ("P@10",)
    assert "mAP is not compared" in found.warnings[0]


def test_too_few_resamples_for_so_many_pairs_are_told():
    reports = {f"s{n}": report([n / 20] * 9) for n in range(7)}
    found = cvret.compare(reports, n_resamples=200)  # 21 pairs need 21 / 0.05
    assert "n_resamples=200 is too few" in found.warnings[-1]
    assert "at least 420" in found.warnings[-1]


def test_intervals_are_those_of_the_comparison():
    values = np.linspace(0, 1, 30)
    found = compared(report(values), report(values / 2), confidence=0.5)
    assert found.reports["a"].confidence == 0.5
    low, high = found.reports["a"].intervals["mAP"]
    # Half of all means lie within 0.674 standard errors: 0.2989 / sqrt(30) * 0.674.
    assert high - low == pytest.approx(2 * 0.674 * values.std() / 30**0.5, rel=0.1)


def test_a_system_without_a_ground_truth_is_refused():
    with pytest.raises(ValueError, match="'b' must be evaluated first, and truth is"):
        compared(report([1]), Shuffled("abcdefghi"))


class Shuffled:
    """A system that ranks by a fixed order, by the query's own name."""

    def __init__(self, ids, fails=()):
        self.ids = tuple(ids)
        self.fails = fails

    def encode(self, query, *, region=None):
        if query.name in self.fails:
            raise cvret.ImageError(f"{query} is too small")
        return query.name

    def search(self, query, k=10):
        order = sorted(self.ids, key=lambda id_: (id_[0] != query[0], id_))
        scores = np.linspace(1, 0, len(order))
        return cvret.Ranking(tuple(order), scores)[:k]


class Backwards(Shuffled):
    def search(self, query, k=10):
        order = sorted(self.ids, key=lambda id_: (id_[0] == query[0], id_))
        return cvret.Ranking(tuple(order), np.linspace(1, 0, len(order)))[:k]


IDS = [f"{kind}{number}.png" for kind in "abc" for number in range(4)]


@pytest.fixture
def letters(tmp_path):
    """Each picture is relevant to those of the same letter; there are no files."""
    relevant = {
        query: frozenset(i for i in IDS if i[0] == query[0] and i != query)
        for query in IDS
    }
    classes = {id_: id_[0] for id_ in IDS}
    return cvret.GroundTruth(tmp_path, relevant, classes=classes, query_classes=classes)


def test_systems_are_evaluated_on_the_same_queries(letters):
    systems = {"good": Shuffled(IDS), "bad": Backwards(IDS)}
    found = cvret.compare(systems, letters, progress=False)
    assert found.order() == ("good", "bad")
    assert found.reports["good"].name == "good"
    assert found.n_queries == 12
    assert found.sentence.startswith("On these 12 queries, good ranks better than bad")


def test_a_sample_of_the_queries_is_the_same_for_all_and_stated(letters):
    systems = {"good": Shuffled(IDS), "bad": Backwards(IDS)}
    found = cvret.compare(systems, letters, n_queries=6)
    assert sorted(found.reports["good"].query_classes.values()) == list("aabbcc")
    assert found.reports["good"].queries == found.reports["bad"].queries
    assert "6 of the 12 queries of the ground truth" in found.about["queries"]


def test_what_one_system_cannot_be_asked_is_left_out_for_all(letters):
    systems = {"good": Shuffled(IDS), "bad": Backwards(IDS, fails=("b2.png",))}
    found = cvret.compare(systems, letters)
    assert found.n_queries == 11
    assert "b2.png" not in found.reports["good"].results
    assert any("1 query that good was asked is left out" in w for w in found.warnings)
    assert [query for query, _ in found.left_out] == ["b2.png"]


def test_beside_a_report_its_queries_are_asked(letters):
    given_ = cvret.evaluate(Shuffled(IDS), letters.only(["a0.png", "b1.png"]))
    found = cvret.compare({"given": given_, "bad": Backwards(IDS)}, letters)
    assert found.reports["bad"].queries == ("a0.png", "b1.png")


def test_systems_of_other_pictures_are_refused_and_these_named(letters):
    with pytest.raises(
        ValueError, match=r"2 only in a \(a0\.png, a1\.png\), 0 only in b"
    ):
        cvret.compare({"a": Shuffled(IDS), "b": Shuffled(IDS[2:])}, letters)


def test_a_metric_that_is_not_usual_is_measured_too(letters):
    systems = {"good": Shuffled(IDS), "bad": Backwards(IDS)}
    assert cvret.compare(systems, letters, metric="P@2").metric == "P@2"


values = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=6, max_size=6)


@given(st.lists(values, min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_the_sentence_claims_no_more_than_holds(several):
    reports = {f"s{n}": report(each * 2) for n, each in enumerate(several)}
    found = cvret.compare(reports, n_resamples=500)
    best = found.order()[0]
    for name in found.names:
        if name == best:
            continue
        difference = found.difference(best, name)
        sure = difference.corrected <= 0.05 and difference.interval.low > 0
        claimed = (
            "ranks best" in found.sentence
            or f"ranks better than {name}" in found.sentence
        )
        assert sure or not claimed
    assert ("cannot be told" in found.sentence) == any(
        not found.difference(best, name).holds() for name in found.names if name != best
    )
    assert "p = 0.000" not in found.sentence


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=20))
@settings(max_examples=40, deadline=None)
def test_a_difference_does_not_depend_on_the_order(pairs):
    first, second = (np.array(each) for each in zip(*pairs, strict=True))
    one = compared(report(first), report(second), n_resamples=200).differences[0]
    other = cvret.compare(
        {"b": report(second), "a": report(first)}, n_resamples=200
    ).differences[0]
    assert one.mean == pytest.approx(other.mean)
    assert one.probability == pytest.approx(other.probability)
    assert {one.wins, one.losses} == {other.wins, other.losses}
