"""The manifest: replaced whole, and told from what is none."""

import json

import pytest

from cvret.errors import FormatError
from cvret.storage.manifest import Manifest, read_manifest, write_manifest

SEGMENT = {"id": "00000001", "n_images": 3, "files": {}}


def test_a_manifest_comes_back(tmp_path):
    manifest = Manifest({"fields": {}}, version="0.1.0").with_segment(SEGMENT)
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert manifest.generation == 1
    assert manifest.next_id() == "00000002"


def test_nothing_is_left_beside_it(tmp_path):
    write_manifest(tmp_path, Manifest({}))
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_a_failed_write_leaves_the_old_one(tmp_path, monkeypatch):
    write_manifest(tmp_path, Manifest({"a": 1}))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_manifest(tmp_path, Manifest({"a": 2}))
    assert read_manifest(tmp_path).settings == {"a": 1}


def test_a_newer_format_is_told_from_damage(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(
        FormatError, match="has index format 99, this cvret reads 1; upgrade cvret or"
    ):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", "null", '{"format": "one"}', '{"format": 1}', "\x00\x01"],
)
def test_a_damaged_manifest_is_named(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(FormatError, match=r"manifest\.json is damaged"):
        read_manifest(tmp_path)


def test_no_folder_and_no_index_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no index"):
        read_manifest(tmp_path / "gone")
    with pytest.raises(FormatError, match="is not a cvret index"):
        read_manifest(tmp_path)
