"""cvret classify: the table, the split, the files, and what is refused."""

import csv
import inspect
import json
import sys

import click
import pytest
from click.testing import CliRunner
from PIL import Image

import cvret
from cvret.cli import cli
from cvret.errors import MissingExtraError

# Before click 8.2 what goes to standard error is mixed in unless asked otherwise.
MIXES = "mix_stderr" in inspect.signature(CliRunner).parameters
APART = {"mix_stderr": False} if MIXES else {}


def run(*arguments):
    return CliRunner(**APART).invoke(
        cli,
        ["classify", *map(str, arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )


@pytest.fixture
def asked(tmp_path):
    """An index of three shades of red and of blue, and a truth of it."""
    for kind, channel in (("red", 0), ("blue", 2)):
        for shade in (150, 160, 240, 250):
            color = tuple(shade * (place == channel) for place in range(3))
            path = tmp_path / "photos" / kind / f"{shade}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (12, 12), color).save(path)
    fields = {"color": cvret.HSVHistogram(), "mean": cvret.Pixels(size=(4, 4))}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.add(tmp_path / "photos")
    return tmp_path / "i.cvret", "--truth", f"folders:{tmp_path / 'photos'}"


def test_the_table_is_printed_and_all_files_are_written(asked, tmp_path):
    files = [tmp_path / f"found.{ending}" for ending in ("csv", "json", "png")]
    outputs = [word for file in files for word in ("-o", file)]
    done = run(*asked, "--by", "color", "-k", 1, "--class", "red", *outputs)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("color: k = 1, all compared, hellinger, leave one out")
    assert lines[1].startswith("accuracy 1.000 [1.000, 1.000]   macro F1 1.000")
    assert [line.split()[0] for line in lines[2:]] == ["class", "blue", "red", "red:"]
    assert [f"{file} written" in done.stderr for file in files] == [True] * 3
    with files[0].open(newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["class", "blue", "red"]
    assert json.loads(files[1].read_text())["accuracy"] == 1
    with Image.open(files[2]) as figure:
        assert figure.size[0] > 200


def test_json_is_one_line_and_tells_of_classes(asked):
    done = run(*asked, "--by", "color", "-k", 1, "--json", "--class", "red")
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert found["of_class"][0]["label"] == "red"
    assert found["predicted"]["red/150.png"] == "red"


def test_a_split_is_made_once_and_used_again(asked, tmp_path):
    path = tmp_path / "split.json"
    made = run(*asked, "--by", "color", "-k", 1, "--split", path, "--make-split")
    assert "Split(4 train, 2 validation, 2 test; random_state=0)" in made.stderr
    assert "training to test: 2 images of 2 classes" in made.stdout
    assert cvret.Split.load(path).random_state == 0
    again = run(*asked, "--by", "color", "-k", 1, "--split", path)
    assert again.stdout == made.stdout
    with pytest.raises(FileExistsError, match="is there already; leave out"):
        run(*asked, "--split", path, "--make-split")


def test_a_split_of_another_set_is_refused_by_name(asked, tmp_path):
    cvret.split({"red/150.png": "red"}).save(tmp_path / "other.json")
    with pytest.raises(ValueError, match="7 images of the collection are not in the"):
        run(*asked, "--split", tmp_path / "other.json")


def test_wrong_arguments_are_refused(asked, monkeypatch):
    with pytest.raises(click.BadParameter, match="--make-split needs --split"):
        run(*asked, "--make-split")
    with pytest.raises(click.BadParameter, match="-o must end in .pdf, .png, .svg"):
        run(*asked, "-o", "a.txt")
    with pytest.raises(cvret.UnknownNameError, match="no field is named 'x'"):
        run(*asked, "--by", "x")
    with pytest.raises(ValueError, match="'kd_tree' needs one vector an image"):
        run(*asked, "--algorithm", "kd_tree")
    with pytest.raises(cvret.UnknownNameError, match="no class is named 'green'"):
        run(*asked, "--class", "green")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="a figure needs matplotlib"):
        run(*asked, "-o", "a.png")
