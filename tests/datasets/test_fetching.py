"""Fetching: checked first, then unpacked, then moved into place."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial

import pytest

from cvret import datasets
from cvret.datasets import ArchiveError, ChecksumError, File
from cvret.errors import FormatError, UnknownNameError

fetch = partial(datasets.fetch, wait=0, timeout=5, progress=False)
PICTURES = {"jpg/1.jpg": b"one", "jpg/2.jpg": b"two"}
NO_SUM = {"sha256": None, "sha256_from": None}


def files_in(folder):
    """Give the content of files by their names, without cvret's own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".cvret" not in path.parts
    }


def paths(server):
    return [path for path, _ in server.requests]


def test_a_set_is_fetched_unpacked_and_not_fetched_again(describe, server, tmp_path):
    small = describe()
    assert fetch(small, tmp_path / "small") == tmp_path / "small"
    assert files_in(tmp_path / "small") == {**PICTURES, "truth.csv": b"truth"}
    assert paths(server) == ["jpg.tar.gz", "truth.csv"]
    fetch(small, tmp_path / "small")
    assert len(server.requests) == 2


def test_by_default_it_goes_where_the_variable_says(describe, tmp_path, monkeypatch):
    monkeypatch.setenv("CVRET_DATASETS", str(tmp_path))
    assert fetch(describe()) == tmp_path / "small"


def test_what_came_out_of_an_archive_is_listed_as_sha256sum_does(describe, tmp_path):
    fetch(describe(), tmp_path)
    listing = tmp_path / ".cvret" / "jpg.tar.gz.sha256"
    # sha256sum of coreutils 9.1, of files that hold "one" and "two".
    assert listing.read_text().splitlines() == [
        "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  jpg/1.jpg",
        "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  jpg/2.jpg",
    ]


def test_a_wrong_checksum_tells_both_and_puts_nothing_into_place(describe, tmp_path):
    right = describe().files[0].sha256
    small = describe(sha256="0" * 64, sha256_from="a page")
    only = replace(small, files=small.files[:1])
    with pytest.raises(
        ChecksumError,
        match=rf"has the SHA-256 {right}, and must have 0{{64}} \(from a page\)",
    ):
        fetch(only, tmp_path)
    assert files_in(tmp_path) == {}


def test_a_wrong_md5_is_told(describe, tmp_path):
    small = describe(**NO_SUM, md5="0" * 32, md5_from="a page")
    only = replace(small, files=small.files[:1])
    with pytest.raises(ChecksumError, match=r"and must have 0{32} \(from a page\)"):
        fetch(only, tmp_path, unverified=True)
    assert files_in(tmp_path) == {}


def test_the_other_files_come_where_one_does_not(describe, server, tmp_path):
    small = describe()
    page = server.pages.pop("jpg.tar.gz")
    with pytest.raises(datasets.FetchError, match="1 of 2 files did not come") as told:
        fetch(small, tmp_path)
    assert told.value.done == ("truth.csv",)
    assert list(told.value.failed) == ["jpg.tar.gz"]
    assert files_in(tmp_path) == {"truth.csv": b"truth"}
    server.pages["jpg.tar.gz"] = page
    fetch(small, tmp_path)
    assert paths(server) == ["jpg.tar.gz", "truth.csv", "jpg.tar.gz"]


def test_a_part_of_another_file_is_found_out_and_fetched_whole(
    describe, server, tmp_path
):
    small = describe()
    page = server.pages["jpg.tar.gz"]
    page.etag, page.cuts = None, [30]
    with pytest.raises(datasets.FetchError):
        fetch(small, tmp_path, n_retries=0)
    part = tmp_path / ".cvret" / "jpg.tar.gz.part"
    part.write_bytes(bytes(30))
    fetch(small, tmp_path)
    assert files_in(tmp_path).items() >= PICTURES.items()
    assert [asked for path, asked in server.requests if path == "jpg.tar.gz"] == [
        None,
        "bytes=30-",
        None,
    ]


def test_without_a_published_checksum_one_must_say_so(describe, server, tmp_path):
    with pytest.raises(
        ValueError, match=r"no SHA-256 is published for jpg\.tar\.gz of small; pass"
    ):
        fetch(describe(**NO_SUM), tmp_path)
    assert server.requests == []


def test_what_came_first_is_trusted_and_what_comes_later_compared(
    describe, server, tmp_path
):
    small = describe(**NO_SUM)
    fetch(small, tmp_path, unverified=True)
    (tmp_path / "jpg" / "1.jpg").unlink()
    fetch(small, tmp_path)  # the same again needs no word
    assert files_in(tmp_path).items() >= PICTURES.items()
    (tmp_path / "jpg" / "1.jpg").unlink()
    server.put("jpg.tar.gz", server.pages["jpg.tar.gz"].content + b"\0")
    with pytest.raises(ChecksumError, match="the first fetch, kept beside it"):
        fetch(replace(small, files=small.files[:1]), tmp_path, unverified=True)


def test_only_the_files_that_are_named_come(describe, server, tmp_path):
    fetch(describe(**NO_SUM), tmp_path, files=["truth.csv"])
    assert paths(server) == ["truth.csv"]
    with pytest.raises(ValueError, match=r"no file 'jpg'; there are jpg\.tar\.gz"):
        fetch(describe(), tmp_path, files=["jpg"])


def test_a_page_in_place_of_an_archive_is_not_remembered(describe, server, tmp_path):
    small = describe(**NO_SUM)
    archive = server.pages["jpg.tar.gz"].content
    server.put("jpg.tar.gz", b"<html>please log in</html>")
    only = replace(small, files=small.files[:1])
    with pytest.raises(ArchiveError, match="a server may have sent a page"):
        fetch(only, tmp_path, unverified=True)
    server.put("jpg.tar.gz", archive)
    fetch(only, tmp_path, unverified=True)
    assert files_in(tmp_path) == PICTURES


def test_a_file_that_is_in_the_way_is_left_alone(describe, tmp_path):
    mine = tmp_path / "jpg" / "2.jpg"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="is not the file of that name"):
        fetch(describe(), tmp_path)
    assert files_in(tmp_path) == {"jpg/2.jpg": b"mine"}


def test_a_fetch_killed_between_moving_and_noting_is_completed(describe, tmp_path):
    fetch(describe(), tmp_path)
    for name in ("lock.json", "jpg.tar.gz.sha256"):
        (tmp_path / ".cvret" / name).unlink()
    (tmp_path / "jpg" / "2.jpg").unlink()
    (tmp_path / ".cvret" / "unpacking").mkdir()
    fetch(describe(), tmp_path)
    assert files_in(tmp_path) == {**PICTURES, "truth.csv": b"truth"}


def test_a_killed_process_leaves_a_part_that_the_next_one_completes(server, tmp_path):
    content = os.urandom(200_000)
    held = threading.Event()
    address = server.put("big.bin", content, cuts=[100_000], held=held)
    code = (
        "from cvret.datasets import *\n"
        f"big = File('big.bin', ({address!r},))\n"
        "fetch(Dataset('big', '', '', None, None, 0, (big,), '', '', ''), "
        f"{str(tmp_path)!r}, unverified=True)"
    )
    part = tmp_path / ".cvret" / "big.bin.part"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        while not (part.exists() and part.stat().st_size >= 65_536):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.005)
        process.kill()
    held.set()
    big = File("big.bin", (address,))
    fetch(
        datasets.Dataset("big", "", "", None, None, 0, (big,), "", "", ""),
        tmp_path,
        unverified=True,
    )
    assert files_in(tmp_path) == {"big.bin": content}
    assert server.requests[-1][1] == "bytes=65536-"


def test_two_fetches_at_once_fetch_once(describe, server, tmp_path):
    small = describe()
    held = threading.Event()
    page = server.pages["jpg.tar.gz"]
    page.held, page.cuts = held, [10]
    threads = [threading.Thread(target=fetch, args=(small, tmp_path)) for _ in "ab"]
    for thread in threads:
        thread.start()
    held.set()
    for thread in threads:
        thread.join()
    assert files_in(tmp_path) == {**PICTURES, "truth.csv": b"truth"}
    assert sorted(server.requests, key=str) == [
        ("jpg.tar.gz", "bytes=10-"),
        ("jpg.tar.gz", None),
        ("truth.csv", None),
    ]


def test_the_lock_file_says_whence_a_file_came_and_who_vouches(
    describe, server, tmp_path
):
    fetch(describe(**NO_SUM), tmp_path, unverified=True)
    known = json.loads((tmp_path / ".cvret" / "lock.json").read_text())["files"]
    assert known["jpg.tar.gz"]["verified"] == "first use"
    assert known["truth.csv"] == {
        "sha256": describe().files[1].sha256,
        "bytes": 5,
        "address": f"{server.address}/truth.csv",
        "verified": "registry",
    }


def test_a_damaged_lock_file_is_told(describe, tmp_path):
    fetch(describe(), tmp_path)
    lock = tmp_path / ".cvret" / "lock.json"
    for text, told in (("{", "is damaged"), ('{"format": 9}', "has format 9")):
        lock.write_text(text)
        with pytest.raises(FormatError, match=told):
            fetch(describe(), tmp_path)


def test_a_name_that_is_none_is_told():
    with pytest.raises(UnknownNameError, match="no data set is named 'small'"):
        fetch("small")


@pytest.fixture
def holding(describe, server, pack):
    """Describe a set of one archive that holds these files."""

    def dataset(files):
        archive = File("b.tar.gz", (server.put("b.tar.gz", pack(files)),), into="")
        return replace(describe(), files=(archive,))

    return dataset


@pytest.mark.parametrize("folder", [".cvret", ".CVRET"])
def test_an_archive_cannot_write_what_is_known_of_the_set(holding, tmp_path, folder):
    small = holding({"1.jpg": b"one", f"{folder}/truth.csv.part": b"forged"})
    with pytest.raises(ArchiveError, match="in that folder cvret keeps what it knows"):
        fetch(small, tmp_path, unverified=True)
    assert files_in(tmp_path) == {}
    assert not list(tmp_path.rglob("truth.csv.part"))


def test_names_may_hold_what_unicode_calls_the_end_of_a_line(holding, server, tmp_path):
    small = holding({"a\u2028b\x85.jpg": b"one"})
    fetch(small, tmp_path, unverified=True)
    assert datasets.check(small, tmp_path, progress=False).ok
    fetch(small, tmp_path)
    assert len(server.requests) == 1
