"""Reports: saved and loaded, as tables, by class."""

import csv
import json

import numpy as np
import pytest

import cvret
from cvret.evaluation.report import Costs, Report, Result, Spread
from cvret.evaluation.report_text import classes_of
from cvret.evaluation.statistics import Interval

NAN = float("nan")


@pytest.fixture
def report():
    return Report(
        name="hsv",
        queries=("a/1.jpg", "a/2.jpg", "b,\udcff.jpg", "x.jpg"),
        values={
            "mAP": np.array([0.1, 0.3, 1 / 3, 0.0]),
            "ANMRR": np.array([0.5, 0.25, 0.0, 1.0]),
        },
        intervals={"mAP": Interval(0.05, 0.32), "ANMRR": Interval(NAN, NAN)},
        results={
            "a/1.jpg": (Result("a/2.jpg", 0.1 + 0.2, True),),
            "x.jpg": (Result("y", np.inf, False), Result("z", NAN, False)),
        },
        n_images=1234,
        costs=Costs(Spread(12.34, 20.0), Spread(0.5, 0.75), 648.0),
        query_classes={"a/1.jpg": "a", "a/2.jpg": "a", "b,\udcff.jpg": "b"},
        predicted={"a/1.jpg": "a", "a/2.jpg": "b"},
        left_out=(("gone.jpg", "gone.jpg does not exist"),),
        missing=2,
        warnings=("4 queries can support no claim",),
        duplicates=(("a/1.jpg", "copy.jpg"),),
        about={"system": "hsv (HSVHistogram())", "versions": {"cvret": "0.1"}},
        files={"a/1.jpg": "/photos/a/1.jpg"},
        curves=np.linspace(1, 0.1, 44).reshape(4, 11),
    )


def test_what_is_saved_comes_back_to_the_last_bit(report, tmp_path):
    report.save(tmp_path / "r.json")
    again = Report.load(tmp_path / "r.json")
    assert again.to_dict() == report.to_dict()
    for name, values in report.values.items():
        assert values.tobytes() == again.values[name].tobytes()
        assert again.values[name].dtype == np.float64
    assert again.queries == report.queries
    assert again.results["x.jpg"][0].score == np.inf
    assert np.isnan(again.results["x.jpg"][1].score)
    assert np.isnan([again.learned_share, again.costs.fit_seconds]).all()
    assert np.isnan(again.intervals["ANMRR"]).all()
    assert again.costs.extract_ms == (12.34, 20.0)
    assert again.files == {}
    assert again.curves.tobytes() == report.curves.tobytes()
    assert Report.from_dict(report.to_dict()).summary() == report.summary()


def test_a_report_from_before_curves_were_kept_has_none(report):
    stored = report.to_dict()
    del stored["curves"]
    assert Report.from_dict(stored).curves is None


def test_the_file_is_json_as_the_standard_has_it(report, tmp_path):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    report.save(tmp_path / "r.json")
    stored = json.loads((tmp_path / "r.json").read_text(), parse_constant=refuse)
    assert stored["format"] == 1
    assert stored["learned_share"] is None
    assert stored["results"]["x.jpg"] == [["y", "inf", False], ["z", None, False]]
    assert stored["metrics"]["ANMRR"] == 1.75 / 4
    assert (stored["n_queries"], stored["n_images"]) == (4, 1234)
    assert (stored["encode_ms"], stored["search_ms"]) == (12.34, 0.5)


def test_a_summary_has_nothing_of_single_queries(report):
    summary = report.summary()
    assert {"queries", "values", "results"}.isdisjoint(summary)
    assert report.to_dict().items() >= summary.items()


def test_a_newer_format_is_refused(report, tmp_path):
    stored = report.to_dict() | {"format": 2, "values": "of another kind"}
    (tmp_path / "r.json").write_text(json.dumps(stored))
    with pytest.raises(cvret.FormatError, match=r"r\.json has report format 2"):
        Report.load(tmp_path / "r.json")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 1}', "3", "NaN", "\udcff"]
)
def test_what_is_no_report_is_refused(tmp_path, text):
    (tmp_path / "r.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(cvret.FormatError, match=r"r\.json is no report"):
        Report.load(tmp_path / "r.json")


@pytest.mark.parametrize(
    "damage",
    [
        {"format": "1"},
        {"format": 0},
        {"queries": ["a"]},
        {"queries": "abcd"},
        {"queries": None},
        {"values": {"mAP": [0.1, 0.2, 0.3, 0.4]}},
        {"values": {"mAP": ["a"], "ANMRR": []}},
        {"values": []},
        {"intervals": {"mAP": [0, 1], "ANMRR": [0]}},
        {"costs": {}},
        {"results": {"a": [["b", 0.5]]}},
        {"n_images": "many"},
        {"left_out": [["a"]]},
        {"about": 3},
        {"name": None},
        {"warnings": "one"},
        {"confidence": True},
        {"confidence": None},
        {"confidence": 95},
        {"curves": [[0.5] * 11]},
        {"curves": 0.5},
        {"confidence": 10**400},
        {"queries": [], "values": {"mAP": [], "ANMRR": []}},
    ],
)
def test_a_damaged_report_is_refused(report, damage):
    with pytest.raises(cvret.FormatError, match="the report is damaged"):
        Report.from_dict(report.to_dict() | damage)


def test_a_report_that_lacks_something_is_refused(report):
    for key in report.to_dict().keys() - {"curves"}:
        if key in ("n_queries", "metrics", "encode_ms", "search_ms"):
            continue  # told by the others
        stored = report.to_dict()
        del stored[key]
        with pytest.raises(cvret.FormatError):
            Report.from_dict(stored)


def test_the_text_has_warnings_first_then_means_then_costs(report):
    assert str(report).splitlines() == [
        "warning: 4 queries can support no claim",
        "hsv: 4 queries, 1,234 images",
        "  metric    mean  95 % interval",
        "  mAP     0.1833  0.0500 to 0.3200",
        "  ANMRR   0.4375  not known  (small is good)",
        "  read and describe a query  12.3 ms (median), 20.0 ms (95 % are faster)",
        "  search                     0.5 ms (median), 0.8 ms (95 % are faster)",
        "  bytes an image             648",
        "  fit                        not known",
        "1 query was left out:",
        "  gone.jpg: gone.jpg does not exist",
    ]


def test_a_table_has_a_row_a_query(report, tmp_path):
    report.save(tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(
        newline="", encoding="utf-8", errors="surrogateescape"
    ) as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["query", "class", "predicted", "mAP", "ANMRR"]
    assert rows[1] == ["a/1.jpg", "a", "a", "0.1", "0.5"]
    assert rows[3] == ["b,\udcff.jpg", "b", "", "0.3333333333333333", "0.0"]
    assert len(rows) == 5


def test_markdown_has_the_tables_and_shows_names_as_they_are(report, tmp_path):
    report.save(tmp_path / "r.md")
    text = (tmp_path / "r.md").read_text()
    assert "| mAP | 0.1833 | 0.0500 to 0.3200 |" in text
    assert "| fit | not known |" in text
    assert "| ANMRR (small is good) | 0.4375 | not known |" in text
    # Of two of class a one was taken for b, and that of b for nothing.
    assert "| class | queries | precision | recall | F1 | mAP |" in text
    assert "| a | 2 | 1.0000 | 0.5000 | 0.6667 | 0.2000 |" in text
    assert "| b | 1 | 0.0000 | 0.0000 | 0.0000 | 0.3333 |" in text
    assert "(none)" not in text
    assert "- **Warning:** 4 queries can support no claim" in text
    assert "- system: hsv (HSVHistogram())" in text
    (tmp_path / "r.md").unlink()
    Report("a|b", *(getattr(report, n) for n in FIRST)).save(tmp_path / "r.md")
    text = (tmp_path / "r.md").read_text()
    assert text.startswith("# a\\|b\n")
    assert "class" not in text


FIRST = ("queries", "values", "intervals", "results", "n_images", "costs")


def test_another_ending_is_refused(report, tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.json, \.csv, \.md or \.html"):
        report.save(tmp_path / "r.txt")


def test_means_by_class_by_hand(report):
    found = report.by_class()
    assert list(found) == ["a", "b"]
    assert found["a"] == pytest.approx({"mAP": 0.2, "ANMRR": 0.375})
    assert found["b"] == pytest.approx({"mAP": 1 / 3, "ANMRR": 0.0})
    assert classes_of(report).splitlines() == [
        "class     mAP   ANMRR",
        "a      0.2000  0.3750",
        "b      0.3333  0.0000",
    ]


def test_no_classes_are_no_class_table(report):
    plain = Report("hsv", *(getattr(report, name) for name in FIRST))
    assert plain.by_class() == {}
    assert classes_of(plain) == "no query has a class"
    with pytest.raises(ValueError, match="has no classes of queries"):
        plain.class_table()
