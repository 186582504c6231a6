"""cvret datasets: list, fetch and check, and their exit statuses."""

import hashlib
import inspect
import json
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import click
import pytest
from click.testing import CliRunner

from cvret import datasets
from cvret.cli import cli
from cvret.datasets import Dataset, File, registry
from cvret.errors import UnknownNameError

# Before click 8.2 what goes to standard error is mixed in unless asked otherwise.
MIXES = "mix_stderr" in inspect.signature(CliRunner).parameters
APART = {"mix_stderr": False} if MIXES else {}


def run(*arguments, status=0):
    done = CliRunner(**APART).invoke(
        cli,
        ["datasets", *map(str, arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert done.return_value == status
    return done


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Serve a folder, and give it with its address."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def small(served, monkeypatch):
    """Put a set of an archive and a table into the registry."""
    folder, address = served
    with zipfile.ZipFile(folder / "jpg.zip", "w") as packed:
        packed.writestr("jpg/1.jpg", "one")
        packed.writestr("jpg/2.jpg", "two")
    (folder / "truth.csv").write_bytes(b"truth")

    def file(name, sha256, **how):
        return File(name, (f"{address}/{name}",), sha256=sha256, **how)

    def put(published=True, **how):
        sha256 = hashlib.sha256((folder / "jpg.zip").read_bytes()).hexdigest()
        # SHA-256 of "truth", by sha256sum of coreutils 9.1
        truth = "c5c4bad89ee44b4da0321344964f145dd3023fc1ab0d9c2473e2716b788481ae"
        files = (
            file("jpg.zip", sha256 if published else None, into=""),
            file("truth.csv", truth),
        )
        known = {"protocol": "holidays", "truth": "jpg", **how}
        dataset = Dataset(
            name="small",
            title="Small",
            purpose="tests",
            n_images=2,
            files=files,
            licence="none",
            paper="none",
            homepage=address,
            **known,
        )
        monkeypatch.setattr(registry, "_shipped", lambda: {"small": dataset})

    return put


def test_the_list_says_what_is_published():
    lines = run("list").stdout.splitlines()
    assert len(lines) == 1 + len(datasets.names())
    assert lines[0].split() == ["name", "pictures", "truth", "SHA-256", "for"]
    rows = {line.split()[0]: line.split() for line in lines[1:]}
    assert rows["uc-merced"][:4] == ["uc-merced", "2,100", "folders", "all"]
    assert rows["holidays"][:4] == ["holidays", "1,491", "holidays", "none"]
    assert rows["copydays"][3:6] == ["2", "of", "4"]


def test_the_list_fits_a_terminal_of_80_columns():
    assert max(map(len, run("list").stdout.splitlines())) <= 80


def test_a_folder_with_a_space_is_quoted_for_the_next_command(small, tmp_path):
    small()
    done = run("fetch", "small", "-o", tmp_path / "my sets")
    truth = f"holidays:{tmp_path / 'my sets' / 'jpg'}"
    assert done.stdout.splitlines()[1] == f'cvret evaluate INDEX --truth "{truth}"'


def test_the_list_as_json_has_all_that_is_known():
    sets = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [entry["name"] for entry in sets] == list(datasets.names())
    merced = next(entry for entry in sets if entry["name"] == "uc-merced")
    assert merced["unverified"] == []
    assert merced["files"][0]["sha256"].startswith("06c539ef28703a58")


def test_fetch_prints_the_folder_and_the_ground_truth(small, tmp_path):
    small()
    done = run("fetch", "small", "-o", tmp_path / "set")
    assert done.stdout.splitlines() == [
        str(tmp_path / "set"),
        f"cvret evaluate INDEX --truth holidays:{tmp_path / 'set' / 'jpg'}",
    ]
    assert "Small: none. Cite none." in done.stderr
    checked = run("check", "small", "-o", tmp_path / "set")
    assert "jpg.zip: right, as published, 2 files" in checked.stdout


def test_some_files_of_a_set_are_done_in_part(small, served, tmp_path):
    small()
    (served[0] / "jpg.zip").unlink()
    done = run("fetch", "small", "-o", tmp_path / "set", status=3)
    assert "jpg.zip answers 404" in done.stderr
    assert "truth.csv: there; fetch again for the others" in done.stderr
    run("check", "small", "-o", tmp_path / "set", status=3)
    run("fetch", "small", "-o", tmp_path / "set", "--file", "truth.csv")


def test_none_of_the_files_is_a_failure(small, served, tmp_path):
    from cvret.cli import status_of

    small()
    for path in served[0].iterdir():
        path.unlink()
    with pytest.raises(datasets.FetchError, match="2 of 2 files") as told:
        run("fetch", "small", "-o", tmp_path / "set")
    assert status_of(told.value) == 1


def test_nothing_right_is_a_failure(small, tmp_path):
    small()
    run("fetch", "small", "-o", tmp_path / "set")
    for path in ("jpg/1.jpg", "truth.csv"):
        (tmp_path / "set" / path).unlink()
    done = run("check", "small", "-o", tmp_path / "set", status=1)
    assert "published are 2 pictures" in done.stderr


def test_check_as_json_is_one_file_a_line(small, tmp_path):
    small()
    run("fetch", "small", "-o", tmp_path / "set")
    done = run("check", "small", "-o", tmp_path / "set", "--json")
    assert json.loads(done.stdout.splitlines()[1]) == {
        "name": "truth.csv",
        "state": "right",
        "verified": "registry",
        "n_files": 1,
        "missing": [],
        "changed": [],
    }


def test_files_without_a_published_checksum_need_a_word(small, tmp_path):
    small(published=False)
    with pytest.raises(ValueError, match=r"pass unverified=True \(--unverified\)"):
        run("fetch", "small", "-o", tmp_path / "set")
    run("fetch", "small", "-o", tmp_path / "set", "--unverified")
    assert "as it first came" in run("check", "small", "-o", tmp_path / "set").stdout


def test_wrong_input_is_told(tmp_path):
    with pytest.raises(UnknownNameError, match="no data set is named 'imagenet'"):
        run("fetch", "imagenet")
    with pytest.raises(FileNotFoundError, match="cvret datasets fetch wang does"):
        run("check", "wang", "-o", tmp_path / "set")
    with pytest.raises(click.BadParameter):
        run("fetch", "wang", "--retries", "-1")


def test_a_set_without_a_ground_truth_prints_its_folder_alone(small, tmp_path):
    small(protocol=None, truth=None)
    assert run("fetch", "small", "-o", tmp_path / "set").stdout.splitlines() == [
        str(tmp_path / "set")
    ]
