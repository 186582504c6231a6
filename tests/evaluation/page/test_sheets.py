"""The page of contact sheets."""

from PIL import Image

from cvret.evaluation.page import sheets_page
from cvret.evaluation.report import Result


def test_a_query_and_a_result_of_one_name_are_two_pictures(tmp_path, check):
    for name, size in (("asked", (40, 40)), ("found", (40, 20))):
        Image.new("RGB", size, (200, 30, 30)).save(tmp_path / f"{name}.png")
    answers = {"1.jpg": [Result("1.jpg", 0.5, True)]}
    asked, found = (str(tmp_path / f"{name}.png") for name in ("asked", "found"))
    html = sheets_page("Sheets", "", answers, {"1.jpg": found}, {"1.jpg": asked})
    page = check(html)
    assert {each.attributes["height"] for each in page.all("image")} == {"40", "20"}
    first, second = page.all("use")
    assert first.attributes["href"] != second.attributes["href"]


def test_without_a_truth_nothing_is_called_right(check):
    answers = {"q.jpg": [Result("a.jpg", 0.5, False)], "empty.jpg": []}
    html = sheets_page("Sheets", "", answers, {}, {}, marked=False)
    check(html)
    assert "wrong" not in html.split("</style>")[1]
    assert "Results, best first" in html
    assert "No results" in html
