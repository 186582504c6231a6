"""cvret sheet: what it writes, and what it refuses."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest
from PIL import Image

import cvret
from cvret.cli import main

COLORS = {"red": (200, 30, 30), "blue": (30, 30, 200)}


def run(*arguments, status=0):
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setattr(sys, "argv", ["cvret", *map(str, arguments)])
        with redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == status, err.getvalue()
    return err.getvalue()


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Two classes of two pictures: red/1.png, red/2.png, blue/1.png, blue/2.png."""
    folder = tmp_path_factory.mktemp("sheets") / "photos"
    for name, color in COLORS.items():
        (folder / name).mkdir(parents=True)
        for number in (1, 2):
            shade = tuple(each + 5 * number for each in color)
            Image.new("RGB", (32, 24), shade).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def index(photos):
    path = photos.parent / "i.cvret"
    made = cvret.Index.create(path, fields={"color": cvret.HSVHistogram()})
    made.add(photos, n_jobs=1)
    return path


def test_one_query_is_one_picture(index, photos, tmp_path):
    said = run("sheet", index, photos / "red" / "1.png", "-o", tmp_path / "one.png")
    assert "one.png written" in said
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.width > 300


def test_a_truth_marks_results_and_leaves_out_the_picture_itself(
    index, photos, tmp_path
):
    page = tmp_path / "page.html"
    run("sheet", index, "red/1.png", "--truth", f"folders:{photos}", "-o", page)
    html = page.read_text(encoding="utf-8")
    assert "1 of 3 right" in html
    assert 'aria-label="Result 1, right: red/2.png"' in html
    assert 'aria-label="Result 2, wrong: blue' in html
    assert html.count("<li>") == 3


def test_what_is_relevant_can_be_named_by_id_or_file(index, photos, tmp_path):
    page = tmp_path / "page.html"
    marks = ("--relevant", "red/2.png", "--relevant", photos / "blue" / "1.png")
    run("sheet", index, photos / "red" / "1.png", *marks, "-o", page)
    assert "2 of 3 right" in page.read_text(encoding="utf-8")


def test_without_a_truth_nothing_is_called_right_or_wrong(index, photos, tmp_path):
    page = tmp_path / "page.html"
    run("sheet", index, photos / "red" / "1.png", "-k", 2, "-o", page)
    html = page.read_text(encoding="utf-8")
    assert "Results, best first" in html
    assert 'aria-label="Result 2, blue' in html
    assert "wrong:" not in html


def test_all_queries_of_a_truth_become_a_folder_or_a_pdf(index, photos, tmp_path):
    truth = ("--truth", f"folders:{photos}")
    run("sheet", index, *truth, "-o", tmp_path / "sheets")
    names = sorted(path.name for path in (tmp_path / "sheets").iterdir())
    assert names == ["0001-1.png", "0002-2.png", "0003-1.png", "0004-2.png"]
    run("sheet", index, *truth, "-n", 3, "-o", tmp_path / "sheets.pdf")
    pdf = (tmp_path / "sheets.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/Count 3" in pdf


def test_a_query_that_cannot_be_read_is_told_and_the_others_are_shown(
    index, photos, tmp_path
):
    gone = tmp_path / "gone.png"
    wanted = (photos / "red" / "1.png", gone)
    said = run("sheet", index, *wanted, "-o", tmp_path / "page.html", status=3)
    assert "gone.png" in said
    run("sheet", index, gone, "-o", tmp_path / "one.html", status=2)
    assert not (tmp_path / "one.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.png", "b.png", "-o", "two.png"), "two.png holds one sheet, and there are"),
        (("a.png", "-o", "one.gif"), "must end in .png, .svg, .pdf or .html"),
        (("-o", "one.png"), "name a QUERY, or give --truth"),
        (
            ("a.png", "b.png", "--relevant", "c.png", "-o", "two.pdf"),
            "--relevant is for one query",
        ),
        (
            ("--truth", "folders:x", "--relevant", "c.png", "-o", "two.pdf"),
            "--truth and --relevant exclude one another",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(index, arguments, message):
    assert message in run("sheet", index, *arguments, status=2)


def test_a_query_that_the_truth_has_not_is_refused(index, photos, tmp_path):
    said = run(
        "sheet", index, "green/1.png", "--truth", f"folders:{photos}",
        "-o", tmp_path / "one.png", status=2,
    )  # fmt: skip
    assert "has no query 'green/1.png'; its first is 'blue/1.png'" in said
