"""Precision, recall and F1 of classes, by hand."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cvret
from cvret.metrics.classification import class_table

# Four cats, of which one is taken for a dog and one for a seal; one dog, right; two
# seals, both taken for dogs.
TRUE = ["cat", "cat", "cat", "cat", "dog", "seal", "seal"]
PREDICTED = ["cat", "cat", "dog", "seal", "dog", "dog", "dog"]


def test_values_by_hand():
    table = class_table(TRUE, PREDICTED)
    assert table.accuracy == pytest.approx(3 / 7)
    assert table.labels == ("cat", "dog", "seal")
    assert table.confusion.tolist() == [[2, 1, 1], [0, 1, 0], [0, 2, 0]]
    cat, dog, seal = table.rows
    assert cat == ("cat", 1.0, 0.5, pytest.approx(2 / 3), 4)
    assert dog == ("dog", 0.25, 1.0, pytest.approx(2 * 0.25 / 1.25), 1)
    assert seal == ("seal", 0, 0, 0, 2)
    assert table.macro_f1 == pytest.approx((2 / 3 + 0.4 + 0) / 3)


def test_classes_are_sorted_by_f1_equal_ones_by_name():
    table = class_table(["b", "a", "c"], ["b", "a", "a"])
    assert [row.label for row in table.rows] == ["b", "a", "c"]
    assert [row.label for row in table.best(1)] == ["b"]
    assert [row.label for row in table.worst(2)] == ["c", "a"]
    alike = class_table(["b", "a"], ["b", "a"])
    assert [row.label for row in alike.rows] == ["a", "b"]


def test_what_is_never_true_or_never_predicted_is_0_and_counts():
    table = class_table(["a", "a", "b"], ["a", "c", "a"])
    assert table.row_of("b") == ("b", 0, 0, 0, 1)  # never predicted
    assert table.row_of("c") == ("c", 0, 0, 0, 0)  # never true
    assert table.row_of("a") == ("a", 0.5, 0.5, 0.5, 2)
    assert table.macro_f1 == pytest.approx(0.5 / 3)


def test_what_a_class_is_confused_with():
    table = class_table(TRUE, PREDICTED)
    assert table.confused_with("cat") == (("dog", 1), ("seal", 1))
    assert table.confused_with("dog") == ()
    with pytest.raises(cvret.UnknownNameError, match="no class is named 'cow'; there"):
        table.confused_with("cow")


LABELS = st.sampled_from("abcd")


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=40))
def test_laws_of_any_table(pairs):
    true, predicted = zip(*pairs, strict=True)
    table = class_table(true, np.array(predicted))
    assert table.confusion.sum() == len(pairs)
    assert table.accuracy == np.mean([t == p for t, p in pairs])
    assert [r.f1 for r in table.rows] == sorted(
        (r.f1 for r in table.rows), reverse=True
    )
    for row in table.rows:
        assert row.support == true.count(row.label)
        hits = sum(t == p == row.label for t, p in pairs)
        either = true.count(row.label) + predicted.count(row.label)
        assert row.f1 == pytest.approx(2 * hits / either)


def test_tables_are_saved(tmp_path):
    table = class_table(TRUE, PREDICTED)
    table.save(tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["class", "precision", "recall", "f1", "support"]
    assert rows[3] == ["seal", "0.0", "0.0", "0.0", "2"]
    table.save(tmp_path / "t.json")
    found = json.loads((tmp_path / "t.json").read_text())
    assert found == table.to_dict()
    assert found["classes"][0]["label"] == "cat"
    with pytest.raises(
        ValueError, match=r"path must end in .json or .csv, got 't.txt'"
    ):
        table.save("t.txt")


def test_names_that_no_encoding_has_are_shown_and_saved(tmp_path):
    table = class_table(["caf\udce9", "new\nline"], ["caf\udce9", "new\nline"])
    lines = str(table).splitlines()
    assert [line.split()[0] for line in lines[2:]] == [r"caf\udce9", r"new\nline"]
    assert str(table).encode("utf-8")
    table.save(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        assert [row[0] for row in csv.reader(file)][1:] == [r"caf\udce9", "new\nline"]


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="got 2 and 1"):
        class_table(["a", "b"], ["a"])
    with pytest.raises(ValueError, match="got 0 and 0"):
        class_table([], [])
    with pytest.raises(TypeError, match="predicted must be a list .* strings, got 1"):
        class_table(["a"], [1])
    with pytest.raises(TypeError, match="true must be a list"):
        class_table("ab", "ab")
