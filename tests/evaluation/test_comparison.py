"""A comparison's views: differences, classes, queries won, the front, and files."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cvret.errors import FormatError, UnknownNameError
from cvret.evaluation.comparing import compare
from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import ClassDifference
from cvret.evaluation.report import Costs, Report, Result, Spread
from cvret.evaluation.statistics import Interval

NAN = float("nan")
CLASSES = dict(zip("abcdef", ["cat", "cat", "cat", "dog", "dog", "owl"], strict=True))


def report(values, *, ms=10.0, predicted="", queries="abcdef"):
    table = {"mAP": np.array(values, float), "ANMRR": 1 - np.array(values, float)}
    guesses = {"c": "cat", "d": "dog", "o": "owl"}
    return Report(
        "system",
        tuple(queries),
        table,
        dict.fromkeys(table, Interval(NAN, NAN)),
        {query: (Result("x.jpg", 1.0, True),) for query in queries},
        6,
        Costs(Spread(ms / 2, ms), Spread(ms / 2, ms), 100.0, NAN),
        query_classes=CLASSES if predicted else {},
        predicted={
            query: guesses[guess]
            for query, guess in zip(queries, predicted, strict=False)
        },
        left_out=(("gone.jpg", "no such file"),),
    )


@pytest.fixture
def found():
    # F1 of good: cat 2/2 and 2/3 -> 0.8, dog 2/3 and 2/2 -> 0.8, owl 1.
    # F1 of bad: cat 1/3 and 1/3, dog 1/2 and 1/2, owl 0.
    return compare(
        {
            "good": report([1, 0.5, 0.9, 1, 0.2, 0.7], ms=40.0, predicted="ccdddo"),
            "bad": report([0.5, 0.5, 0.1, 0.9, 0.3, 0.1], ms=10.0, predicted="codcdc"),
        }
    )


def test_queries_won_most_come_first(found):
    won = found.won("good", "bad", n=2)
    assert [each.query for each in won] == ["c", "f"]
    assert won[0].gain == pytest.approx(0.8)
    assert [each.query for each in found.won("bad", "good")] == ["e"]
    assert [each.query for each in found.won("good", "bad", 2, "ANMRR")] == ["c", "f"]


def test_classes_are_compared_by_f1_and_sorted_by_delta(found):
    rows = found.class_table("good", "bad")
    assert rows[0] == ClassDifference("owl", 1, 1.0, 0.0, 1.0)
    assert rows[1] == pytest.approx(("cat", 3, 0.8, 1 / 3, 0.8 - 1 / 3))
    assert rows[2] == pytest.approx(("dog", 2, 0.8, 0.5, 0.3))
    turned = found.class_table("bad", "good")
    assert [row.label for row in turned] == ["dog", "cat", "owl"]


def test_a_query_without_a_predicted_class_counts_as_wrong():
    one = report([1] * 6, predicted="cccddo")
    other = report([1] * 6, predicted="cccdd")  # nothing for the owl
    rows = compare({"one": one, "other": other}).class_table("one", "other")
    assert rows[0] == ("owl", 1, 1.0, 0.0, 1.0)


def test_queries_without_classes_have_no_table():
    plain = compare({"a": report([1] * 6), "b": report([0] * 6)})
    with pytest.raises(ValueError, match="the queries have no classes"):
        plain.class_table("a", "b")


def test_the_front_is_what_no_other_beats_in_both():
    reports = {
        "slow and best": report([0.9] * 6, ms=50),
        "slow": report([0.8] * 6, ms=60),
        "fast": report([0.5] * 6, ms=1),
        "fast too": report([0.5] * 6, ms=1),
        "fast and worse": report([0.4] * 6, ms=1),
        "unknown": report([1] * 6, ms=NAN),
    }
    assert compare(reports).front() == ("fast", "fast too", "slow and best")


def test_the_front_of_a_metric_where_small_is_good():
    reports = {"a": report([0.9] * 6, ms=50), "b": report([0.5] * 6, ms=60)}
    assert compare(reports, metric="ANMRR").front() == ("a",)


def test_equal_systems_keep_their_order(found):
    reports = {name: report([0.5] * 6) for name in ("z", "a", "m")}
    assert compare(reports).order() == ("z", "a", "m")
    assert found.order() == found.order("ANMRR") == ("good", "bad")


def test_what_was_left_out_is_told_once(found):
    assert found.left_out == (("gone.jpg", "no such file"),)


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda c: c.difference("good", "ugly"), UnknownNameError, "are good, bad"),
        (lambda c: c.difference("good", "good"), ValueError, "'good' twice"),
        (lambda c: c.difference("good", "bad", "P@3"), UnknownNameError, "mAP, ANMRR"),
        (lambda c: c.class_table("ugly", "bad"), UnknownNameError, "'ugly'"),
        (lambda c: c.won("good", "bad", 0), ValueError, "n must be at least 1"),
        (lambda c: c.order("P@3"), UnknownNameError, "not compared by 'P@3'"),
        (lambda c: c.milliseconds("ugly"), UnknownNameError, "'ugly'"),
        (lambda c: c.save("table.xls"), ValueError, r"\.html, \.md, \.csv or \.json"),
    ],
)
def test_wrong_names_are_refused(found, ask, error, message):
    with pytest.raises(error, match=message):
        ask(found)


def test_json_holds_all_and_is_read_again(found, tmp_path):
    path = tmp_path / "comparison.json"
    found.save(path)
    plain = json.loads(path.read_text(encoding="utf-8"))
    assert plain["order"] == ["good", "bad"]
    assert plain["sentence"] == found.sentence
    again = Comparison.load(path)
    assert again.differences == found.differences
    assert again.sentence == found.sentence
    assert again.to_markdown() == found.to_markdown()
    assert again.to_csv() == found.to_csv()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kind": "cvret comparison", "format": 9}',
        '{"kind": "cvret comparison", "format": 1, "reports": {"a": 1}}',
        "\udc80 not text",
    ],
)
def test_what_is_no_comparison_is_refused(tmp_path, text):
    path = tmp_path / "comparison.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FormatError, match=r"comparison\.json"):
        Comparison.load(path)


def test_what_a_combination_gains_over_each_part_and_loses(found):
    three = compare({**found.reports, "both": report([0.75] * 6)})
    assert three.gains() == ()
    told = replace(three, about={"parts": {"both": ["bad", "good"]}})
    assert [each[:2] for each in told.gains()] == [("both", "good"), ("both", "bad")]
    gain = told.gains()[0]
    # 0.75 - 4.3 / 6 = 0.2 / 6.
    assert gain.mean == pytest.approx(0.2 / 6)
    assert gain.interval.low < gain.mean < gain.interval.high
    loss = replace(three, about={"parts": {"bad": ["good"]}}).gains()[0]
    # (4.3 - 2.4) / 6, and the other way round.
    assert loss.mean == pytest.approx(-1.9 / 6)
    assert loss.interval.low < loss.mean < loss.interval.high
    assert loss.difference.better == "good"
    by_rank = told.gains("ANMRR")
    assert [each.difference.metric for each in by_rank] == ["ANMRR", "ANMRR"]
    with pytest.raises(UnknownNameError, match="not compared by 'P@3'"):
        told.gains("P@3")


def test_what_combinations_are_made_of_is_kept(found, tmp_path):
    told = replace(found, about={"parts": {"good": ["bad"]}})
    told.save(tmp_path / "found.json")
    (gain,) = Comparison.load(tmp_path / "found.json").gains()
    assert gain == told.gains()[0]
