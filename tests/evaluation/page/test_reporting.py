"""The page of one system."""

import re

import numpy as np
import pytest
from PIL import Image

from cvret.evaluation.page import report_page
from cvret.evaluation.statistics import Interval


def text_of(html: str) -> str:
    body = re.sub(r"<style>.*?</style>|<wbr>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


def test_the_page_is_sound_and_begins_with_the_mean(report_of, check):
    html = report_page(report_of())
    check(html)
    assert "mAP is 0.375, and lies from 0.325 to 0.425 with 95\xa0% confidence." in html


def test_precision_over_recall_is_the_mean_of_the_queries(report_of, check):
    curves = np.array([[1.0] * 11, [0.5] * 6 + [0.0] * 5])
    html = report_page(report_of(curves=curves))
    check(html)
    row = html.split("Precision over recall")[-1].split("</table>")[0]
    assert (row.count(">0.750<"), row.count(">0.500<")) == (6, 5)
    assert "Precision over recall" not in report_page(report_of())


def test_too_few_queries_for_an_interval_are_said(report_of, check):
    nan = float("nan")
    html = report_page(report_of(values=(0.5,), intervals={"mAP": Interval(nan, nan)}))
    check(html)
    assert "mAP is 0.500; too few queries for an interval." in html


def test_without_map_the_first_metric_leads(report_of):
    html = report_page(report_of(values=(3.0, 4.0), metric="N-S"))
    assert "N-S is 3.500" in html
    assert "of N-S to 4" in html


def test_best_and_worst_queries_are_shown(report_of):
    text = text_of(report_page(report_of(values=(0.25, 0.75, 0.5, 0.125))))
    best, worst = text.index(" Best "), text.index(" Worst ", text.index(" Best "))
    shown = [(m.group(), m.start()) for m in re.finditer(r"q\d\.jpg", text)]
    assert [name for name, at in shown if best < at < worst] == ["q1.jpg", "q2.jpg"]
    assert [name for name, at in shown if at > worst] == ["q3.jpg", "q0.jpg"]


def test_best_has_the_smallest_value_where_small_is_good(report_of):
    text = text_of(report_page(report_of(values=(0.25, 0.75), metric="ANMRR")))
    assert text.index("q0.jpg") < text.index("q1.jpg")


def test_a_query_can_stand_alone(report_of, check):
    html = report_page(report_of(values=(0.5,)))
    check(html)
    assert ">Worst<" not in html


def test_classes_have_precision_recall_and_the_mean_of_their_queries(report_of, check):
    classes = {"q0.jpg": "cat", "q1.jpg": "cat", "q2.jpg": "dog", "q3.jpg": "dog"}
    predicted = {**classes, "q1.jpg": "dog", "q3.jpg": "bird"}
    report = report_of(
        values=(1.0, 0.5, 0.25, 0.75), query_classes=classes, predicted=predicted
    )
    html = report_page(report)
    check(html)
    # Cats: one of two found, none wrongly. Dogs: one of two found, one wrongly.
    text = text_of(html)
    assert "cat 2 1.000 0.500 0.667 0.750 dog 2 0.500 0.500 0.500 0.500" in text
    assert "cat dog 1 50 % dog bird 1 50 %" in text  # each mistake, of its class


def test_the_matrix_has_a_column_for_what_is_no_class_of_a_query(report_of):
    classes = {"q0.jpg": "cat", "q1.jpg": "cat"}
    report = report_of(query_classes=classes, predicted={"q0.jpg": "bird"})
    text = text_of(report_page(report))
    assert "Class cat (none) bird cat 1 1" in text


def test_a_matrix_of_forty_five_classes_is_there_and_of_a_hundred_is_not(
    report_of, check
):
    for n, there in ((45, True), (100, False)):
        queries = tuple(f"q{i}.jpg" for i in range(n))
        classes = {query: f"class {i}" for i, query in enumerate(queries)}
        shifted = {query: f"class {(i + 1) % n}" for i, query in enumerate(queries)}
        report = report_of(
            values=np.full(n, 0.5), query_classes=classes, predicted=shifted
        )
        html = report_page(report)
        check(html)
        assert ("Confusion matrix" in html) == there
        assert ("too many for a matrix" in html) != there


def test_how_it_was_measured_is_told(report_of):
    about = {
        "truth": "folders",
        "versions": {"cvret": "1.0", "numpy": "2.0"},
        "machine": {"processor": "a fast one", "cores": 2},
        "n_resamples": 10_000,
    }
    report = report_of(
        about=about, missing=3, random_state=7, left_out=(("q9.jpg", "no such file"),)
    )
    text = text_of(report_page(report))
    for fact in (
        "2 asked and judged; 1 left out",
        "1,000 in the collection",
        "3 relevant images are not in the collection",
        "of 10,000 resamples, seed 7",
        "processor a fast one, cores 2",
        "cvret 1.0, numpy 2.0",
        "q9.jpg: no such file",
        "mean of average precision",
    ):
        assert fact in text


def test_of_one_query_average_precision_is_no_mean(report_of):
    text = text_of(report_page(report_of(values=(0.25, 0.75))))
    assert "AP stands above the results" in text
    assert re.search(r"(?<!m)AP 0\.750 ", text)
    assert "NMRR (small is good) stands above" in text_of(
        report_page(report_of(values=(0.25, 0.75), metric="ANMRR"))
    )


def test_without_pictures_queries_are_named_with_their_values(
    report_of, check, tmp_path
):
    Image.new("RGB", (40, 30), (200, 30, 30)).save(tmp_path / "a.png")
    files = dict.fromkeys(("a.jpg", "q0.jpg", "q1.jpg"), str(tmp_path / "a.png"))
    report = report_of(values=(0.25, 0.75), files=files, query_files=files)
    html = report_page(report, pictures=False)
    page = check(html)
    assert not page.all("image")
    assert "data:image" not in html
    text = text_of(html)
    assert "q1.jpg 0.750 1 of 2" in text
    assert text.index("q1.jpg") < text.index("Worst", text.index("q1.jpg"))
    assert check(report_page(report)).all("image")


@pytest.mark.parametrize("own", [{}, {"q0.jpg": "gone.jpg"}])
def test_a_query_is_shown_by_its_own_file_before_an_image_of_its_name(
    report_of, own, tmp_path
):
    for name, size in (("query", (40, 40)), ("image", (40, 20))):
        Image.new("RGB", size, (200, 30, 30)).save(tmp_path / f"{name}.png")
    image, query = (str(tmp_path / f"{name}.png") for name in ("image", "query"))
    report = report_of(
        values=(0.5,), files={"q0.jpg": image}, query_files=own or {"q0.jpg": query}
    )
    html = report_page(report)
    assert ('width="40" height="40"' in html) == (not own)
    assert 'width="40" height="20"' not in html
