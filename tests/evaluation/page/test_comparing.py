"""The page of a comparison: self-contained, for everyone, and true to its numbers."""

import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cvret.evaluation.page import comparison_page
from cvret.evaluation.report import Costs, Result, Spread
from cvret.evaluation.statistics import Interval

NAN = float("nan")


@pytest.fixture
def two(report_of, comparison_of, difference_of):
    """Two systems on two queries: hsv wins q0 by 0.5, lbp wins q1 by 0.25."""
    hsv = report_of("hsv", (0.75, 0.25), ms=2.0)
    lbp = report_of("lbp", (0.25, 0.5), ms=30.0)
    return comparison_of([lbp, hsv], differences=(difference_of(),))


def text_of(html: str) -> str:
    body = re.sub(r"<style>.*?</style>|<wbr>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


def test_the_page_is_sound_and_fetches_nothing(two, check):
    page = check(comparison_page(two))
    assert page.all("a")[0].attributes == {"class": "skip", "href": "#content"}


def test_the_sentence_stands_before_everything_but_the_title(two):
    html = comparison_page(two)
    assert html.index("hsv finds more than lbp.") < html.index("<section")


def test_warnings_are_plainly_there(report_of, comparison_of):
    reports = [report_of("hsv"), report_of("lbp")]
    html = comparison_page(comparison_of(reports, warnings=("Too <few> queries.",)))
    assert html.index("Too &lt;few&gt; queries.") < html.index("<section")
    assert 'class="warnings"' not in comparison_page(comparison_of(reports))


def test_systems_stand_best_first_with_their_costs(two):
    text = text_of(comparison_page(two))
    row = "hsv on the front 0.500 0.450 to 0.550 2.00 (4.00) 1.00 (3.00) 0.65 none"
    assert row in text
    assert text.index(row) < text.index("lbp 0.375 0.325 to 0.425 30.0 (60.0)")


def test_where_small_is_good_the_smaller_mean_is_first(report_of, comparison_of):
    reports = [
        report_of("far", (0.75, 0.5), metric="ANMRR"),
        report_of("near", (0.25, 0.5), metric="ANMRR"),
    ]
    text = text_of(comparison_page(comparison_of(reports, "ANMRR")))
    assert "ANMRR (small is good)" in text
    assert text.index("near on the front 0.375") < text.index("far 0.625")
    assert "Where near is better by most: 1 query" in text
    assert " NMRR 0.250" in text


def test_a_pair_has_its_interval_probability_and_counts(two):
    text = text_of(comparison_page(two))
    assert "hsv over lbp +0.125 0.025 to 0.225 0.013 yes 5 / 2 / 1" in text


def test_what_chance_explains_is_not_called_clear(two, difference_of):
    unclear = replace(two, differences=(difference_of(corrected=0.0501),))
    assert "0.050 no 5 / 2 / 1" in text_of(comparison_page(unclear))
    clear = replace(two, differences=(difference_of(corrected=0.05),))
    assert "0.050 yes 5 / 2 / 1" in text_of(comparison_page(clear))


def test_what_has_an_interval_over_0_is_not_called_clear(two, difference_of):
    wide = difference_of(corrected=0.01, interval=Interval(-0.01, 0.26))
    html = comparison_page(replace(two, differences=(wide,)))
    assert "0.010 no 5 / 2 / 1" in text_of(html)


def test_what_combining_gains_and_loses_is_told_of_each_part(
    report_of, comparison_of, difference_of, check
):
    reports = [report_of(name) for name in ("hsv", "lbp", "hsv+lbp")]
    differences = (
        difference_of("hsv+lbp", "lbp", 0.25),
        difference_of("hsv", "hsv+lbp", 0.125),
        difference_of("hsv", "lbp", 0.375),
    )
    parts = {"hsv+lbp": ["hsv", "lbp"]}
    html = comparison_page(
        comparison_of(reports, differences=differences, about={"parts": parts})
    )
    check(html)
    section = html[html.index('id="combining"') : html.index('id="queries"')]
    text = text_of(section)
    assert "hsv+lbp over lbp +0.250 0.150 to 0.350 0.013 yes 5 / 2 / 1" in text
    assert (
        "hsv+lbp over hsv \u22120.125 \u22120.225 to \u22120.025 0.013 yes 1 / 2 / 5"
        in text
    )
    assert text.count("hsv+lbp over ") == 2
    plain = comparison_page(comparison_of(reports, differences=differences))
    assert "What combining gains" not in plain


def test_the_other_metrics_are_compared_too(two, difference_of):
    more = (difference_of(), difference_of(metric="P@10", better="lbp", other="hsv"))
    text = text_of(comparison_page(replace(two, differences=more)))
    assert "P@10 lbp hsv +0.125" in text


def test_queries_are_shown_where_each_system_wins(two):
    text = text_of(comparison_page(two))
    first, second = text.index("Where hsv is better"), text.index("Where lbp is better")
    assert "q0.jpg gain +0.500" in text[first:second]
    assert "q1.jpg gain +0.250" in text[second:]
    assert "right 0.900 1.&nbsp;a.jpg no picture wrong 0.250 2.&nbsp;b.jpg" in text


def test_a_system_that_never_wins_is_said_to(report_of, comparison_of):
    reports = [report_of("hsv", (0.75, 0.5)), report_of("lbp", (0.25, 0.5))]
    assert "lbp is better for no query" in comparison_page(comparison_of(reports))


def test_systems_that_are_equal_are_said_to_be(report_of, comparison_of):
    html = comparison_page(comparison_of([report_of("hsv"), report_of("lbp")]))
    assert "They are equal on each query." in html
    assert "is better for no query" not in html


def test_pictures_are_there_once_and_missing_ones_leave_a_place(
    two, report_of, comparison_of, tmp_path, check
):
    Image.new("RGB", (400, 300), (200, 30, 30)).save(tmp_path / "a.png")
    (tmp_path / "b.jpg").write_text("no picture")
    files = {
        "a.jpg": str(tmp_path / "a.png"),
        "b.jpg": str(tmp_path / "b.jpg"),
        "q0.jpg": str(tmp_path / "gone.jpg"),
        "q1.jpg": "\0 and no name of a file",
    }
    reports = [
        report_of("hsv", (0.75, 0.25), files=files),
        report_of("lbp", (0.25, 0.5), files=files),
    ]
    html = comparison_page(comparison_of(reports))
    page = check(html)
    (picture,) = page.all("image")  # of 160 pixels, though it is shown four times
    assert (picture.attributes["width"], picture.attributes["height"]) == ("160", "120")
    assert len(page.all("use")) == 4
    assert html.count(">no picture<") == 6


def test_without_pictures_queries_are_named_with_both_values(
    report_of, comparison_of, tmp_path, check
):
    Image.new("RGB", (40, 30), (200, 30, 30)).save(tmp_path / "a.png")
    files = dict.fromkeys(("a.jpg", "q0.jpg", "q1.jpg"), str(tmp_path / "a.png"))
    found = comparison_of(
        [
            report_of("hsv", (0.75, 0.25), files=files, query_files=files),
            report_of("lbp", (0.25, 0.5), files=files, query_files=files),
        ]
    )
    html = comparison_page(found, pictures=False)
    page = check(html)
    assert not page.all("image")
    assert "data:image" not in html
    text = text_of(html)
    assert "Query hsv lbp Gain q0.jpg 0.750 0.250 +0.500" in text
    assert "Query lbp hsv Gain q1.jpg 0.500 0.250 +0.250" in text
    assert check(comparison_page(found)).all("image")


def test_each_system_shows_its_own_files_and_a_loaded_one_those_of_others(
    report_of, comparison_of, tmp_path, check
):
    files = []
    for n in (1, 2):
        Image.new("RGB", (40, 10 * n), (200, 30, 30)).save(tmp_path / f"{n}.png")
        files.append({"a.jpg": str(tmp_path / f"{n}.png")})
    values = ((0.75, 0.25), (0.5, 0.5))
    for second, heights in ((files[1], ["10", "20"]), ({}, ["10"])):
        reports = [
            report_of(name, each, files=where)
            for name, each, where in zip(
                ("hsv", "lbp"), values, (files[0], second), strict=True
            )
        ]
        page = check(comparison_page(comparison_of(reports)))
        assert [each.attributes["height"] for each in page.all("image")] == heights
        assert len(page.all("use")) == 4  # two queries, two systems


def test_names_cannot_become_markup(report_of, comparison_of, difference_of, check):
    name = "<script>alert('1')</script>\"&"
    queries = (f'{name}/"><img src=x>.jpg', "latin-\udce9.jpg")
    reports = [
        report_of(each, queries=queries, query_classes=dict.fromkeys(queries, name),
                  predicted=dict.fromkeys(queries, "\udce9"), left_out=((name, name),),
                  duplicates=((name, name),), about={"system": name, name: name})
        for each in (name, "\udce9")
    ]  # fmt: skip
    html = comparison_page(
        comparison_of(
            reports,
            sentence=name,
            warnings=(name,),
            differences=(difference_of(name, "\udce9"),),
        )
    )
    check(html)
    html.encode("utf-8")
    assert "latin-?.jpg" in text_of(html)
    assert html.count("&lt;script&gt;") > 10


def test_what_was_not_measured_is_a_dash(report_of, comparison_of, check):
    unknown = Costs(Spread(NAN, NAN), Spread(NAN, NAN), NAN, NAN)
    reports = [
        report_of(name, (0.5,), costs=unknown, intervals={"mAP": Interval(NAN, NAN)})
        for name in ("hsv", "lbp")
    ]
    html = comparison_page(comparison_of(reports))
    check(html)
    assert "hsv 0.500 no interval – – – –" in text_of(html)
    assert "The time of no system is known." in html
    assert "nan" not in text_of(html).lower()


def test_without_classes_nothing_is_said_of_them(two):
    html = comparison_page(two)
    assert 'id="classes"' not in html
    assert "Macro F1" not in html


def test_one_class_is_a_class(report_of, comparison_of, check):
    classes = {"q0.jpg": "cat", "q1.jpg": "cat"}
    reports = [
        report_of(name, query_classes=classes, predicted=classes)
        for name in ("hsv", "lbp")
    ]
    html = comparison_page(comparison_of(reports))
    check(html)
    assert "All queries are of one class, cat." in html
    assert "cat 2 1.000 1.000 0.000" in text_of(html)


def test_headings_stand_where_their_cells_do(two, check):
    page = check(comparison_page(two))
    heads = [e for e in page.all("th") if "thead" in e.path]
    assert {e.attributes.get("class", "") for e in heads} == {"text", ""}
    html = comparison_page(two)
    assert '<th scope="col" class="text">What it is</th>' in html
    assert '<th scope="col">Corrected p</th>' in html


def test_on_a_phone_a_value_is_labelled_in_words(two):
    html = comparison_page(two)
    assert 'data-label="mAP, 95 % interval"' in html
    assert 'data-label="Extract, ms, median (p95)"' in html


def test_classes_are_sorted_by_the_delta(report_of, comparison_of):
    classes = {"q0.jpg": "cat", "q1.jpg": "cat", "q2.jpg": "dog"}
    wrong = {**classes, "q2.jpg": "cat"}
    values = (0.75, 0.5, 0.5)
    reports = [
        report_of("hsv", values, query_classes=classes, predicted=classes),
        report_of("lbp", (0.5, 0.5, 0.5), query_classes=classes, predicted=wrong),
    ]
    # lbp: of three called cats two are, so F1 of cats is 2 * 2/3 / (2/3 + 1) = 0.8.
    text = text_of(comparison_page(comparison_of(reports)))
    assert "dog 1 1.000 0.000 +1.000 cat 2 1.000 0.800 +0.200" in text


def test_ten_systems_have_all_pairs_and_a_name_each_in_both_charts(
    report_of, comparison_of, difference_of, check
):
    names = [f"system number {n}" for n in range(10)]
    reports = [
        report_of(name, (0.9 - n / 100, 0.5), ms=10 + n / 10)
        for n, name in enumerate(names)
    ]
    pairs = [(a, b) for n, a in enumerate(names) for b in names[n + 1 :]]
    differences = tuple(difference_of(a, b) for a, b in pairs)
    html = comparison_page(comparison_of(reports, differences=differences))
    check(html)
    assert text_of(html).count("5 / 2 / 1") == 45
    charts = re.findall(r'<svg class="chart.*?</svg>', html, flags=re.DOTALL)
    assert len(charts) == 2
    for chart in charts:
        lines = sorted(map(float, re.findall(r' y="([\d.]+)"[^>]*>system num', chart)))
        assert len(lines) == 10
        # No more than two stand side by side: what is on a line has one at each side.
        assert all(b - a > 8 for a, b in zip(lines, lines[2:], strict=False))


def test_few_values_are_listed_and_many_are_not(report_of, comparison_of):
    few = [report_of(name, np.full(200, 0.5)) for name in ("hsv", "lbp")]
    many = [report_of(name, np.full(201, 0.5)) for name in ("hsv", "lbp")]
    assert "q199.jpg" in text_of(comparison_page(comparison_of(few)))
    html = comparison_page(comparison_of(many))
    assert "q150.jpg" not in text_of(html)
    assert "save the comparison as .csv" in html


@pytest.mark.long
def test_a_thousand_queries_of_ten_systems_stay_below_5_mb(
    report_of, comparison_of, difference_of, tmp_path, check
):
    """With pictures of noise, which JPEG makes least small."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (160, 160, 3), np.uint8)
    files = {}
    for number in range(300):
        path = tmp_path / f"{number}.png"
        Image.fromarray(np.roll(noise, number, 0)).save(path, compress_level=0)
        files[f"{number}.jpg"] = str(path)
    queries = tuple(f"a rather long folder name/{n}.jpg" for n in range(1000))
    files |= {
        query: str(tmp_path / f"{n % 300}.png") for n, query in enumerate(queries)
    }
    metrics = ("mAP", *(f"P@{k}" for k in range(1, 12)))
    reports = [
        report_of(
            f"system {n}",
            queries=queries,
            results={
                query: tuple(
                    Result(f"{r}.jpg", 0.5, bool(r % 2))
                    for r in rng.integers(0, 300, 10).tolist()
                )
                for query in queries
            },
            values=rng.random(1000),
            query_classes={query: f"class {q % 45}" for q, query in enumerate(queries)},
            predicted={query: f"class {q % 44}" for q, query in enumerate(queries)},
            left_out=tuple((query, "nothing is relevant to it") for query in queries),
            duplicates=tuple((query, query) for query in queries),
            files=files,
        )
        for n in range(10)
    ]
    names = [report.name for report in reports]
    differences = tuple(
        difference_of(a, b, metric=metric)
        for metric in metrics
        for n, a in enumerate(names)
        for b in names[n + 1 :]
    )
    html = comparison_page(comparison_of(reports, differences=differences))
    page = check(html)
    assert len(page.all("image")) > 100
    assert len(html.encode("utf-8")) < 5_000_000
