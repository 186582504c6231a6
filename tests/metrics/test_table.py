"""Tables of metrics: ranks, summaries, and files that say the same again."""

import csv
import json
from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cvret
from cvret import MetricTable


def table(values, metrics=("mse", "psnr"), ids=None, **facts) -> MetricTable:
    """A table of those values; ids are a, b, c ... unless given."""
    values = np.array(values, np.float64).reshape(-1, len(metrics))
    return MetricTable(
        ids=tuple(ids or "abcdefghijklmnopqrstuvwxyz"[: len(values)]),
        metrics=tuple(metrics),
        values=values,
        reference="galaxies/target.png",
        data_range=255.0,
        profile="sewar",
        sewar="0.4.10",
        sewar_installed="0.4.11",
        **facts,
    )


def test_small_distances_and_large_similarities_are_ranked_first():
    ranks = table([[9.0, 38.6], [0.0, inf], [16.0, 36.1]]).ranks
    assert ranks.tolist() == [[2, 2], [1, 1], [3, 3]]


def test_undefined_values_share_the_last_place():
    ranks = table([nan, 0.2, nan, 0.9, -0.1], metrics=["ssim"]).ranks
    assert ranks[:, 0].tolist() == [4, 2, 4, 1, 3]


def test_an_infinite_similarity_is_first_and_minus_infinity_before_undefined():
    ranks = table([-inf, nan, inf, 20.0], metrics=["psnr"]).ranks
    assert ranks[:, 0].tolist() == [3, 4, 1, 2]


def test_an_infinite_distance_stands_before_undefined_ones_only():
    assert table([inf, nan, 3.0], metrics=["ergas"]).ranks[:, 0].tolist() == [2, 3, 1]


def test_equal_values_stand_in_the_order_of_their_ids():
    found = table([5.0, 5.0, 5.0], metrics=["mse"], ids=["c", "a", "b"])
    assert found.ranks[:, 0].tolist() == [3, 1, 2]
    assert found.best("mse", 2) == [("a", 5.0), ("b", 5.0)]


@given(st.permutations(range(6)))
def test_ranks_do_not_depend_on_the_order_of_rows(order):
    values = np.array([0.5, nan, 0.5, 0.9, nan, 0.1])
    plain = table(values, metrics=["ssim"], ids="abcdef").ranks[:, 0]
    mixed = table(values[order], metrics=["ssim"], ids=["abcdef"[i] for i in order])
    assert mixed.ranks[:, 0].tolist() == plain[list(order)].tolist()


def test_the_best_are_defined_ones():
    found = table([nan, 0.2, 0.9], metrics=["ssim"])
    assert found.best("ssim") == [("c", 0.9), ("b", 0.2)]
    assert found.best("ssim", k=1) == [("c", 0.9)]


def test_a_column_is_found_by_name():
    assert table([[9.0, 38.6], [4.0, 42.1]]).column("psnr").tolist() == [38.6, 42.1]
    with pytest.raises(cvret.UnknownNameError, match="no metric 'uqi'; it has mse, ps"):
        table([[9.0, 38.6]]).column("uqi")


def test_the_summary_names_least_and_greatest_and_counts_the_others():
    summary = table(
        [[0.0, inf], [16.0, 36.0], [4.0, nan], [16.0, 42.0]], ids=["d", "c", "b", "a"]
    ).summary()
    mse, psnr = summary["mse"], summary["psnr"]
    assert (mse.min, mse.argmin, mse.max, mse.argmax) == (0.0, "d", 16.0, "a")
    assert (mse.n_undefined, mse.n_infinite, mse.best) == (0, 0, "d")
    assert (psnr.min, psnr.argmin, psnr.max, psnr.argmax) == (36.0, "c", 42.0, "a")
    assert (psnr.n_undefined, psnr.n_infinite, psnr.best) == (1, 1, "d")
    assert (mse.direction, psnr.direction) == ("distance", "similarity")


def test_a_metric_that_is_nowhere_defined_has_no_least_value():
    found = table([nan, nan], metrics=["uqi"]).summary()["uqi"]
    assert isnan(found.min)
    assert isnan(found.max)
    assert (found.argmin, found.argmax, found.best) == (None, None, None)
    assert found.n_undefined == 2
    assert found.to_dict()["min"] is None


def test_the_text_says_reference_versions_and_reasons():
    notes = {("b", "sam"): "every pixel is zero", ("c", "sam"): "every pixel is zero"}
    text = str(
        table(
            [0.25, nan, nan],
            metrics=["sam"],
            notes=notes,
            unreadable=(("d", "d.png is truncated"),),
            n_other=2,
        )
    )
    assert text.splitlines() == [
        "3 pictures against galaxies/target.png, the reference; data range 255, "
        "profile sewar, sewar 0.4.10",
        "metric  best    min  argmin   max  argmax  undefined",
        "sam     small  0.25  a       0.25  a               2",
        "sam: 2 undefined: every pixel is zero",
        "2 other files left out",
        "1 could not be measured:",
        "  d.png is truncated",
    ]


def test_long_ids_lose_their_middle_in_the_text_only():
    long = "folder/" + "x" * 80 + "/end.png"
    found = table([1.0], metrics=["mse"], ids=[long])
    assert long not in str(found)
    assert "end.png" in str(found)
    assert found.summary()["mse"].argmin == long


def test_a_csv_has_a_row_an_image_that_any_reader_takes(tmp_path):
    notes = {("b", "psnr"): "the pictures are equal", ("c", "mse"): "no, none"}
    table([[9.0, 38.5], [0.0, inf], [nan, -inf]], notes=notes).save(tmp_path / "t.csv")
    with open(tmp_path / "t.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    same = ["galaxies/target.png", "255.0", "sewar", "0.4.10"]
    assert rows == [
        [
            "id",
            "mse",
            "mse_rank",
            "psnr",
            "psnr_rank",
            "reference",
            "data_range",
            "profile",
            "sewar",
            "notes",
        ],
        ["a", "9.0", "2", "38.5", "2", *same, ""],
        ["b", "0.0", "1", "inf", "1", *same, "psnr: the pictures are equal"],
        ["c", "", "3", "-inf", "3", *same, "mse: no, none"],
    ]


def test_a_csv_keeps_every_digit_and_names_that_are_no_utf_8(tmp_path):
    table([0.1 + 0.2], metrics=["mse"], ids=["\udcff,\n.png"]).save(tmp_path / "t.csv")
    with open(
        tmp_path / "t.csv", newline="", encoding="utf-8", errors="surrogateescape"
    ) as file:
        row = list(csv.reader(file))[1]
    assert row[0] == "\udcff,\n.png"
    assert float(row[1]) == 0.1 + 0.2


def test_json_has_texts_for_infinity_and_null_for_undefined(tmp_path):
    notes = {("c", "psnr"): "why"}
    table([[9.0, 38.5], [0.0, inf], [1.0, nan]], notes=notes).save(tmp_path / "t.json")
    found = json.loads((tmp_path / "t.json").read_text())
    assert [row["values"] for row in found["images"]] == [
        [9.0, 38.5],
        [0.0, "inf"],
        [1.0, None],
    ]
    assert found["notes"] == [{"id": "c", "metric": "psnr", "note": "why"}]
    assert found["metrics"][1]["n_infinite"] == 1
    assert (found["profile"], found["sewar"]) == ("sewar", "0.4.10")


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.dictionaries(st.text(max_size=8), st.tuples(numbers, numbers), max_size=6),
    st.floats(0.001, 1e6),
)
def test_a_table_comes_back_from_json_as_it_was(tmp_path_factory, rows, data_range):
    path = tmp_path_factory.getbasetemp() / "round.json"
    first = MetricTable(
        tuple(rows),
        ("vifp", "ergas"),
        np.array(list(rows.values()), np.float64).reshape(-1, 2),
        "target",
        data_range,
        "textbook",
        "0.4.10",
        "0.4.12",
        {(id_, "ergas"): "a reason" for id_ in rows},
        (("broken.png", "it is broken"),),
        3,
    )
    first.save(path)
    second = MetricTable.load(path)
    np.testing.assert_array_equal(second.values, first.values)
    for name in set(vars(first)) - {"values"}:
        assert getattr(second, name) == getattr(first, name)


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in .csv or .json, got '.*t.xlsx'"):
        table([[1.0, 2.0]]).save(tmp_path / "t.xlsx")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,mse", "is no metric table in JSON"),
        ("[1]", "is JSON, but no metric table"),
        ('{"metric_table": 99}', "format 99, this cvret reads 1; upgrade cvret"),
        ('{"metric_table": 1}', "is a damaged metric table"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, text, words):
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(cvret.FormatError, match=words):
        MetricTable.load(tmp_path / "t.json")
