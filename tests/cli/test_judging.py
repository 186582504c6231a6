"""cvret evaluate."""

import csv
import inspect
import json

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import cvret
from cvret.cli import cli

# Before click 8.2 what goes to standard error is mixed in unless asked otherwise.
MIXES = "mix_stderr" in inspect.signature(CliRunner).parameters
APART = {"mix_stderr": False} if MIXES else {}


def run(*arguments, status=0):
    done = CliRunner(**APART).invoke(
        cli,
        ["evaluate", *map(str, arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert done.return_value == status
    return done


@pytest.fixture
def colors(tmp_path):
    """Two classes of three pictures in about one color each, and an index of them."""
    for class_, color in (("red", (250, 0, 0)), ("blue", (0, 0, 250))):
        for number in range(3):
            pixels = np.full((20, 20 + number, 3), color, np.uint8)
            path = tmp_path / "set" / class_ / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
    fields = {"color": cvret.HSVHistogram(), "edges": cvret.HOG()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.add(tmp_path / "set")
    return index.path, f"folders:{tmp_path / 'set'}"


def test_the_table_is_printed_and_all_is_written(colors, tmp_path):
    index, truth = colors
    done = run(index, "--truth", truth, "--by", "color", "-o", tmp_path / "r.json")
    assert done.stdout.splitlines()[:4] == [
        "warning: 6 queries are few; only a large difference can be told from chance",
        "color: 6 queries, 6 images",
        "  metric         mean  95 % interval",
        "  mAP          1.0000  1.0000 to 1.0000",
    ]
    assert "r.json written" in done.stderr
    assert cvret.Report.load(tmp_path / "r.json").metrics["ANMRR"] == 0.0


def test_json_has_the_means_and_one_line(colors):
    index, truth = colors
    done = run(index, "--truth", truth, "--by", "color", "--no-rerank", "--json")
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert found["metrics"]["mAP"] == 1.0
    assert found["name"] == "color"
    assert "values" not in found


def test_metrics_and_queries_are_chosen(colors, tmp_path):
    index, truth = colors
    table = tmp_path / "r.csv"
    run(index, "--truth", truth, "--by", "color", "--metrics", "P@2, MRR",
        "--queries", 2, "-o", table)  # fmt: skip
    with table.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["query", "class", "predicted", "P@2", "MRR"]
    assert sorted(row[1:] for row in rows[1:]) == [
        ["blue", "blue", "1.0", "1.0"],
        ["red", "red", "1.0", "1.0"],
    ]


def test_near_duplicates_are_looked_for(colors, tmp_path):
    index, truth = colors
    ramp = np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8)
    for name, pixels in (("large", ramp), ("small", ramp[::2, ::2])):
        Image.fromarray(pixels).save(tmp_path / "set" / "red" / f"{name}.png")
    cvret.Index.open(index).add(tmp_path / "set")
    assert "under another name" not in run(index, "--truth", truth).stdout
    done = run(index, "--truth", truth, "--near-duplicates")
    assert "red/large.png = red/small.png" in done.stdout


def test_classes_are_shown_with_their_means(colors):
    index, truth = colors
    done = run(index, "--truth", truth, "--by", "color", "--per-class")
    assert "class" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["blue", *["1.0000"] * 2, "0.2000"] in [row[:4] for row in rows]  # P@10
    found = json.loads(
        run(index, "--truth", truth, "--by", "color", "--per-class", "--json").stdout
    )
    assert found["by_class"]["red"]["ANMRR"] == 0.0
    assert found["class_table"]["accuracy"] == 1.0


def test_a_query_left_out_is_work_done_in_part(colors, tmp_path):
    index, _ = colors
    table = tmp_path / "truth.csv"
    table.write_text("query,relevant\nset/red/0.png,red/1.png\ngone.png,red/1.png\n")
    done = run(index, "--truth", f"csv:{table}", status=3)
    assert "1 query was left out:\n  gone.png: " in done.stdout


def test_a_page_is_written_with_the_pictures_inside(colors, tmp_path):
    index, truth = colors
    run(index, "--truth", truth, "--by", "color", "-o", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "data:image/" in page
    assert "blue/0.png" in page


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--metrics", "map"], "no metric is named 'map'; there are mAP, "),
        (["-o", "report.txt"], "-o must end in .json, .csv, .md or .html"),
        (["-o", "no/such/folder/r.json"], "lies in a folder that is not there"),
        (["--queries", "0"], "0 is not in the range"),
        (["--by", "shape"], "no field is named 'shape'"),
    ],
)
def test_wrong_options_are_refused(colors, more, message):
    index, truth = colors
    with pytest.raises((click.ClickException, cvret.CvretError)) as error:
        run(index, "--truth", truth, *more)
    assert message in (getattr(error.value, "message", None) or str(error.value))


def test_a_truth_without_classes_has_none_to_show(colors, tmp_path):
    index, _ = colors
    (tmp_path / "t.csv").write_text("query,relevant\nset/red/0.png,red/1.png\n")
    with pytest.raises(click.BadParameter, match="--per-class needs a ground truth"):
        run(index, "--truth", f"csv:{tmp_path / 't.csv'}", "--per-class")
