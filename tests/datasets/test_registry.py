"""The registry: every entry well formed, and told as it is."""

import json
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import cvret
from cvret import datasets
from cvret.datasets.registry import PROTOCOLS, read_registry
from cvret.errors import FormatError, UnknownNameError

SETS = [datasets.about(name) for name in datasets.names()]
FILES = [(d, f) for d in SETS for f in d.files]


@pytest.mark.parametrize("dataset", SETS, ids=lambda d: d.name)
def test_an_entry_says_all_that_one_must_know(dataset):
    for text in (dataset.title, dataset.purpose, dataset.licence, dataset.paper):
        assert text == text.strip() != ""
    assert dataset.n_images > 0
    assert urlsplit(dataset.homepage).scheme in ("http", "https")
    assert (dataset.protocol is None) == (dataset.truth is None)
    assert dataset.protocol or "make" in dataset.note  # else what to do instead
    names = [file.name for file in dataset.files]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("dataset", "file"), FILES, ids=[f"{d.name}-{f.name}" for d, f in FILES]
)
def test_a_file_has_a_checksum_with_its_source_or_none(dataset, file):
    if file.sha256 is None:
        assert file.sha256_from is None
        assert file.name in dataset.unverified
    else:
        assert len(file.sha256) == 64
        assert file.sha256_from
    assert (file.md5 is None) == (file.md5_from is None)
    assert not set("/\\:") & set(file.name)
    for folder in (file.into or "", dataset.truth or ""):
        assert not folder.startswith("/")
        assert ".." not in folder


def test_one_checksum_stands_for_one_file():
    seen = {}
    for _, file in FILES:
        if file.sha256 is not None:
            assert seen.setdefault(file.sha256, file.name) == file.name


def test_the_ground_truths_are_kinds_that_cvret_truth_knows():
    from cvret.evaluation.truth import text

    assert {d.protocol for d in SETS} - {None} == set(PROTOCOLS)
    assert set(PROTOCOLS) <= set(text.KINDS)


def test_a_name_that_is_none_is_told():
    with pytest.raises(UnknownNameError, match="'imagenet'; there are caltech101, "):
        datasets.about("imagenet")


def test_it_is_had_from_cvret_without_asking_for_it():
    assert cvret.datasets.names() == tuple(sorted(cvret.datasets.names()))


def test_the_folder_is_that_of_the_variable_or_the_users_cache(monkeypatch):
    monkeypatch.setenv("CVRET_DATASETS", "/sets")
    assert datasets.default_folder("wang") == Path("/sets/wang")
    monkeypatch.delenv("CVRET_DATASETS")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert datasets.default_folder("wang") == Path("/cache/cvret/datasets/wang")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("USERPROFILE", "/home/ann")
    home = Path("/home/ann/.cache/cvret/datasets/wang")
    assert datasets.default_folder("wang") == home


def changed(**values):
    text = (files("cvret.datasets") / "registry.json").read_text(encoding="utf-8")
    table = json.loads(text)
    for key, value in values.items():
        entry = table if key == "format" else table["datasets"][0]
        if key in ("sha256", "md5", "addresses", "name"):
            entry = entry["files"][0]
        entry[key] = value
    return json.dumps(table)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"format": 2}, "has format 2, this cvret reads 1"),
        ({"protocol": "guess"}, "has the protocol 'guess'"),
        ({"sha256": "1234"}, "has the checksum '1234'"),
        ({"md5": "G" * 32}, "has the checksum 'GGG"),
        ({"addresses": ["file:///etc/passwd"]}, "has the addresses"),
        ({"name": "set.rar"}, "does not end as an archive does"),
        ({"files": []}, "has no files"),
        ({"color": "red"}, "unexpected keyword argument 'color'"),
    ],
)
def test_an_entry_that_is_not_well_formed_is_told(values, told):
    with pytest.raises(FormatError, match=told):
        read_registry(changed(**values))
