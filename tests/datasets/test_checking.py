"""Checks: what is there, what is gone, what is not what it was."""

from dataclasses import replace
from functools import partial

import pytest

from cvret import datasets

fetch = partial(datasets.fetch, wait=0, timeout=5, progress=False)
check = partial(datasets.check, progress=False)


def test_a_whole_set_is_right(describe, tmp_path):
    fetch(describe(), tmp_path)
    found = check(describe(), tmp_path)
    assert found.ok
    assert found.n_images == 2
    assert [(f.name, f.state, f.verified, f.n_files) for f in found.files] == [
        ("jpg.tar.gz", "right", "registry", 2),
        ("truth.csv", "right", "registry", 1),
    ]
    assert str(found).splitlines() == [
        "jpg.tar.gz: right, as published, 2 files",
        "truth.csv: right, as published",
        f"2 pictures in {tmp_path}",
    ]


def test_files_that_are_gone_or_changed_are_named(describe, tmp_path):
    fetch(describe(), tmp_path)
    (tmp_path / "jpg" / "1.jpg").unlink()
    (tmp_path / "jpg" / "2.jpg").write_bytes(b"too")
    found = check(describe(), tmp_path)
    assert not found.ok
    assert found.files[0].state == "changed"
    assert found.files[0].missing == ("jpg/1.jpg",)
    assert found.files[0].changed == ("jpg/2.jpg",)
    assert "1 gone (jpg/1.jpg) and 1 changed (jpg/2.jpg) of 2 files" in str(found)


def test_a_file_that_never_came_is_missing(describe, tmp_path):
    fetch(describe(), tmp_path, files=["truth.csv"])
    found = check(describe(), tmp_path)
    assert [file.state for file in found.files] == ["missing", "right"]
    assert "jpg.tar.gz: missing; it was never fetched" in str(found)


def test_what_came_first_is_what_it_is_compared_with(describe, tmp_path):
    small = describe(sha256=None, sha256_from=None)
    fetch(small, tmp_path, unverified=True)
    assert "jpg.tar.gz: right, as it first came" in str(check(small, tmp_path))


def test_a_registry_with_another_version_is_told(describe, tmp_path):
    fetch(describe(), tmp_path)
    later = describe()
    newer = replace(later.files[1], sha256="0" * 64)
    found = check(replace(later, files=(later.files[0], newer)), tmp_path)
    assert found.files[1].state == "changed"
    assert "truth.csv: changed; the registry has another version" in str(found)


def test_a_set_that_was_not_fetched_is_told(describe, tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing of small was fetched into"):
        check(describe(), tmp_path)
