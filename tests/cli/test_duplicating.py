"""cvret duplicates: text, JSON, a table, a page, and the exit status."""

import csv
import json
import shutil

import click
import pytest
from click.testing import CliRunner

from cvret.cli import cli
from cvret.errors import UnknownNameError


def run(*arguments, status=0):
    done = CliRunner().invoke(
        cli,
        ["duplicates", *map(str, arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert done.return_value == status
    return done


@pytest.fixture
def folder(photos, tmp_path):
    folder = shutil.copytree(photos, tmp_path / "photos")
    shutil.copy(folder / "photos" / "rocket.jpg", folder / "again.jpg")
    return folder


def test_groups_are_printed_and_nothing_is_deleted(folder, tmp_path):
    before = sorted(folder.rglob("*"))
    table, page = tmp_path / "table.csv", tmp_path / "page.html"
    done = run(folder, "--csv", table, "--html", page)
    assert done.stdout.splitlines() == [
        "keep again.jpg  (the first by name of equal ones)",
        "         320 x 214  photos/rocket.jpg  (the same bytes, with again.jpg)",
    ]
    assert "none was deleted" in done.stderr
    assert sorted(folder.rglob("*")) == before
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["group"], row["id"], row["kept"]) for row in rows] == [
        ("1", "again.jpg", "yes"),
        ("1", "photos/rocket.jpg", "no"),
    ]
    html = page.read_text()
    assert html.count("<img ") == 2
    assert html.count('class="marked"') == 1


def test_json_is_one_group_a_line(folder):
    (line,) = run(folder, "--mode", "exact", "--json").stdout.splitlines()
    assert json.loads(line) == {
        "group": 1,
        "mode": "exact",
        "kept": "again.jpg",
        "reason": "the first by name of equal files",
        "images": [
            {"id": "again.jpg", "width": 320, "height": 214},
            {"id": "photos/rocket.jpg", "width": 320, "height": 214},
        ],
        "pairs": [
            {
                "first": "again.jpg",
                "second": "photos/rocket.jpg",
                "because": "bytes",
                "distance": None,
                "inliers": None,
            }
        ],
    }


def test_an_unreadable_file_is_done_in_part(folder):
    (folder / "broken.png").write_bytes(b"no picture")
    done = run(folder, "--hash", "difference-hash", "--radius", "2", status=3)
    assert "again.jpg" in done.stdout
    assert "broken.png is not a picture" in done.stderr


def test_an_index_is_asked_as_it_can(photo_index):
    done = run(photo_index.path, "--not-mirrored", "--json")
    groups = [json.loads(line) for line in done.stdout.splitlines()]
    assert [group["mode"] for group in groups] == ["transformed"]
    assert groups[0]["kept"] == "photos/coffee.png"
    none = run(photo_index.path, "--of", "photos/rocket.jpg", "--not-mirrored")
    assert none.stdout == ""
    with pytest.raises(click.BadParameter, match="an index has its own"):
        run(photo_index.path, "--hash", "wavelet-hash")


def test_a_hash_that_is_none_is_told(folder):
    with pytest.raises(UnknownNameError, match="there are average-hash, block-mean"):
        run(folder, "--hash", "color-moment-hash")


def test_help_says_that_nothing_is_deleted():
    assert "It deletes nothing." in run("--help").stdout
