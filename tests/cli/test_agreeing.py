"""cvret agreement: the table, the files, and the exit status."""

import csv
import json
import shutil
import sys

import click
import pytest
from click.testing import CliRunner
from PIL import Image

from cvret.cli import cli
from cvret.errors import MissingExtraError, UnknownNameError
from cvret.metrics.definitions import METRICS


def run(*arguments, status=0):
    done = CliRunner().invoke(
        cli,
        ["agreement", *map(str, arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert done.return_value == status
    return done


def test_the_table_is_printed_and_all_files_are_written(photos, tmp_path):
    files = [tmp_path / f"agreement.{ending}" for ending in ("png", "csv", "json")]
    outputs = [word for file in files for word in ("-o", file)]
    done = run(photos, "-s", "mse, psnr,hsv", "--targets", 3, *outputs)
    lines = done.stdout.splitlines()
    assert lines[0] == "Spearman's rho, mean over 3 of 5 pictures"
    assert lines[2].startswith("  1 mse   1.00  1.00")
    assert [f"{file} written" in done.stderr for file in files] == [True] * 3
    with Image.open(files[0]) as figure:
        assert figure.size[0] > 300
    with files[1].open(newline="") as file:
        assert next(csv.reader(file)) == ["system", "mse", "psnr", "hsv"]
    assert json.loads(files[2].read_text())["n_targets"] == 3


def test_json_by_kendall_and_every_metric(photos):
    done = run(photos, "-s", "all-metrics,mse", "--method", "kendall", "--json")
    found = json.loads(done.stdout)
    assert found["method"] == "kendall"
    assert found["names"] == list(METRICS)


def test_unreadable_pictures_are_told(photos, tmp_path):
    folder = shutil.copytree(photos, tmp_path / "photos")
    (folder / "broken.jpg").write_bytes(b"no picture")
    done = run(folder, "-s", "mse,hsv", status=3)
    assert "broken.jpg is not a picture of a known format" in done.stdout


def test_wrong_names_and_endings_are_refused(photos):
    with pytest.raises(UnknownNameError, match="no system is named 'nothing'"):
        run(photos, "-s", "mse,nothing")
    with pytest.raises(click.BadParameter, match=r"-o must end in .pdf, .png, .svg"):
        run(photos, "-s", "mse,hsv", "-o", "a.txt")
    with pytest.raises(click.BadParameter, match="in a folder that is not there"):
        run(photos, "-s", "mse,hsv", "-o", "nowhere/a.csv")
    with pytest.raises(ValueError, match="systems must be at least two, got 1"):
        run(photos, "-s", "mse")


def test_a_figure_without_matplotlib_is_refused_before_the_work(photos, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"a figure needs matplotlib.*plot"):
        run(photos.parent / "no-such-folder", "-s", "mse,hsv", "-o", "a.png")
