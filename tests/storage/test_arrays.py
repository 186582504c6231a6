"""Arrays on disk: whole or named, never pickled."""

import hashlib

import numpy as np
import pytest

from cvret.errors import FormatError
from cvret.storage.arrays import ArrayFolder, write_arrays


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "segment"
    files = write_arrays(
        path,
        {
            "words.images": np.arange(5, dtype=np.uint16),
            "words.none": np.empty((0, 5), np.uint8),
            "image.sizes": np.ones((2, 2), np.uint32),
        },
    )
    return path, files


def test_arrays_come_back_read_only(folder):
    arrays = ArrayFolder(*folder)
    assert arrays["words.images"].tolist() == [0, 1, 2, 3, 4]
    assert arrays["words.none"].shape == (0, 5)
    with pytest.raises(ValueError, match="read-only"):
        arrays["words.images"][0] = 9


def test_a_part_has_the_arrays_of_a_prefix(folder):
    part = ArrayFolder(*folder).part("words")
    assert sorted(part) == ["images", "none"]
    assert len(part) == 2
    assert part["images"][1] == 1


def test_checksums_are_those_of_the_files(folder):
    path, files = folder
    data = (path / "words.images.npy").read_bytes()
    assert files["words.images"] == {
        "bytes": len(data),
        "blake2b": hashlib.blake2b(data, digest_size=16).hexdigest(),
    }


def test_big_endian_arrays_are_written_little_endian(tmp_path):
    files = write_arrays(tmp_path / "s", {"a": np.array([1, 2], ">u4")})
    array = ArrayFolder(tmp_path / "s", files)["a"]
    assert array.dtype.str == "<u4"
    assert array.tolist() == [1, 2]


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_arrays(tmp_path / name, {"x": np.arange(10)})
    first, second = (tmp_path / n / "x.npy" for n in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_a_truncated_file_is_named(folder):
    path, files = folder
    file = path / "words.images.npy"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(FormatError, match=r"words\.images\.npy has 137 bytes and sho"):
        ArrayFolder(path, files)["words.images"]


def test_a_missing_file_is_named(folder):
    path, files = folder
    (path / "words.images.npy").unlink()
    with pytest.raises(FormatError, match=r"words\.images\.npy is missing"):
        ArrayFolder(path, files)["words.images"]


def test_a_damaged_header_is_named(folder):
    path, files = folder
    file = path / "words.images.npy"
    data = bytearray(file.read_bytes())
    data[0] ^= 255
    file.write_bytes(bytes(data))
    with pytest.raises(FormatError, match=r"words\.images\.npy is damaged"):
        ArrayFolder(path, files)["words.images"]


def test_objects_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        write_arrays(tmp_path / "s", {"a": np.array([{}], object)})
