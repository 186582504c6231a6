"""A comparison as Markdown, CSV and text, with names that are hard to write."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from cvret.evaluation.comparing import compare
from cvret.evaluation.report import Costs, Report, Spread
from cvret.evaluation.statistics import Interval

NAN = float("nan")
HARD = 'a|b, "ß" *x*'
QUERIES = ("plain.jpg", 'comma, and "quotes".jpg', "new\nline.jpg", "bytes\udcff.jpg")


def report(values, costs=None):
    table = {"mAP": np.array(values, float), "P@10": np.array(values, float) / 10}
    costs = costs or Costs(Spread(2.5, 9), Spread(0.5, 9), 12_345.6, 0.0)
    unknown = dict.fromkeys(table, Interval(NAN, NAN))
    return Report("system", QUERIES, table, unknown, {}, 4, costs)


def costed(values):
    queries = tuple(map(str, range(len(values))))
    costs = Costs(Spread(1.0, 1.0), Spread(1.0, 1.0))
    between = {"mAP": Interval(NAN, NAN)}
    return Report("", queries, {"mAP": np.array(values)}, between, {}, 4, costs)


@pytest.fixture
def found():
    unknown = Costs(Spread(1500.0, 2000), Spread(1.0, 2.0))
    return compare(
        {HARD: report([0.1, 0.2, 0.3, 0.4]), "other": report([1, 0.2, 0.6, 1], unknown)}
    )


def table_under(text, heading):
    """The cells of the first table below a heading; escaped bars do not divide."""
    lines = text.split(heading, 1)[1].split("\n\n")[1].splitlines()
    marked = [line.replace(r"\|", "¦").strip("| ") for line in lines]
    return [[cell.strip() for cell in line.split(" | ")] for line in marked]


def test_csv_is_tidy_and_holds_hard_names(found):
    rows = list(csv.reader(io.StringIO(found.to_csv(), newline="")))
    assert rows[0] == ["system", "query", "metric", "value"]
    assert len(rows) == 1 + 2 * 2 * 4
    assert rows[2] == [HARD, QUERIES[1], "mAP", "0.2"]
    assert {row[1] for row in rows[1:]} == set(QUERIES)


def test_what_is_not_a_number_is_empty_in_csv(found):
    values = {"mAP": np.ones(4), "P@10": np.array([1, NAN, 1, 1])}
    one = Report("", QUERIES, values, {}, {}, 4, Costs(Spread(1, 1), Spread(1, 1)))
    rows = list(csv.reader(io.StringIO(compare({"a": one, "b": one}).to_csv())))
    assert [row[3] for row in rows if row[2] == "P@10"][:2] == ["1.0", ""]


def test_markdown_has_the_systems_best_first(found):
    text = found.to_markdown()
    header, _, first, second = table_under(text, "## Systems")
    assert header[:3] == ["system", "mAP", "95 % interval"]
    assert first[0] == "other"
    assert first[3:] == ["1.5 s", "1.0 ms", "not known", "not known", "yes"]
    assert second[0] == r'a¦b, "ß" \*x\*'
    assert second[3:] == ["2.5 ms", "0.50 ms", "12,346", "none", "yes"]


def test_markdown_has_pairs_and_the_queries_won(found):
    text = found.to_markdown()
    pair = table_under(text, "## Pairs")[2]
    # Gains 0.9, 0, 0.3, 0.6; of 8 signs of three, two are as far.
    assert [pair[0], *pair[2:3], *pair[4:]] == [
        "other",
        "0.450",
        "0.250",
        "no",
        "3",
        "1",
        "0",
    ]
    won = table_under(text, "## Queries that other wins most")
    assert [row[0] for row in won[2:]] == [
        "plain.jpg",
        r"bytes\\udcff.jpg",
        r"new\\nline.jpg",
    ]
    assert won[0][1:3] == ["AP of other", r'of a¦b, "ß" \*x\*']
    assert table_under(text, "over other")[2][0] == "none"


def test_markdown_tells_how_it_was_measured():
    about = {"system": "an *HSV* histogram", "machine": {"cpu": "one", "cores": 2}}
    one, two = (replace(costed([0.5, 1.0]), about=about) for _ in range(2))
    text = compare({"a": one, "b": two}, n_resamples=2000, random_state=7).to_markdown()
    told = text.split("## How it was measured\n\n")[1].splitlines()
    assert told[:3] == [
        r"- a: an \*HSV\* histogram",
        r"- b: an \*HSV\* histogram",
        "- Images: 4",
    ]
    assert {"- Resamples: 2,000", "- Seed: 7", "- Machine: cpu one, cores 2"} < {*told}
    assert "None" not in text


def test_every_row_of_a_table_has_as_many_cells(found):
    for block in found.to_markdown().split("\n\n"):
        if block.startswith("| "):
            counts = {line.replace(r"\|", "").count("|") for line in block.splitlines()}
            assert len(counts) == 1


def test_markdown_has_classes_where_there_are_some(found):
    assert "## Classes" not in found.to_markdown()
    kinds = dict(zip(QUERIES, ["cat_1", "cat_1", "cat_1", "dog"], strict=True))
    reports = {
        name: Report(
            "",
            QUERIES,
            {"mAP": np.ones(4)},
            {"mAP": Interval(1, 1)},
            {},
            4,
            Costs(Spread(1, 1), Spread(1, 1)),
            kinds,
            kinds,
        )
        for name in ("a", "b")
    }
    rows = table_under(compare(reports).to_markdown(), "## Classes: a against b")
    assert rows[2] == [r"cat\_1", "3", "1.000", "1.000", "+0.000"]


def test_what_a_combination_gains_over_its_parts_is_shown():
    one, two = [0.25] * 8, [0.75] * 8
    reports = {name: costed(each) for name, each in (("a", one), ("b", two))}
    both = replace(
        compare({**reports, "a+b": costed([0.5] * 8)}),
        about={"parts": {"a+b": ["a", "b"]}},
    )
    # Of 2^8 signs two are as far, thrice corrected.
    wanted = [
        ["a+b", "b", "-0.250", "-0.250 to -0.250", "0.023", "a loss"],
        ["a+b", "a", "+0.250", "0.250 to 0.250", "0.023", "a gain"],
    ]
    assert table_under(both.to_markdown(), "## What combinations gain")[2:] == wanted
    shown = [line.split() for line in str(both).splitlines()]
    assert [" ".join(row).split() for row in wanted] == shown[-2:]


def test_without_combinations_there_is_no_table_of_them(found):
    assert "combination" not in found.to_markdown()
    assert "combination" not in str(found)


def test_files_can_be_written_whatever_the_names(found, tmp_path):
    for ending in (".md", ".csv", ".json"):
        path = tmp_path / f"found{ending}"
        found.save(path)
        assert "ß" in path.read_text(encoding="utf-8") or ending == ".json"
    assert b"\r\n" in (tmp_path / "found.csv").read_bytes()


def test_as_text_it_begins_with_the_sentence(found):
    lines = str(found).splitlines()
    assert lines[0] == found.sentence
    assert lines[3].startswith("other")


def test_text_is_shown_whatever_the_names():
    reports = {"caf\udce9": costed([1.0, 1.0]), "new\nline": costed([0.0, 0.0])}
    lines = str(compare(reports)).splitlines()
    assert "\n".join(lines).encode("utf-8")
    assert [line.split()[0] for line in lines[3:5]] == [r"caf\udce9", r"new\nline"]
