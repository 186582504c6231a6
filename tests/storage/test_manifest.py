"""The manifest: replaced whole, and told from what is none."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvret.errors import FormatError
from cvret.storage.manifest import (
    Manifest,
    Removal,
    Segment,
    read_manifest,
    write_manifest,
)

REMOVAL = Removal("00000001-2", 1, {})
SEGMENT = Segment("00000001", 3, {}, REMOVAL)


def test_a_manifest_comes_back(tmp_path):
    manifest = Manifest({"fields": {}}, version="0.1.0").with_segments((SEGMENT,), 1)
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


def test_a_newer_format_that_is_whole_is_not_called_damaged(tmp_path, monkeypatch):
    monkeypatch.setattr("cvret.storage.manifest.FORMAT", 2)
    write_manifest(tmp_path, Manifest({}))
    monkeypatch.undo()
    with pytest.raises(FormatError, match=r"has index format 2, .* index$"):
        read_manifest(tmp_path)


def test_the_name_of_a_segment_is_never_given_twice(tmp_path):
    manifest = Manifest({}).with_segments((SEGMENT,), 1).with_segments((), 0)
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path).next_id() == "00000002"


@pytest.mark.parametrize(
    "segments",
    [
        (SEGMENT, SEGMENT),
        (replace(SEGMENT, id="00000002"),),
        (replace(SEGMENT, id="../../etc"),),
        (replace(SEGMENT, removed=replace(REMOVAL, folder="/tmp")),),
        (replace(SEGMENT, removed=replace(REMOVAL, n_images=4)),),
    ],
)
def test_segments_that_cannot_be_are_refused(tmp_path, segments):
    write_manifest(tmp_path, replace(Manifest({}), segments=segments, next_segment=2))
    with pytest.raises(FormatError, match=r"manifest\.json is damaged"):
        read_manifest(tmp_path)


@given(place=st.integers(0, 10**6), mask=st.integers(1, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_flipped_byte_is_found(tmp_path, place, mask):
    created = {"fields": {"words": {"part": "SIFT"}}, "max_side": 1024}
    write_manifest(tmp_path, Manifest(created).with_segments((SEGMENT,), 1))
    file = tmp_path / "manifest.json"
    data = bytearray(file.read_bytes())
    data[place % len(data)] ^= mask
    file.write_bytes(bytes(data))
    try:
        found = read_manifest(tmp_path)
    except FormatError:
        return
    # A flipped byte between the values, such as a space, says nothing else.
    assert found == Manifest(created).with_segments((SEGMENT,), 1)
