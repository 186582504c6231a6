"""cvret datasets: list, fetch and check, and their exit statuses."""

import json
from dataclasses import replace

import click
import pytest
from click.testing import CliRunner

from cvret import datasets
from cvret.cli import cli
from cvret.datasets import registry
from cvret.errors import UnknownNameError
from tests.datasets.conftest import describe, server  # noqa: F401


def run(*arguments, status=0):
    done = CliRunner().invoke(
        cli,
        ["datasets", *map(str, arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert done.return_value == status
    return done


@pytest.fixture
def small(describe, monkeypatch):  # noqa: F811
    """Put a set on the server into the registry."""

    def put(**published):
        small = describe(**published)
        monkeypatch.setattr(registry, "_shipped", lambda: {"small": small})
        return small

    return put


def test_the_list_says_what_is_published():
    lines = run("list").stdout.splitlines()
    assert len(lines) == 1 + len(datasets.names())
    assert lines[0].split() == ["name", "pictures", "truth", "SHA-256", "for"]
    rows = {line.split()[0]: line.split() for line in lines[1:]}
    assert rows["uc-merced"][:4] == ["uc-merced", "2,100", "folders", "all"]
    assert rows["holidays"][:4] == ["holidays", "1,491", "holidays", "none"]
    assert rows["copydays"][3:6] == ["2", "of", "4"]


def test_the_list_as_json_has_all_that_is_known():
    sets = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [entry["name"] for entry in sets] == list(datasets.names())
    merced = next(entry for entry in sets if entry["name"] == "uc-merced")
    assert merced["unverified"] == []
    assert merced["files"][0]["sha256"].startswith("06c539ef28703a58")


def test_fetch_prints_the_folder_and_the_ground_truth(small, tmp_path):
    small()
    done = run("fetch", "small", "-o", tmp_path)
    assert done.stdout.splitlines() == [
        str(tmp_path),
        f"cvret evaluate INDEX --truth holidays:{tmp_path / 'jpg'}",
    ]
    assert "Small: none. Cite none." in done.stderr
    checked = run("check", "small", "-o", tmp_path)
    assert "jpg.tar.gz: right, as published, 2 files" in checked.stdout


def test_some_files_of_a_set_are_done_in_part(small, server, tmp_path):  # noqa: F811
    small()
    del server.pages["jpg.tar.gz"]
    done = run("fetch", "small", "-o", tmp_path, status=3)
    assert "jpg.tar.gz answers 404" in done.stderr
    assert "truth.csv: there; fetch again for the others" in done.stderr
    run("check", "small", "-o", tmp_path, status=3)
    run("fetch", "small", "-o", tmp_path, "--file", "truth.csv")


def test_none_of_the_files_is_a_failure(small, server, tmp_path):  # noqa: F811
    from cvret.cli import status_of

    small()
    server.pages.clear()
    with pytest.raises(datasets.FetchError, match="2 of 2 files") as told:
        run("fetch", "small", "-o", tmp_path)
    assert status_of(told.value) == 1


def test_nothing_right_is_a_failure(small, tmp_path):
    small()
    run("fetch", "small", "-o", tmp_path)
    for path in ("jpg/1.jpg", "truth.csv"):
        (tmp_path / path).unlink()
    done = run("check", "small", "-o", tmp_path, status=1)
    assert "published are 2 pictures" in done.stderr


def test_check_as_json_is_one_file_a_line(small, tmp_path):
    small()
    run("fetch", "small", "-o", tmp_path)
    done = run("check", "small", "-o", tmp_path, "--json")
    assert json.loads(done.stdout.splitlines()[1]) == {
        "name": "truth.csv",
        "state": "right",
        "verified": "registry",
        "n_files": 1,
        "missing": [],
        "changed": [],
    }


def test_files_without_a_published_checksum_need_a_word(small, tmp_path):
    small(sha256=None, sha256_from=None)
    with pytest.raises(ValueError, match=r"pass unverified=True \(--unverified\)"):
        run("fetch", "small", "-o", tmp_path)
    run("fetch", "small", "-o", tmp_path, "--unverified")
    assert "as it first came" in run("check", "small", "-o", tmp_path).stdout


def test_wrong_input_is_told(tmp_path):
    with pytest.raises(UnknownNameError, match="no data set is named 'imagenet'"):
        run("fetch", "imagenet")
    with pytest.raises(FileNotFoundError, match="cvret datasets fetch wang does"):
        run("check", "wang", "-o", tmp_path)
    with pytest.raises(click.BadParameter):
        run("fetch", "wang", "--retries", "-1")


def test_a_set_without_a_ground_truth_prints_its_folder_alone(
    small,
    tmp_path,
    monkeypatch,
):
    plain = replace(small(), protocol=None, truth=None)
    monkeypatch.setattr(registry, "_shipped", lambda: {"small": plain})
    assert run("fetch", "small", "-o", tmp_path).stdout.splitlines() == [str(tmp_path)]
