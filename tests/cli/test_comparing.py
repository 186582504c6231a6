"""cvret compare: the sentence, the files, and the exit status."""

import csv
import inspect
import json
import shutil

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from cvret.cli import cli
from cvret.errors import UnknownNameError
from cvret.evaluation.comparison import Comparison

# Before click 8.2 what goes to standard error is mixed in unless asked otherwise.
MIXES = "mix_stderr" in inspect.signature(CliRunner).parameters
APART = {"mix_stderr": False} if MIXES else {}


def run(*arguments, status=0):
    done = CliRunner(**APART).invoke(
        cli,
        ["compare", *map(str, arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert done.return_value == status
    return done


@pytest.fixture
def colored(tmp_path):
    """Three classes of a color each, with grain that says nothing."""
    rng = np.random.default_rng(0)
    for name, color in (
        ("red", (200, 0, 0)),
        ("green", (0, 200, 0)),
        ("blue", (0, 0, 200)),
    ):
        folder = tmp_path / "set" / name
        folder.mkdir(parents=True)
        for number in range(4):
            grain = rng.integers(0, 50, (32, 32, 1), np.uint8)
            Image.fromarray(np.uint8(color) + grain).save(folder / f"{number}.png")
    return tmp_path / "set"


def test_the_better_is_told_and_files_are_written(colored, tmp_path):
    files = [tmp_path / f"found.{ending}" for ending in ("md", "csv", "json")]
    outputs = [word for file in files for word in ("-o", file)]
    done = run("hsv", "grain=lbp", "--truth", f"folders:{colored}", *outputs)
    assert done.stdout.startswith("On these 12 queries, hsv ranks better than grain: ")
    assert [f"{file} written" in done.stderr for file in files] == [True] * 3
    assert files[0].read_text().count("On these 12 queries") == 1
    with files[1].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["system"] for row in rows} == {"hsv", "grain"}
    assert Comparison.load(files[2]).order() == ("hsv", "grain")


def test_json_of_a_sample_with_all_combined(colored):
    done = run(
        *("hsv", "lbp", "ssim", "--each-two-combined", "--truth", f"folders:{colored}"),
        *("--queries", 6, "--metric", "P@3", "--near-duplicates", "--json"),
    )
    found = json.loads(done.stdout)
    assert found["metric"] == "P@3"
    combined = ["hsv+lbp", "hsv+ssim", "lbp+ssim", "hsv++lbp"]
    assert list(found["reports"])[3:] == combined
    assert found["about"]["parts"]["hsv++lbp"] == ["hsv", "lbp"]
    assert len(found["reports"]["hsv"]["queries"]) == 6


def test_photos_below_the_folder_of_the_truth_have_its_ids(colored):
    table = colored / "truth.csv"
    table.write_text("query,relevant\nred/0.png,red/1.png\nred/2.png,red/3.png\n")
    photos = ("--photos", colored / "red")
    done = run("hsv", "lbp", "--truth", f"csv:{table}", *photos, "--json")
    report = json.loads(done.stdout)["reports"]["hsv"]
    assert (report["missing"], report["n_images"]) == (0, 4)


def test_several_folders_are_ranked_each_by_its_name(colored, tmp_path):
    table = colored / "truth.csv"
    table.write_text("query,relevant\nred/0.png,red/1.png\nred/2.png,red/3.png\n")
    noise = tmp_path / "noise"
    shutil.copytree(colored / "blue", noise)
    photos = ["--photos", colored / "red", "--photos", noise]
    done = run("hsv", "lbp", "--truth", f"csv:{table}", *photos, "--json")
    report = json.loads(done.stdout)["reports"]["hsv"]
    assert (report["missing"], report["n_images"]) == (0, 8)
    ids = {hit[0] for hits in report["results"].values() for hit in hits}
    assert {name.partition("/")[0] for name in ids} == {"red", "noise"}
    with pytest.raises(click.BadParameter, match="--prefix is for one --photos"):
        run("hsv", "lbp", "--truth", f"folders:{colored}", "--prefix", "x", *photos)
    again = ["--photos", noise, "--photos", noise]
    with pytest.raises(click.BadParameter, match="--photos must have a name each"):
        run("hsv", "lbp", "--truth", f"csv:{table}", *again)


def test_a_gallery_is_what_is_ranked(colored, tmp_path):
    both = tmp_path / "both"
    shutil.copytree(colored, both / "gallery")
    (colored / "red").rename(both / "gallery" / "confusion_classes")
    shutil.copytree(colored, both / "query")
    done = run("hsv", "lbp", "--truth", f"query-gallery:{both}", "--json")
    found = json.loads(done.stdout)
    assert "distractors@10" in found["reports"]["hsv"]["metrics"]
    assert found["reports"]["hsv"]["n_images"] == 16


def test_reports_alone_need_no_ground_truth(colored, tmp_path):
    first = tmp_path / "all.json"
    run("hsv", "lbp", "--truth", f"folders:{colored}", "-o", first)
    for name, report in Comparison.load(first).reports.items():
        report.save(tmp_path / f"{name}.json")
    done = run(tmp_path / "hsv.json", tmp_path / "lbp.json")
    assert "hsv ranks better than lbp" in done.stdout


def test_unreadable_pictures_are_told(colored):
    (colored / "red" / "broken.png").write_bytes(b"no picture")
    done = run("hsv", "lbp", "--truth", f"folders:{colored}", status=3)
    assert "1 pictures or queries were left out" in done.stderr
    assert "broken.png is not a picture of a known format" in done.stderr


def test_a_page_is_written(colored, tmp_path):
    page = tmp_path / "found.html"
    run("hsv", "lbp", "--truth", f"folders:{colored}", "-o", page)
    text = page.read_text(encoding="utf-8")
    assert "hsv ranks better than lbp" in text
    assert "data:image/jpeg" in text


def test_a_page_can_be_without_pictures(colored, tmp_path):
    page = tmp_path / "found.html"
    run("hsv", "lbp", "--truth", f"folders:{colored}", "-o", page, "--no-pictures")
    text = page.read_text(encoding="utf-8")
    assert "hsv ranks better than lbp" in text
    assert "data:image" not in text


def test_wrong_arguments_are_refused(colored, tmp_path):
    truth = f"folders:{colored}"
    with pytest.raises(UnknownNameError, match="no system is named 'nothing'"):
        run("hsv", "nothing", "--truth", truth)
    with pytest.raises(ValueError, match="at least two, got 1"):
        run("hsv", "--truth", truth)
    with pytest.raises(click.BadParameter, match=r"-o must end in \.html"):
        run("hsv", "lbp", "--truth", truth, "-o", tmp_path / "found.xls")
    with pytest.raises(ValueError, match="KIND:PATH"):
        run("hsv", "lbp", "--truth", "nothing")
    with pytest.raises(ValueError, match="hsv needs a folder"):
        run("hsv", "lbp")


def test_help_has_the_one_command():
    text = run("--help").stdout
    assert "cvret compare hsv lbp objects scenes hsv+lbp ssim uqi vifp" in text
